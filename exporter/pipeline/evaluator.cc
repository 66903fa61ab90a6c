#include "exporter/pipeline/evaluator.h"

#include <algorithm>
#include <chrono>
#include <utility>

#include "exporter/drift/engine.h"
#include "exporter/drift/spc.h"
#include "exporter/incident/action_check.h"
#include "exporter/incident/sli.h"
#include "exporter/pipeline/deadline.h"
#include "exporter/pipeline/inventory.h"
#include "exporter/pipeline/log.h"
#include "exporter/pipeline/scores.h"
#include "exporter/signals/catalog.h"
#include "rca_core/diagnosis/audit.h"

namespace exporter {
namespace {

constexpr std::int64_t kChangesShownMs = 24LL * 3600 * 1000;
constexpr std::int64_t kCountedAfterMs = 120'000;
constexpr std::int64_t kLongestWaitMs = 300'000;
// Reads of an hour of the charted signals' history.
constexpr std::int64_t kChartReadsPerCycle = 8;

double seconds_since(std::chrono::steady_clock::time_point start) {
  return std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
}

bool same_change(const rca::ChangeEvent& a, const rca::ChangeEvent& b) {
  return a.time_ms == b.time_ms && a.kind == b.kind && a.entity == b.entity && a.from == b.from && a.to == b.to;
}

}  // namespace

rca::Result<std::unique_ptr<Evaluator>> Evaluator::create(const Config& config, HistoryOptions options) {
  CatalogResult catalog = load_catalog(config);
  if (!catalog.catalog) return rca::Error{rca::ErrorKind::invalid_argument, to_string(catalog.diagnostics)};
  RCA_ASSIGN(Resolver resolver, Resolver::create(std::move(*catalog.catalog), config));
  RCA_ASSIGN(Sources sources, Sources::create(config));
  auto shared = std::make_shared<const Resolver>(std::move(resolver));
  auto evaluator = std::make_unique<Evaluator>(config, shared, std::move(sources), options);
  if (config.drift.enabled) {
    DriftEngineOptions engine;
    engine.reading_time = config.interval / 3;
    RCA_ASSIGN(evaluator->drift_, DriftEngine::create(config, shared->catalog(), engine));
  }
  if (config.spc.enabled) {
    RCA_ASSIGN(evaluator->spc_, SpcEngine::create(config, shared->catalog(), kChartReadsPerCycle));
  }
  return evaluator;
}

Evaluator::Evaluator(Config config, std::shared_ptr<const Resolver> resolver, Sources sources, HistoryOptions options)
    : config_(std::move(config)), resolver_(std::move(resolver)), sources_(std::move(sources)), options_(options) {
  snapshot_.evaluation_failures = zero_failures();
  snapshot_.endpoints = sources_.status();
  note_bounds();
}

Evaluator::~Evaluator() = default;

void Evaluator::note_bounds() {
  snapshot_.max_signals = config_.max_signals;
  snapshot_.top_k = config_.incidents.top_k;
  snapshot_.incidents_kept = config_.incidents.kept;
  snapshot_.max_drift_targets = config_.drift.max_targets;
  snapshot_.max_drift_parts = config_.drift.max_parts;
  snapshot_.max_drift_buckets = config_.drift.max_buckets;
  snapshot_.max_spc_signals = config_.spc.max_signals;
}

void Evaluator::inherit(const Snapshot& before) {
  sources_.inherit(before.endpoints);
  snapshot_ = before;
  snapshot_.endpoints = sources_.status();
  note_bounds();
  if (!drift_) snapshot_.drift = nullptr;
  if (!spc_) snapshot_.spc = nullptr;
}

rca::Result<void> Evaluator::cycle(std::int64_t now_ms, IncidentDesk& desk, const std::stop_token& stop) {
  const auto start = std::chrono::steady_clock::now();
  auto done = run(now_ms, desk, stop);
  snapshot_.endpoints = sources_.status();
  if (!done.ok() && done.error().kind == rca::ErrorKind::cancelled) return done;
  ++snapshot_.evaluations;
  snapshot_.last_evaluation_ok = done.ok();
  if (done.ok()) {
    snapshot_.evaluated_ms = now_ms;
    snapshot_.last_success_ms = now_ms;
    snapshot_.evaluation_seconds = seconds_since(start);
  } else {
    ++snapshot_.evaluation_failures[std::string(rca::to_string(done.error().kind))];
  }
  return done;
}

bool Evaluator::note_follow_up(const rca::Result<bool>& done, const std::string& what, std::int64_t now_ms,
                               FollowUp& state, std::uint64_t& failures) const {
  if (done.ok()) {
    if (*done && state.failing) log_info(what + " works again");
    if (*done) state = FollowUp();
    return *done;
  }
  if (done.error().kind == rca::ErrorKind::cancelled) return false;
  ++failures;
  state.wait_ms = std::max(config_.interval.count(), std::min(2 * state.wait_ms, kLongestWaitMs));
  state.not_before_ms = now_ms + state.wait_ms;
  if (state.failing != done.error().kind) {
    log_error(what + " failed, its last result stays",
              {{"reason", std::string(rca::to_string(done.error().kind))}, {"error", done.error().message}});
  }
  state.failing = done.error().kind;
  return true;  // the count is new
}

bool Evaluator::follow_up(std::int64_t now_ms, const std::stop_token& stop,
                          std::chrono::steady_clock::time_point deadline) {
  const Deadline limit(stop, deadline);
  const auto in_time = [&](rca::Result<bool> done) -> rca::Result<bool> {
    if (done.ok() || done.error().kind != rca::ErrorKind::cancelled || !limit.passed()) return done;
    return rca::Error{rca::ErrorKind::timeout, "the sources had not answered when incidents were due again"};
  };
  bool changed = false;
  if (drift_ && now_ms >= drift_state_.not_before_ms) {
    changed = note_follow_up(in_time(drift_->update(now_ms, sources_, limit.token())), "evaluation of drift", now_ms,
                             drift_state_, snapshot_.drift_failures);
    if (drift_->report()) snapshot_.drift = drift_->report();
  }
  if (spc_ && now_ms >= spc_state_.not_before_ms && !limit.passed()) {
    changed = note_follow_up(in_time(spc_->update(now_ms, sources_, limit.token())), "evaluation of control charts",
                             now_ms, spc_state_, snapshot_.spc_failures) ||
              changed;
    if (spc_->report()) snapshot_.spc = spc_->report();
  }
  snapshot_.endpoints = sources_.status();
  return changed;
}

rca::Result<void> Evaluator::make_store(const std::stop_token& stop) {
  auto semantics = rca::RangeSemantics::closed;
  if (config_.semantics == PromqlSemantics::left_open) semantics = rca::RangeSemantics::left_open;
  if (config_.semantics == PromqlSemantics::automatic) {
    RCA_ASSIGN(semantics, sources_.ask_semantics(stop));
  }
  store_ = std::make_unique<SignalStore>(config_, resolver_, semantics, options_);
  return {};
}

rca::Result<void> Evaluator::run(std::int64_t now_ms, IncidentDesk& desk, const std::stop_token& stop) {
  if (!store_) RCA_TRY(make_store(stop));
  if (auto done = store_->update(now_ms, sources_, stop); !done.ok()) {
    // What answered may not have been the server: ask again who it is.
    if (!store_->last_row()) store_.reset();
    return done;
  }
  if (!store_->last_row()) return {};
  if (!book_) {
    RCA_ASSIGN(book_, SloBook::create(config_, resolver_, true));
  }
  RCA_TRY(book_->update(now_ms, *store_, sources_, stop));
  const auto series = store_->levels().series(store_->first_row(), *store_->last_row(), store_->step_ms());
  const auto changes = desk.update(series, now_ms);
  if (changes.ok()) {
    for (const std::string& id : changes->opened) log_warn("incident opened", {{"incident", id}});
    for (const std::string& id : changes->resolved) log_info("incident resolved", {{"incident", id}});
  }
  snapshot_.graph = store_->graph();
  auto noted = note_changes(desk);
  if (auto known = desk.changes(now_ms - std::max(kChangesShownMs, config_.window.count())); known.ok()) {
    snapshot_.changes = std::move(known).value();
  }
  snapshot_.gaps = rca::audit(make_inventory(*store_, config_, desk.incidents(), snapshot_.graph));
  auto ranked = rank_open_incidents(desk);
  auto watched = watch_actions(desk, now_ms);
  auto counted = count_budgets(desk, now_ms);
  publish_now(desk);
  book_->read_back(sources_, now_ms, stop);
  snapshot_.slos = book_->status(now_ms);
  if (!changes.ok()) return changes.error();
  if (!noted.ok()) return noted;
  if (!watched.ok()) return watched;
  if (!counted.ok()) return counted;
  return ranked;
}

// Changes that the series show join those that were reported. The store keeps each once, so that a restart, which sees
// them again, does no harm.
rca::Result<void> Evaluator::note_changes(IncidentDesk& desk) {
  std::vector<rca::ChangeEvent> seen = store_->changes();
  if (seen.empty() || std::equal(seen.begin(), seen.end(), changes_seen_.begin(), changes_seen_.end(), same_change)) {
    return {};
  }
  RCA_TRY(desk.on_changes(seen));
  changes_seen_ = std::move(seen);
  return {};
}

rca::Result<void> Evaluator::watch_actions(IncidentDesk& desk, std::int64_t now_ms) {
  const auto series = store_->levels().series(store_->first_row(), *store_->last_row(), store_->step_ms());
  for (const Incident& incident : desk.incidents()) {
    if (!is_watched(incident)) continue;
    const auto sli =
        std::find_if(series.begin(), series.end(), [&](const SliSeries& one) { return one.slo->name == incident.slo; });
    RCA_ASSIGN(const std::vector<IncidentSpan> same_kind, desk.same_kind(incident));
    WatchedHistory history;
    history.sli = sli == series.end() ? nullptr : &*sli;
    history.values = [this](std::string_view entity, std::string_view role, std::int64_t first, std::int64_t last) {
      return store_->values(entity, role, first, last);
    };
    history.same_kind = same_kind;
    history.now_ms = now_ms;
    std::vector<ActionCheck> checks =
        advance_checks(incident, sli == series.end() ? nullptr : sli->slo, config_.incidents, history);
    if (checks == incident.checks) continue;
    // Written when something was decided; what was counted in between is counted again after a restart.
    const bool decided = !std::equal(checks.begin(), checks.end(), incident.checks.begin(), incident.checks.end(),
                                     [](const ActionCheck& a, const ActionCheck& b) { return a.state == b.state; });
    RCA_TRY(desk.set_checks(incident.id, std::move(checks), decided));
  }
  return {};
}

rca::Result<void> Evaluator::count_budgets(IncidentDesk& desk, std::int64_t now_ms) {
  for (const Incident& incident : desk.incidents()) {
    BudgetUse use{incident.bad_events, incident.budget_events, incident.recurrence_cost};
    bool save = false;
    // A while longer than the incident itself, since the last samples come late.
    if (incident.open() || now_ms - incident.resolved_ms < kCountedAfterMs) {
      const std::int64_t end = incident.open() ? now_ms : incident.mitigated_ms;
      if (const auto used = book_->used(incident.slo, incident.onset_ms, end, now_ms)) {
        save = !incident.open() && used->bad != incident.bad_events;
        use.bad_events = used->bad;
        use.budget_events = used->budget;
      }
    }
    RCA_ASSIGN(const std::vector<IncidentSpan> same_kind, desk.same_kind(incident));
    Incident counted = incident;
    counted.bad_events = use.bad_events;
    counted.budget_events = use.budget_events;
    use.recurrence_cost = recurrence_cost(counted, same_kind, now_ms);
    RCA_TRY(desk.set_budget_use(incident.id, use, save));
  }
  return {};
}

rca::Result<void> Evaluator::rank_open_incidents(IncidentDesk& desk) {
  const std::vector<Incident> open = desk.open_incidents();
  std::map<std::string, IncidentRows> ranked;
  for (const Incident& incident : open) {
    const auto rows = incident_rows(*store_, config_, incident);
    const auto before = ranked_.find(incident.id);
    if (before != ranked_.end()) ranked.insert(*before);
    // Once the anomalous window is over, or the history before the onset is gone, the rankings stay as they are.
    if (!rows.ok() || (before != ranked_.end() && before->second.last == rows->last)) continue;
    if (!incident.rankings.empty() && before == ranked_.end() && rows->last < *store_->last_row()) continue;
    const IncidentInput input =
        make_incident_input(*store_, *rows, incident, config_, snapshot_.graph, snapshot_.changes);
    RankingSet set = rank_incident(input, config_, config_.methods, snapshot_.gaps);
    note_failures(set.failures);
    ranked[incident.id] = *rows;
    if (set.rankings.empty() && !set.diagnosis) continue;
    RCA_TRY(desk.set_ranking_set(incident.id, std::move(set)));
  }
  ranked_ = std::move(ranked);
  return {};
}

void Evaluator::note_failures(const std::vector<MethodFailure>& failures) {
  for (const MethodFailure& failure : failures) {
    const auto logged = method_failures_.find(failure.method);
    if (logged != method_failures_.end() && logged->second == failure.error.kind) continue;
    method_failures_[failure.method] = failure.error.kind;
    log_warn("method could not rank an incident", {{"method", failure.method},
                                                   {"reason", std::string(rca::to_string(failure.error.kind))},
                                                   {"error", failure.error.message}});
  }
}

void Evaluator::publish_now(const IncidentDesk& desk) {
  const std::int64_t row = *store_->last_row();
  snapshot_.incidents = desk.incidents();
  snapshot_.signals = store_->signals();
  snapshot_.series = store_->series();
  snapshot_.slis.clear();
  const auto& slos = store_->levels().slos();
  for (std::size_t i = 0; i < slos.size(); ++i) {
    const Slo& slo = slos[i];
    snapshot_.slis.push_back({slo.name, store_->levels().measured(i, row), slo.threshold, slo.objective, slo.sli,
                              is_latency(slo.sli) ? slo.quantile : 0, slo.entity});
  }
  // While something is broken "normal" is what was before it.
  std::int64_t normal_end = row;
  for (const Incident& incident : snapshot_.incidents) {
    if (incident.open()) normal_end = std::min(normal_end, incident.onset_ms / store_->step_ms());
  }
  const std::int64_t first = std::max(store_->first_row(), normal_end - config_.normal_window / config_.step);
  snapshot_.anomalies = anomaly_scores(store_->columns(), row, first, normal_end - 1);
  snapshot_.peers = peer_deviations(store_->columns(), row);
}

}  // namespace exporter
