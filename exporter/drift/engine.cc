#include "exporter/drift/engine.h"

#include <algorithm>
#include <chrono>
#include <iterator>
#include <utility>

namespace exporter {
namespace {

constexpr std::size_t kMaxRowsOfRange = 4000;  // of gauges and embeddings in a fixed range

}  // namespace

rca::Result<std::unique_ptr<DriftEngine>> DriftEngine::create(const Config& config, const Catalog& catalog,
                                                              DriftEngineOptions options) {
  RCA_ASSIGN(DriftTargets targets, DriftTargets::create(config, catalog));
  if (const auto mistakes = check_golden_files(config); !mistakes.empty()) {
    return rca::Error{rca::ErrorKind::invalid_argument, to_string(mistakes)};
  }
  std::unique_ptr<DriftEngine> engine(new DriftEngine(config, std::move(targets), options));
  for (const DriftReference& reference : config.drift.references) {
    engine->pinned_.emplace_back();
    if (reference.kind != ReferenceKind::pinned) continue;
    RCA_ASSIGN(engine->pinned_.back(), load_golden(reference.file, config.drift));
  }
  return engine;
}

DriftEngine::DriftEngine(const Config& config, DriftTargets targets, DriftEngineOptions options)
    : config_(config),
      targets_(std::move(targets)),
      options_(options),
      read_options_{std::max(config.rate_range, config.drift.sample_interval).count(),
                    config.drift.sample_interval.count()},
      history_(config.drift.max_targets, config.drift.max_parts) {}

bool DriftEngine::time_is_up() const {
  return options_.reading_time.count() > 0 && std::chrono::steady_clock::now() - started_ >= options_.reading_time;
}

rca::Result<bool> DriftEngine::update(std::int64_t now_ms, Sources& sources, const std::stop_token& stop) {
  const std::int64_t interval = config_.drift.interval.count();
  const std::int64_t settle = std::min(options_.settle_ms, interval / 4) + config_.ingestion_delay.count();
  const DriftSlot last = (now_ms - settle) / interval - 1;
  if (last < 0 || (evaluated_ && *evaluated_ >= last)) return false;
  started_ = std::chrono::steady_clock::now();
  read_some_ = false;
  const DriftWindows windows = drift_windows(config_.drift, last);
  DriftSlots needed = windows.current;
  for (const DriftSlots& reference : windows.references) needed.insert(reference.begin(), reference.end());
  // Stretches of a fixed range that is being read, which are below 0 too, stay until they are one.
  std::erase_if(read_, [&](DriftSlot slot) { return slot >= 0 && !needed.contains(slot); });
  history_.keep_only(read_);
  auto done = read_missing(needed, now_ms, sources, stop);
  if (done.ok() && *done) evaluate(last, windows);
  seconds_ += std::chrono::duration<double>(std::chrono::steady_clock::now() - started_).count();
  if (!done.ok() || !*done) return done;
  auto report = std::make_shared<DriftReport>(*report_);
  report->seconds = std::exchange(seconds_, 0);
  report_ = std::move(report);
  return true;
}

rca::Result<bool> DriftEngine::read_missing(const DriftSlots& needed, std::int64_t now_ms, Sources& sources,
                                            const std::stop_token& stop) {
  DriftSlots missing;
  std::set_difference(needed.begin(), needed.end(), read_.begin(), read_.end(), std::inserter(missing, missing.end()));
  for (const auto& run : runs_of(missing, config_.drift.interval.count(), options_.longest_read_ms)) {
    if (read_some_ && time_is_up()) return false;
    RCA_TRY(read_stretches(targets_, run, read_options_, sources, now_ms, stop, history_));
    for (const DriftStretch& stretch : run) read_.insert(stretch.slot);
    read_some_ = true;
  }
  for (std::size_t i = 0; i < config_.drift.references.size(); ++i) {
    // A range that is not over has nothing to be compared with yet.
    if (!missing.contains(fixed_slot(i)) || config_.drift.references[i].end_ms > now_ms) continue;
    RCA_ASSIGN(const bool whole, read_fixed(i, now_ms, sources, stop));
    if (!whole) return false;
  }
  return true;
}

rca::Result<bool> DriftEngine::read_fixed(std::size_t reference, std::int64_t now_ms, Sources& sources,
                                          const std::stop_token& stop) {
  const DriftReference& range = config_.drift.references[reference];
  DriftSlots stretches;
  for (const DriftStretch& stretch : stretches_of(reference, range.start_ms, range.end_ms, options_.longest_read_ms)) {
    stretches.insert(stretch.slot);
    if (read_.contains(stretch.slot)) continue;
    if (read_some_ && time_is_up()) return false;
    RCA_TRY(read_stretches(targets_, {&stretch, 1}, read_options_, sources, now_ms, stop, history_));
    read_.insert(stretch.slot);
    read_some_ = true;
  }
  const DriftSlot whole = fixed_slot(reference);
  history_.collapse(stretches, whole, kMaxRowsOfRange);
  for (const DriftSlot slot : stretches) read_.erase(slot);
  read_.insert(whole);
  return true;
}

void DriftEngine::evaluate(DriftSlot last, const DriftWindows& windows) {
  auto report = std::make_shared<DriftReport>();
  report->evaluated_ms = (last + 1) * config_.drift.interval.count();
  std::vector<DriftReferenceData> references;
  for (std::size_t i = 0; i < config_.drift.references.size(); ++i) {
    const DriftReference& reference = config_.drift.references[i];
    const auto& pinned = pinned_[i];
    references.push_back({&reference, windows.references[i], pinned ? &pinned->signals : nullptr});
    const double age =
        pinned ? static_cast<double>(report->evaluated_ms - pinned->end_ms) / 1000 : windows.ages_seconds[i];
    report->references.push_back({reference.name, age});
  }
  report->comparisons = compare_targets(config_, history_, windows.current, references);
  report->targets = history_.targets().size();
  report->parts = history_.parts();
  report_ = std::move(report);
  evaluated_ = last;
}

}  // namespace exporter
