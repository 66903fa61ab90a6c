#include "exporter/pipeline/slo_book.h"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <limits>
#include <set>
#include <unordered_map>
#include <utility>

#include "exporter/config/text.h"
#include "exporter/incident/quantity.h"
#include "exporter/incident/sli.h"
#include "exporter/pipeline/log.h"

namespace exporter {
namespace {

// As SignalStore: a scrape's samples can be read only when it is over.
constexpr std::int64_t kOverlapMs = 15'000;
constexpr std::int64_t kForwardPieceMs = 6 * kHourMs;
constexpr std::int64_t kShortestPieceMs = 10 * kMinuteMs;
constexpr std::int64_t kLongestPieceMs = 7 * kDayMs;
constexpr std::size_t kSamplesPerPiece = 1'000'000;
constexpr std::int64_t kRetryMs = kMinuteMs;
// A counter that was not seen for so long is a new one when it comes back.
constexpr std::int64_t kForgetMs = kDayMs;
constexpr std::string_view kIndicatorName = "rca_sli_value";

// Keeps the samples of each query apart, so that a retry can start over.
class SampleSink final : public remote_read::SeriesSink {
 public:
  explicit SampleSink(std::size_t queries) : by_query_(queries) {}

  void begin(std::size_t first_query, std::size_t count) override {
    for (std::size_t i = first_query; i < first_query + count; ++i) by_query_[i].clear();
  }
  rca::Result<void> on_samples(std::size_t query, const rca::Labels& labels, rca::SampleView samples) override {
    by_query_[query][rca::to_string(labels)].first = labels;
    by_query_[query][rca::to_string(labels)].second.append(samples);
    return {};
  }

  using Series = std::pair<rca::Labels, rca::Samples>;
  [[nodiscard]] const std::unordered_map<std::string, Series>& of(std::size_t query) const { return by_query_[query]; }

