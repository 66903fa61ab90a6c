#include "tests/testbed/llmsim/history.h"

#include <cerrno>
#include <cstdio>
#include <cstring>
#include <deque>
#include <memory>
#include <utility>

#include "tests/testbed/llmsim/scrapes.h"

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

// Scrape after scrape as text.
class TextReceiver final : public ScrapeReceiver {
 public:
  TextReceiver(const std::vector<Target>& targets, OutputFile& file) : file_(file) {
    for (const Target& target : targets) {
      sinks_.emplace_back(HistorySink(target.labels, target.honor_labels), HistorySink(target.labels, false));
    }
  }
  ScrapeSink& start(std::size_t target, bool about, double unix_time) override {
    HistorySink& sink = about ? sinks_[target].second : sinks_[target].first;
    sink.start(unix_time, text_);
    return sink;
  }
  bool done() override {
    if (text_.size() > (1U << 20U)) write();
    return !file_.failed();
  }
  void finish() {
    text_ += "# EOF\n";
    write();
  }

 private:
  void write() {
    file_.write(text_);
    text_.clear();
  }
  OutputFile& file_;
  std::deque<std::pair<HistorySink, HistorySink>> sinks_;  // metrics, and what is said about the scrape
  std::string text_;
};

}  // namespace

rca::Result<HistoryStats> write_history(Simulation& simulation, std::vector<Target>& targets,
                                        const HistoryOptions& options) {
  OutputFile file(options.file);
  if (file.failed()) return file.finish().error();
  TextReceiver receiver(targets, file);
  RCA_ASSIGN(const ScrapeStats scraped,
             run_scrapes(simulation, targets, {options.duration, options.step, options.missing_scrapes}, receiver));
  receiver.finish();
  HistoryStats stats;
  stats.samples = scraped.samples;
  stats.scrapes = scraped.scrapes;
  stats.bytes = file.bytes();
  RCA_TRY(file.finish());
  return stats;
}

}  // namespace llmsim
