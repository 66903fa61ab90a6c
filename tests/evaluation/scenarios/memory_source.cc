#include "tests/evaluation/scenarios/memory_source.h"

#include <re2/re2.h>

#include <algorithm>
#include <cmath>
#include <utility>

namespace scenarios {
namespace {

// One selector, ready to be asked often.
class SelectorTest {
 public:
  explicit SelectorTest(const std::vector<remote_read::Matcher>& matchers) : matchers_(matchers) {
    for (const remote_read::Matcher& matcher : matchers) {
      const bool regex =
          matcher.type == remote_read::Matcher::Type::regex || matcher.type == remote_read::Matcher::Type::not_regex;
      regexes_.push_back(regex ? std::make_unique<RE2>(matcher.value) : nullptr);
    }
  }
  [[nodiscard]] bool operator()(const rca::Labels& labels) const {
    for (std::size_t i = 0; i < matchers_.size(); ++i) {
      const remote_read::Matcher& matcher = matchers_[i];
      const std::string_view value = rca::label_value(labels, matcher.name);
      const bool meets = regexes_[i] ? RE2::FullMatch(value, *regexes_[i]) : value == matcher.value;
      const bool wanted =
          matcher.type == remote_read::Matcher::Type::equal || matcher.type == remote_read::Matcher::Type::regex;
      if (meets != wanted) return false;
    }
    return true;
  }

 private:
  const std::vector<remote_read::Matcher>& matchers_;
  std::vector<std::unique_ptr<RE2>> regexes_;
};

}  // namespace

MemoryStore::Series& MemoryStore::series(const rca::Labels& labels) {
  const auto [at, fresh] = index_.try_emplace(labels, series_.size());
  if (fresh) series_.push_back({labels, {}});
  return series_[at->second];
}

void MemoryStore::drop_older_than(std::int64_t before_ms) {
  for (Series& series : series_) {
    auto& times = series.samples.times;
    const auto old = std::lower_bound(times.begin(), times.end(), before_ms) - times.begin();
    times.erase(times.begin(), times.begin() + old);
    series.samples.values.erase(series.samples.values.begin(), series.samples.values.begin() + old);
  }
}

// Scrapes show the same series in the same order, most of the time: the one after the last is tried first.
class StoreReceiver::StoreSink final : public llmsim::ScrapeSink {
 public:
  StoreSink(MemoryStore& store, const rca::Labels& target_labels, bool honor_labels)
      : store_(store), target_labels_(target_labels), honor_labels_(honor_labels) {}

  void start(double unix_time, bool keeps) {
    keeps_ = keeps;
    time_ms_ = std::llround(unix_time * 1000);
    position_ = 0;
    samples_ = 0;
  }
  void family(std::string_view, llmsim::MetricType, std::string_view) override {}
  void sample(std::string_view name, std::string_view labels, double value) override {
    ++samples_;
    if (!keeps_) return;
    Line& line = find(name, labels);
    // A second sample of the same series in one scrape is a duplicate, which Prometheus drops as well.
    if (line.last_ms == time_ms_) return;
    line.last_ms = time_ms_;
    line.series->samples.push_back(time_ms_, value);
  }
  [[nodiscard]] std::size_t samples() const override { return samples_; }

  // Ends the series that the last scrape showed and this one did not.
  void mark_stale(std::int64_t now_ms) {
    for (Line& line : lines_) {
      if (line.last_ms == now_ms || line.stale || line.last_ms == kNever) continue;
      line.stale = true;
      line.series->samples.push_back(now_ms, rca::stale_marker());
    }
  }

 private:
  static constexpr std::int64_t kNever = INT64_MIN;
  struct Line {
    std::string key;
    MemoryStore::Series* series = nullptr;
    std::int64_t last_ms = kNever;
    bool stale = false;
  };
  Line& find(std::string_view name, std::string_view labels) {
    key_.assign(name).append("{").append(labels);
    if (position_ < lines_.size() && lines_[position_].key == key_) return revived(position_++);
    const auto [at, fresh] = index_.try_emplace(key_, lines_.size());
    if (fresh) {
      const rca::Labels all = llmsim::scraped_labels(name, labels, target_labels_, honor_labels_);
      lines_.push_back({key_, &store_.series(all), kNever, false});
    }
    position_ = at->second + 1;
    return revived(at->second);
  }
  Line& revived(std::size_t line) {
    lines_[line].stale = false;
    return lines_[line];
  }