 private:
  std::vector<std::unordered_map<std::string, Series>> by_query_;
};

std::size_t minutes_of(const Slo& slo) {
  const std::int64_t longest = std::max(slo.budget_window.count(), kBurnWindows.back().ms);
  return static_cast<std::size_t>(longest / kMinuteMs) + 2;
}

bool by_events(const Slo& slo) {
  return slo.budgeting == BudgetingMethod::occurrences;
}

// Idle time, which shows only in the judged rows, cannot be told from broken time in the history.
bool has_history(const Slo& slo) {
  return !by_events(slo) && slo.min_request_rate <= 0;
}

}  // namespace

SloBook::SloBook(const Config& config, EventQueries queries, bool history)
    : queries_(std::move(queries)),
      step_ms_(config.step.count()),
      rate_range_ms_(config.rate_range.count()),
      lookback_ms_(config.lookback.count()),
      delay_ms_(config.ingestion_delay.count()),
      window_ms_(config.window.count()),
      history_(history) {
  for (const Slo& slo : config.slos) {
    const bool latency = is_latency(slo.sli) || slo.sli == SliKind::slow_request_ratio;
    const bool events = by_events(slo);
    const auto rows = static_cast<std::size_t>((window_ms_ + rate_range_ms_) / step_ms_) + 2;
    budgets_.push_back({slo, EventRing(kMinuteMs, minutes_of(slo), events && counts_good(slo)),
                        EventRing(step_ms_, events ? rows : 1, events && counts_good(slo)),
                        EventCounter(latency, lookback_ms_)});
    longest_ms_ = std::max(longest_ms_, std::max(slo.budget_window.count(), kBurnWindows.back().ms));
  }
}

rca::Result<std::unique_ptr<SloBook>> SloBook::create(const Config& config, std::shared_ptr<const Resolver> resolver,
                                                      bool history) {
  RCA_ASSIGN(EventQueries queries, EventQueries::create(config.slos, std::move(resolver), config.series_matchers));
  return std::unique_ptr<SloBook>(new SloBook(config, std::move(queries), history));
}

rca::Result<void> SloBook::read_events(std::int64_t first_ms, std::int64_t last_ms, std::int64_t now_ms,
                                       Sources& sources, const std::stop_token& stop,
                                       std::vector<std::vector<StagedSeries>>& by_slo, std::size_t& samples) {
  by_slo.assign(budgets_.size(), {});
  std::vector<remote_read::Query> asked;
  for (const EventQuery& query : queries_.all()) asked.push_back({first_ms, last_ms, query.matchers, {}});
  if (asked.empty()) return {};
  std::set<std::string> given;  // a series that two sources have is taken from the first
  for (std::size_t source = 0; source < sources.size(); ++source) {
    if (sources.dialect(source) == remote_read::Dialect::deepflow) continue;  // has no counters
    SampleSink sink(asked.size());
    RCA_TRY(sources.read(source, asked, sink, now_ms, stop));
    for (std::size_t query = 0; query < asked.size(); ++query) {
      for (const auto& [name, series] : sink.of(query)) {
        auto part = queries_.classify(query, series.first);
        std::string key = std::to_string(query) + ' ' + name;
        if (!part || !given.insert(key).second) continue;
        samples += series.second.size();
        by_slo[queries_.all()[query].slo].push_back({std::move(key), std::move(*part), series.second});
      }
    }
  }
  return {};
}

rca::Result<void> SloBook::take_new(std::int64_t target_ms, std::int64_t now_ms, Sources& sources,
                                    const std::stop_token& stop) {
  while (live_ms_ < target_ms) {
    const std::int64_t last = std::min(target_ms, live_ms_ + kForwardPieceMs);
    std::vector<std::vector<StagedSeries>> by_slo;
    std::size_t samples = 0;
    const std::int64_t overlap = std::max(kOverlapMs, delay_ms_);
    RCA_TRY(read_events(std::max(live_ms_ - overlap, back_ms_) + 1, last, now_ms, sources, stop, by_slo, samples));
    for (std::size_t i = 0; i < budgets_.size(); ++i) {
      Budget& budget = budgets_[i];
      if (!by_events(budget.slo)) continue;
      budget.counter.add_new(by_slo[i], {&budget.minutes, &budget.rows});
      budget.counter.forget(last - kForgetMs);
    }
    live_ms_ = last;
  }
  return {};
}

rca::Result<void> SloBook::update(std::int64_t now_ms, SignalStore& store, Sources& sources,
                                  const std::stop_token& stop) {
  if (budgets_.empty() || !store.last_row()) return {};
  const std::int64_t target = now_ms - delay_ms_;
  const bool first = live_ms_ == 0;
  if (first) {
    live_ms_ = back_ms_ = std::max<std::int64_t>(target - window_ms_ - rate_range_ms_, 0);
    oldest_wanted_ms_ = history_ ? std::max<std::int64_t>(target - longest_ms_, 0) : back_ms_;
  }
  if (auto done = take_new(target, now_ms, sources, stop); !done.ok()) {
    if (first && live_ms_ == back_ms_) live_ms_ = 0;
    return done;
  }
  note_rows(store);
  write_indicators(store);
  for (std::size_t i = 0; i < budgets_.size(); ++i) {
    if (budgets_[i].counter.without_bucket() > 0 && !budgets_[i].complained) complain(i, now_ms, sources, stop);
  }
  return {};
}

// The rows of thresholds that are kept or broken. The newest ones may still be computed anew.
void SloBook::note_rows(const SignalStore& store) {
  const std::int64_t last = *store.last_row() - (std::max(kOverlapMs, delay_ms_) + step_ms_ - 1) / step_ms_;
  if (last < store.first_row()) return;
  const std::vector<SliSeries> all = store.levels().series(store.first_row(), last, step_ms_);
  for (std::size_t i = 0; i < budgets_.size(); ++i) {
    Budget& budget = budgets_[i];
    if (by_events(budget.slo)) continue;
    const std::int64_t from = std::max(budget.noted_row + 1, store.first_row());
    if (budget.noted_row < 0) budget.first_noted_ms = (from - 1) * step_ms_;
    for (std::int64_t row = from; row <= last; ++row) {
      const double value = all[i].values[static_cast<std::size_t>(row - store.first_row())];
      if (std::isnan(value)) continue;
      const std::int64_t time = row * step_ms_;
      const double seconds = static_cast<double>(step_ms_) / 1000;
      budget.minutes.add_total(time - step_ms_, time, seconds);
      budget.minutes.cover(time - step_ms_, time);
      if (breaks(budget.slo, value)) budget.minutes.add_part(time - step_ms_, time, seconds);
    }
    budget.noted_row = last;
  }
}

void SloBook::write_indicators(SignalStore& store) const {
  std::vector<double> values(static_cast<std::size_t>(*store.last_row() - store.first_row() + 1));
  for (std::size_t i = 0; i < budgets_.size(); ++i) {
    if (budgets_[i].slo.events.empty()) continue;
    for (std::size_t row = 0; row < values.size(); ++row) {
      const std::int64_t time = (store.first_row() + static_cast<std::int64_t>(row)) * step_ms_;
      values[row] = budgets_[i].rows.sum(time - rate_range_ms_, time).bad_ratio();
    }
    store.set_indicator(i, store.first_row(), values);
  }
}

rca::Result<void> SloBook::read_kept_time(std::int64_t first_ms, std::int64_t last_ms, std::int64_t now_ms,
                                          Sources& sources, const std::stop_token& stop, std::size_t& samples) {
  std::vector<remote_read::Query> asked;
  std::vector<std::size_t> of;
  for (std::size_t i = 0; i < budgets_.size(); ++i) {
    if (!has_history(budgets_[i].slo)) continue;
    using remote_read::Matcher;
    asked.push_back({first_ms,
                     last_ms,
                     {{Matcher::Type::equal, std::string(rca::kMetricName), std::string(kIndicatorName)},
                      {Matcher::Type::equal, "slo", budgets_[i].slo.name}},
                     {}});
    of.push_back(i);
  }
  if (asked.empty()) return {};
  // Replicas of the exporter say the same: the series with the most samples speaks for all.
  std::vector<rca::Samples> longest(asked.size());
  for (std::size_t source = 0; source < sources.size(); ++source) {
    if (sources.dialect(source) == remote_read::Dialect::deepflow) continue;
    SampleSink sink(asked.size());
    RCA_TRY(sources.read(source, asked, sink, now_ms, stop));
    for (std::size_t query = 0; query < asked.size(); ++query) {
      for (const auto& [name, series] : sink.of(query)) {
        samples += series.second.size();
        if (series.second.size() > longest[query].size()) longest[query] = series.second;
      }
    }
  }
  for (std::size_t query = 0; query < asked.size(); ++query) {
    Budget& budget = budgets_[of[query]];
    const rca::Samples& known = longest[query];
    for (std::size_t i = 1; i < known.size() && known.times[i] <= budget.first_noted_ms; ++i) {
      const std::int64_t before = known.times[i - 1];
      const std::int64_t time = known.times[i];
      if (std::isnan(known.values[i]) || time - before > lookback_ms_) continue;
      const double seconds = static_cast<double>(time - before) / 1000;
      budget.minutes.add_total(before, time, seconds);
      budget.minutes.cover(before, time);
      if (breaks(budget.slo, known.values[i])) budget.minutes.add_part(before, time, seconds);
    }
  }
  return {};
}

rca::Result<std::size_t> SloBook::read_piece(std::int64_t now_ms, Sources& sources, const std::stop_token& stop) {
  const std::int64_t first = std::max(oldest_wanted_ms_, back_ms_ - piece_ms_);
  std::size_t samples = 0;
  std::vector<std::vector<StagedSeries>> by_slo;
  RCA_TRY(read_events(first, back_ms_, now_ms, sources, stop, by_slo, samples));
  RCA_TRY(read_kept_time(first, back_ms_, now_ms, sources, stop, samples));
  for (std::size_t i = 0; i < budgets_.size(); ++i) budgets_[i].counter.add_old(by_slo[i], budgets_[i].minutes);
  back_ms_ = first;
  const double wanted = static_cast<double>(piece_ms_) * static_cast<double>(kSamplesPerPiece) /
                        static_cast<double>(std::max<std::size_t>(samples, 1));
  piece_ms_ = std::clamp(static_cast<std::int64_t>(std::min(wanted, 2.0 * static_cast<double>(piece_ms_))),
                         kShortestPieceMs, kLongestPieceMs);
  return samples;
}

void SloBook::read_back(Sources& sources, std::int64_t now_ms, const std::stop_token& stop) {
  if (live_ms_ == 0 || complete() || now_ms < retry_ms_) return;
  std::size_t samples = 0;
  while (!complete() && samples < kSamplesPerCycle) {
    const auto piece = read_piece(now_ms, sources, stop);
    if (!piece.ok()) {
      if (piece.error().kind == rca::ErrorKind::cancelled) return;
      log_warn("history of the error budgets could not be read, trying again with a shorter piece",
               {{"from", format_duration(std::chrono::milliseconds(now_ms - back_ms_)) + " ago"},
                {"error", piece.error().message}});
      piece_ms_ = std::max(piece_ms_ / 2, kShortestPieceMs);
      retry_ms_ = now_ms + kRetryMs;
      return;
    }
    samples += *piece;
  }
  if (!complete()) return;
  for (Budget& budget : budgets_) budget.counter.forget_starts();
  log_info("history of the error budgets is read");
}

// Said once: a bound that the histogram does not have gives no error by itself, only no data.
void SloBook::complain(std::size_t slo, std::int64_t now_ms, Sources& sources, const std::stop_token& stop) {
  std::vector<remote_read::Query> asked;
  double wanted = 0;
  for (std::size_t query = 0; query < queries_.all().size(); ++query) {
    const EventQuery& one = queries_.all()[query];
    if (one.slo != slo || !one.histogram) continue;
    asked.push_back({live_ms_ - lookback_ms_, live_ms_, queries_.all_buckets(query), {}});
    wanted = one.bound;
  }
  std::set<double> bounds;
  for (std::size_t source = 0; source < sources.size(); ++source) {
    SampleSink sink(asked.size());
    if (!sources.read(source, asked, sink, now_ms, stop).ok()) return;  // asked again in the next cycle
    for (std::size_t query = 0; query < asked.size(); ++query) {
      for (const auto& [name, series] : sink.of(query)) {
        const std::string text(rca::label_value(series.first, "le"));
        double bound = 0;
        const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), bound);
        if (error == std::errc() && std::isfinite(bound)) bounds.insert(bound);
      }
    }
  }
  std::vector<std::string> words;
  words.reserve(bounds.size());
  for (const double bound : bounds) words.push_back(number(bound));
  budgets_[slo].complained = true;
  log_error("the SLO's threshold is no bucket bound of all its histograms, what has none is not counted",
            {{"slo", budgets_[slo].slo.name}, {"le", number(wanted)}, {"bounds", join(words)}});
}

