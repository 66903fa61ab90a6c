#include "exporter/drift/spc.h"

#include <algorithm>
#include <cmath>
#include <utility>
#include <vector>

#include "common/parallel_for.h"
#include "rca_core/spc/baseline.h"
#include "rca_core/spc/control_chart.h"

namespace exporter {
namespace {

constexpr std::int64_t kSettleMs = 15'000;   // a scrape's samples can be read only when it is over
constexpr std::int64_t kReadMs = 3'600'000;  // of history in one read
constexpr std::int64_t kLongestHoldOutMs = 6LL * 3'600'000;

// What the store shall hold for the charts, in place of what it holds for incidents.
Config chart_config(const Config& config) {
  Config out = config;
  out.interval = config.spc.step;
  out.step = config.spc.step;
  out.window = config.spc.window;
  // A rate over less than the step would not see what happens between two points.
  out.rate_range = std::max(config.rate_range, config.spc.step);
  out.slos.clear();
  out.calls.clear();
  out.max_signals = config.spc.max_signals;
  return out;
}

// The roles that are charted, with what they are divided by.
Catalog charted(const Catalog& catalog, const std::vector<std::string>& roles) {
  const auto wanted = [&](const SignalSpec& spec) {
    return std::find(roles.begin(), roles.end(), spec.role) != roles.end();
  };
  Catalog out;
  for (const SignalSpec& spec : catalog.signals) {
    const bool divisor = std::any_of(catalog.signals.begin(), catalog.signals.end(), [&](const SignalSpec& other) {
      return wanted(other) && other.exporter == spec.exporter && other.divide_by == spec.role;
    });
    if (!wanted(spec) && !divisor) continue;
    out.signals.push_back(spec);
    if (!wanted(spec)) out.signals.back().internal = true;
  }
  return out;
}

rca::Seasonality longest_season(SpcSeason season) {
  switch (season) {
    case SpcSeason::none: return rca::Seasonality::none;
    case SpcSeason::hour_of_day: return rca::Seasonality::hour_of_day;
    case SpcSeason::hour_of_week: return rca::Seasonality::hour_of_week;
  }
  return rca::Seasonality::none;
}

struct History {
  std::vector<std::int64_t> times;
  std::vector<double> values;
};

// The newest point of the chart of one history, whose last value is the newest; nullopt: nothing to compare it with.
std::optional<SpcChart> chart_of(const SpcConfig& config, const History& history, std::size_t held_out) {
  if (history.values.empty() || !std::isfinite(history.values.back())) return std::nullopt;
  rca::BaselineOptions options;
  options.longest = longest_season(config.seasonality);
  // What is judged has no say in what is normal.
  const std::size_t past = history.values.size() - std::min(held_out, history.values.size());
  const rca::SampleView all{history.times, history.values};
  const auto baseline = rca::fit_baseline(all.subview(0, past), options);
  if (!baseline.ok()) return std::nullopt;
  rca::ChartOptions limits;
  limits.ewma_lambda = config.ewma_lambda;
  limits.ewma_limit = config.ewma_limit;
  limits.cusum_slack = config.cusum_slack;
  limits.cusum_limit = config.cusum_limit;
  rca::ControlChart chart(*baseline, limits);
  for (std::size_t i = 0; i < history.values.size(); ++i) chart.add(history.times[i], history.values[i]);
  SpcChart out;
  out.point = chart.last();
  out.reference_samples = baseline->values;
  out.enough_data = baseline->season_known;
  return out;
}

}  // namespace

rca::Result<std::unique_ptr<SpcEngine>> SpcEngine::create(const Config& config, const Catalog& catalog,
                                                          std::int64_t reads_per_update) {
  RCA_ASSIGN(Resolver resolver, Resolver::create(charted(catalog, config.spc.signals), config));
  return std::unique_ptr<SpcEngine>(
      new SpcEngine(config, std::make_shared<const Resolver>(std::move(resolver)), reads_per_update));
}

SpcEngine::SpcEngine(const Config& config, std::shared_ptr<const Resolver> resolver, std::int64_t reads_per_update)
    : config_(chart_config(config)), resolver_(std::move(resolver)), reads_per_update_(reads_per_update) {}

rca::Result<void> SpcEngine::make_store(Sources& sources, const std::stop_token& stop) {
  auto semantics = rca::RangeSemantics::closed;
  if (config_.semantics == PromqlSemantics::left_open) semantics = rca::RangeSemantics::left_open;
  if (config_.semantics == PromqlSemantics::automatic) {
    RCA_ASSIGN(semantics, sources.ask_semantics(stop));
  }
  HistoryOptions options;
  options.rows_per_read = std::max<std::int64_t>(1, kReadMs / config_.step.count());
  options.reads_per_update = reads_per_update_;
  // The incidents' own history tells when the sources are silent.
  options.longest_silence_ms = config_.window.count();
  store_ = std::make_unique<SignalStore>(config_, resolver_, semantics, options);
  return {};
}

rca::Result<bool> SpcEngine::update(std::int64_t now_ms, Sources& sources, const std::stop_token& stop) {
  const std::int64_t step = config_.step.count();
  const std::int64_t settled_ms = now_ms - std::min(kSettleMs, step / 4);
  const std::int64_t target = (settled_ms - config_.ingestion_delay.count()) / step;
  if (drawn_ && *drawn_ >= target) return false;
  if (!store_) RCA_TRY(make_store(sources, stop));
  if (auto done = store_->update(settled_ms, sources, stop); !done.ok()) {
    // What answered may not have been the server: ask again who it is.
    if (!store_->last_row()) store_.reset();
    return done.error();
  }
  if (!store_->last_row() || *store_->last_row() < target) return false;
  draw();
  drawn_ = target;
  return true;
}

void SpcEngine::draw() {
  const std::int64_t step = store_->step_ms();
  const std::int64_t last = *store_->last_row();
  const std::int64_t first = store_->first_row();
  const auto rows = static_cast<std::size_t>(last - first + 1);
  const auto held_out = static_cast<std::size_t>(
      std::max<std::int64_t>(1, std::min(config_.window.count() / 8, kLongestHoldOutMs) / step));
  const std::vector<Column>& columns = store_->columns();
  std::vector<std::optional<SpcChart>> charts(columns.size());
  rca::parallel_ranges(0, columns.size(), 4, [&](std::size_t begin, std::size_t end) {
    History history;
    for (std::size_t row = 0; row < rows; ++row)
      history.times.push_back((first + static_cast<std::int64_t>(row)) * step);
    history.values.resize(rows);
    for (std::size_t i = begin; i < end; ++i) {
      columns[i].ring->copy(first, history.values);
      charts[i] = chart_of(config_.spc, history, held_out);
      if (!charts[i]) continue;
      charts[i]->signal = columns[i].signal.role;
      charts[i]->entity = columns[i].signal.entity;
    }
  });
  const auto has = [&](const char* method) {
    const auto& methods = config_.spc.methods;
    return std::find(methods.begin(), methods.end(), method) != methods.end();
  };
  auto report = std::make_shared<SpcReport>();
  report->evaluated_ms = last * step;
  report->shewhart = has("shewhart");
  report->ewma = has("ewma");
  report->cusum = has("cusum");
  for (std::optional<SpcChart>& chart : charts) {
    if (chart) report->charts.push_back(std::move(*chart));
  }
  report_ = std::move(report);
}

}  // namespace exporter