  MemoryStore& store_;
  const rca::Labels& target_labels_;
  bool honor_labels_;
  std::int64_t time_ms_ = 0;
  std::size_t position_ = 0;
  std::size_t samples_ = 0;
  bool keeps_ = true;
  std::vector<Line> lines_;
  std::unordered_map<std::string, std::size_t> index_;
  std::string key_;  // scratch

 public:
  [[nodiscard]] std::int64_t time_ms() const { return time_ms_; }
};

StoreReceiver::StoreReceiver(const std::vector<llmsim::Target>& targets, MemoryStore& store,
                             std::vector<Outage> outages)
    : outages_(std::move(outages)) {
  for (const llmsim::Target& target : targets) {
    metrics_.push_back(std::make_unique<StoreSink>(store, target.labels, target.honor_labels));
    about_.push_back(std::make_unique<StoreSink>(store, target.labels, false));
  }
}

StoreReceiver::~StoreReceiver() = default;

llmsim::ScrapeSink& StoreReceiver::start(std::size_t target, bool about, double unix_time) {
  StoreSink& sink = about ? *about_[target] : *metrics_[target];
  down_ = std::any_of(outages_.begin(), outages_.end(),
                      [&](const Outage& outage) { return unix_time >= outage.begin && unix_time < outage.end; });
  sink.start(unix_time, !down_);
  target_ = target;
  return sink;
}

bool StoreReceiver::done() {
  if (!down_) metrics_[target_]->mark_stale(about_[target_]->time_ms());
  return true;
}

MemoryClient::MemoryClient(const MemoryStore& store) : store_(store) {
  options_.name = "simulation";
}

rca::Result<remote_read::BuildInfo> MemoryClient::build_info(std::stop_token /*stop*/) {
  return remote_read::BuildInfo{"2.42.0", 2};
}

const MemoryClient::Selection& MemoryClient::select(const std::vector<remote_read::Matcher>& matchers) {
  Selection& selection = selections_[remote_read::to_string(matchers)];
  if (selection.seen == store_.all().size()) return selection;
  const SelectorTest test(matchers);
  for (; selection.seen < store_.all().size(); ++selection.seen) {
    if (test(store_.all()[selection.seen].labels)) selection.series.push_back(selection.seen);
  }
  return selection;
}

rca::Result<remote_read::ReadStats> MemoryClient::read(std::span<const remote_read::Query> queries,
                                                       remote_read::SeriesSink& sink, std::stop_token /*stop*/) {
  remote_read::ReadStats stats;
  stats.requests = 1;
  sink.begin(0, queries.size());
  for (std::size_t i = 0; i < queries.size(); ++i) {
    for (const std::size_t number : select(queries[i].matchers).series) {
      const MemoryStore::Series& series = store_.all()[number];
      const auto& times = series.samples.times;
      const auto first = std::lower_bound(times.begin(), times.end(), queries[i].start_ms);
      const auto last = std::upper_bound(first, times.end(), queries[i].end_ms);
      if (first == last) continue;
      const auto count = static_cast<std::size_t>(last - first);
      const auto offset = static_cast<std::size_t>(first - times.begin());
      RCA_TRY(sink.on_samples(i, series.labels, series.samples.view().subview(offset, count)));
      ++stats.series;
      stats.samples += count;
    }
  }
  return stats;
}

exporter::Sources memory_sources(const MemoryStore& store) {
  std::vector<std::unique_ptr<remote_read::Client>> clients;
  clients.push_back(std::make_unique<MemoryClient>(store));
  return exporter::Sources(std::move(clients));
}

}  // namespace scenarios