std::vector<SloStatus> SloBook::status(std::int64_t now_ms) const {
  std::vector<SloStatus> all;
  for (const Budget& budget : budgets_) {
    SloStatus status;
    status.slo = budget.slo.name;
    status.service = budget.slo.service;
    status.sli = to_string(budget.slo.sli);
    status.budgeting = to_string(budget.slo.budgeting);
    status.objective = budget.slo.objective;
    measure_budget(budget.minutes, budget.slo.budget_window.count(), now_ms - delay_ms_, status);
    all.push_back(std::move(status));
  }
  return all;
}

std::optional<SloBook::Use> SloBook::used(const std::string& slo, std::int64_t from_ms, std::int64_t to_ms,
                                          std::int64_t now_ms) const {
  const auto at =
      std::find_if(budgets_.begin(), budgets_.end(), [&](const Budget& budget) { return budget.slo.name == slo; });
  if (at == budgets_.end() || !by_events(at->slo) || from_ms < back_ms_) return std::nullopt;
  const auto window = static_cast<double>(at->slo.budget_window.count());
  const EventCounts all = at->minutes.sum(now_ms - at->slo.budget_window.count(), now_ms);
  if (!(all.total > 0) || !(all.covered_ms > 0)) return std::nullopt;
  // Rows are finer than minutes, but reach back less far.
  const EventRing& ring = from_ms >= now_ms - window_ms_ ? at->rows : at->minutes;
  const double whole = all.total * std::max(1.0, window / all.covered_ms);
  return Use{ring.sum(from_ms, to_ms).bad, (1 - at->slo.objective) * whole};
}

}  // namespace exporter
