#include "tests/testbed/llmsim/history.h"

#include <algorithm>
#include <cerrno>
#include <cmath>
#include <cstdio>
#include <cstring>
#include <deque>
#include <memory>

#include "tests/testbed/llmsim/random.h"

namespace llmsim {
namespace {

struct FileCloser {
  void operator()(std::FILE* file) const { static_cast<void>(std::fclose(file)); }
};

// A file that appears under its name only when it is complete.
class OutputFile {
 public:
  explicit OutputFile(std::string name) : name_(std::move(name)), partial_(name_ + ".partial") {
    file_.reset(std::fopen(partial_.c_str(), "wb"));
    if (!file_) failure_ = errno;
  }
  ~OutputFile() {
    if (file_) static_cast<void>(std::remove(partial_.c_str()));
  }
  OutputFile(const OutputFile&) = delete;
  OutputFile& operator=(const OutputFile&) = delete;

  void write(std::string_view text) {
    bytes_ += text.size();
    if (failure_ == 0 && std::fwrite(text.data(), 1, text.size(), file_.get()) != text.size()) failure_ = errno;
  }
  rca::Result<void> finish() {
    if (failure_ == 0 && std::fclose(file_.release()) != 0) failure_ = errno;
    if (failure_ == 0 && std::rename(partial_.c_str(), name_.c_str()) != 0) failure_ = errno;
    if (failure_ == 0) return {};
    return rca::Error{rca::ErrorKind::io, "cannot write '" + name_ + "': " + std::strerror(failure_)};
  }
  [[nodiscard]] bool failed() const { return failure_ != 0; }
  [[nodiscard]] std::uint64_t bytes() const { return bytes_; }

 private:
  std::string name_, partial_;
  std::unique_ptr<std::FILE, FileCloser> file_;
  int failure_ = 0;
  std::uint64_t bytes_ = 0;
};

struct ScrapedTarget {
  const Target* target;
  double offset;  // seconds into the interval
  HistorySink metrics;
  HistorySink about;  // up and friends carry only the target's labels
};

std::deque<ScrapedTarget> plan_scrapes(const std::vector<Target>& targets, double step) {
  std::deque<ScrapedTarget> out;
  for (const Target& target : targets) {
    const std::string who = target.job + std::string(rca::label_value(target.labels, "instance"));
    const double part = static_cast<double>(hash_text(who) % 4096) / 4096;
    const double offset = std::floor(part * step * 1000) / 1000;
    out.push_back(
        {&target, offset, HistorySink(target.labels, target.honor_labels), HistorySink(target.labels, false)});
  }
  std::stable_sort(out.begin(), out.end(), [](const auto& a, const auto& b) { return a.offset < b.offset; });
  return out;
}

}  // namespace

rca::Result<HistoryStats> write_history(Simulation& simulation, std::vector<Target>& targets,
                                        const HistoryOptions& options) {
  if (!(options.step >= 0.1) || !(options.duration > 0) || options.missing_scrapes < 0 || options.missing_scrapes > 1) {
    return rca::Error{rca::ErrorKind::invalid_argument,
                      "the step must be at least 100 ms, the duration above 0, the share of missing scrapes in 0..1"};
  }
  OutputFile file(options.file);
  if (file.failed()) return file.finish().error();
  std::deque<ScrapedTarget> scrapes = plan_scrapes(targets, options.step);
  Random luck(simulation.config().seed, "scrapes");
  HistoryStats stats;
  std::string text;
  const double begin = simulation.now();
  const double end = begin + options.duration;
  for (double cycle = begin; cycle < end && !file.failed(); cycle += options.step) {
    for (ScrapedTarget& scrape : scrapes) {
      const double time = cycle + scrape.offset;
      if (time >= end) break;
      simulation.advance_to(time);
      const std::size_t pod = scrape.target->pod;
      const double delay = pod == SIZE_MAX ? 0 : simulation.host_of(pod).egress().mean;
      const double duration = 0.002 + 0.002 * luck.uniform() + delay;
      const bool up = luck.uniform() >= options.missing_scrapes && duration < options.step;
      std::size_t samples = 0;
      if (up) {
        scrape.metrics.start(simulation.unix_now(), text);
        scrape.target->exporter->render(simulation, scrape.metrics);
        samples = scrape.metrics.samples();
      }
      scrape.about.start(simulation.unix_now(), text);
      scrape.about.sample("up", "", up ? 1 : 0);
      scrape.about.sample("scrape_duration_seconds", "", duration);
      scrape.about.sample("scrape_samples_scraped", "", static_cast<double>(samples));
      ++stats.scrapes;
      stats.samples += samples + 3;
      if (text.size() > (1U << 20U)) {
        file.write(text);
        text.clear();
      }
    }
  }
  simulation.advance_to(end);
  text += "# EOF\n";
  file.write(text);
  stats.bytes = file.bytes();
  RCA_TRY(file.finish());
  return stats;
}

}  // namespace llmsim
