#include "exporter/incident/tracker.h"

#include <algorithm>
#include <cmath>
#include <utility>

#include "exporter/incident/sli.h"
#include "exporter/incident/time_text.h"
#include "rca_core/stats/onset.h"

namespace exporter {
namespace {

constexpr std::size_t kMaxSpent = 10'000;    // alerts remembered
constexpr std::size_t kMaxIdBytes = 80;      // of the SLO's part of an id
constexpr std::size_t kMaxHolders = 10'000;  // alerts that hold one incident

// Ids stand in URLs and label values, while an alert's name can be anything.
std::string id_part(const std::string& slo) {
  std::string out;
  for (const char c : slo.substr(0, kMaxIdBytes)) {
    const bool plain = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' ||
                       c == '-' || c == '.' || c == ':';
    out += plain ? c : '_';
  }
  return out;
}

Incident incident_of(const Slo& slo) {
  Incident incident;
  incident.slo = slo.name;
  incident.threshold = slo.threshold;
  incident.sli_value = std::nan("");
  incident.sli = sli_name(slo.sli);
  incident.unit = sli_unit(slo.sli);
  incident.quantile = is_latency(slo.sli) ? slo.quantile : 0;
  incident.scope = slo.entity;
  incident.objective = slo.objective;
  incident.budget_window_ms = slo.budget_window.count();
  return incident;
}

}  // namespace

bool IncidentTracker::Clock::step(bool holds, std::int64_t time_ms, std::int64_t step_ms, std::int64_t limit_ms) {
  if (!holds) {
    running = false;
    return false;
  }
  elapsed_ms = running ? elapsed_ms + step_ms : 0;
  if (!running) since_ms = time_ms;
  running = true;
  return elapsed_ms >= limit_ms;
}

OnsetEstimator change_point_onset() {
  return [](const SliSeries& series, std::int64_t first_row, std::int64_t broken_row) {
    // What an incident before this one did to the SLI is not "normal" for it.
    std::vector<double> values(series.values.begin() + first_row, series.values.end());
    for (double& value : values) {
      if (!std::isfinite(value)) value = std::nan("");
    }
    rca::OnsetOptions options;
    options.bad = higher_is_better(series.slo->sli) ? rca::Direction::falls : rca::Direction::rises;
    const auto onset = rca::estimate_onset(values, broken_row - first_row, options);
    return onset.ok() ? first_row + onset->row : broken_row;
  };
}

IncidentTracker::IncidentTracker(std::vector<Slo> slos, IncidentOptions options, OnsetEstimator onset)
    : options_(options), onset_(std::move(onset)) {
  configure(std::move(slos), options);
}

void IncidentTracker::configure(std::vector<Slo> slos, IncidentOptions options) {
  options_ = options;
  std::map<std::string, SloState> states;
  for (Slo& slo : slos) {
    SloState state;
    if (const auto it = slos_.find(slo.name); it != slos_.end()) state = it->second;
    state.slo = std::move(slo);
    const std::string name = state.slo.name;
    states.insert_or_assign(name, std::move(state));
  }
  slos_ = std::move(states);
  prune();
}

void IncidentTracker::restore(std::vector<Incident> incidents) {
  std::stable_sort(incidents.begin(), incidents.end(),
                   [](const Incident& a, const Incident& b) { return a.detected_ms < b.detected_ms; });
  for (Incident& incident : incidents) {
    if (find(incident.id) != nullptr) continue;
    if (const auto it = slos_.find(incident.slo); it != slos_.end()) {
      SloState& state = it->second;
      state.fed = true;
      state.last_ms = std::max(state.last_ms, incident.open() ? incident.detected_ms : incident.resolved_ms);
      state.resolved_ms = std::max(state.resolved_ms, incident.resolved_ms);
      state.clock = {};
    }
    incidents_.push_back(std::move(incident));
  }
  prune();
}

bool IncidentTracker::step_closed(SloState& state, double value, std::int64_t time_ms, std::int64_t step_ms) const {
  if (std::isnan(value)) return false;
  Clock& clock = state.clock;
  const double before = clock.running ? clock.worst : std::nan("");
  const bool due = clock.step(breaks(state.slo, value), time_ms, step_ms, open_after(state.slo, options_).count());
  clock.worst = worse(state.slo.sli, before, value);
  return due;
}

bool IncidentTracker::step_open(SloState& state, double value, std::int64_t time_ms, std::int64_t step_ms) const {
  if (std::isnan(value)) return false;
  return state.clock.step(keeps_with_margin(state.slo, options_, value), time_ms, step_ms,
                          options_.resolve_after.count());
}

// The row from which on the history has to be replayed to know the state at its end: the one after the last
// resolution in it.
std::int64_t IncidentTracker::skip_history(SloState state, const SliSeries& series) const {
  std::int64_t first = 0;
  bool is_open = false;
  for (std::int64_t row = 0; row < series.grid.rows; ++row) {
    const double value = series.values[static_cast<std::size_t>(row)];
    const std::int64_t time = series.grid.time_ms(row);
    const bool due = is_open ? step_open(state, value, time, series.grid.step_ms)
                             : step_closed(state, value, time, series.grid.step_ms);
    if (!due) continue;
    if (is_open) first = row + 1;
    is_open = !is_open;
    state.clock = {};
  }
  return first;
}

std::int64_t IncidentTracker::onset_ms(const SloState& state, const SliSeries& series, std::int64_t broken_ms) const {
  const std::int64_t broken_row = std::min(series.grid.row_at_or_after(broken_ms), series.grid.rows - 1);
  const std::int64_t first_row =
      state.resolved_ms == 0 ? 0 : std::min(series.grid.row_at_or_after(state.resolved_ms + 1), broken_row);
  if (!onset_ || series.grid.start_ms > broken_ms) return broken_ms;
  const std::int64_t row = onset_(series, first_row, broken_row);
  return row >= first_row && row <= broken_row ? series.grid.time_ms(row) : broken_ms;
}

void IncidentTracker::feed(SloState& state, const SliSeries& series, IncidentChanges& changes) {
  std::int64_t row = state.fed ? series.grid.row_at_or_after(state.last_ms + 1) : skip_history(state, series);
  if (!state.fed && row > 0) state.resolved_ms = series.grid.time_ms(row - 1);
  const std::int64_t step_ms = series.grid.step_ms;
  for (; row < series.grid.rows; ++row) {
    const double value = series.values[static_cast<std::size_t>(row)];
    const std::int64_t time = series.grid.time_ms(row);
    Incident* incident = open_incident_of(state.slo.name);
    if (incident != nullptr) {
      if (breaks(state.slo, value)) {
        incident->sli_value = worse(state.slo.sli, incident->sli_value, value);
        // After a restart rows come again that the store's incident has counted.
        if (time > incident->counted_ms) incident->bad_ms += step_ms;
      }
      incident->counted_ms = std::max(incident->counted_ms, time);
      if (onset_pending_.erase(incident->id) > 0) incident->onset_ms = onset_ms(state, series, incident->onset_ms);
      // What an alert opened, the alert closes; the clock of the breach runs on meanwhile.
      if (incident->source == IncidentSource::alertmanager) {
        step_closed(state, value, time, step_ms);
      } else if (step_open(state, value, time, step_ms)) {
        incident->mitigated_ms = state.clock.since_ms;
        resolve(*incident, time, changes);
      }
    } else if (step_closed(state, value, time, step_ms)) {
      Incident opened = incident_of(state.slo);
      opened.detected_ms = time;
      opened.sli_value = state.clock.worst;
      opened.bad_ms = state.clock.elapsed_ms + step_ms;
      opened.counted_ms = time;
      opened.onset_ms = onset_ms(state, series, state.clock.since_ms);
      state.clock = {};
      open(std::move(opened), changes);
    }
  }
  state.fed = true;
  state.last_ms = std::max(state.last_ms, series.grid.end_ms());
}

IncidentChanges IncidentTracker::update(std::span<const SliSeries> series, std::int64_t now_ms) {
  prune();
  IncidentChanges changes;
  for (const SliSeries& one : series) {
    if (one.slo == nullptr || one.grid.rows <= 0 || std::cmp_not_equal(one.values.size(), one.grid.rows)) continue;
    if (const auto it = slos_.find(one.slo->name); it != slos_.end()) feed(it->second, one, changes);
  }
  for (Incident& incident : incidents_) {
    if (incident.open() && incident.source == IncidentSource::slo && !slos_.contains(incident.slo)) {
      resolve(incident, now_ms, changes);
    }
  }
  return changes;
}

void IncidentTracker::open(Incident incident, IncidentChanges& changes) {
  incident.id = unique_id(incident.slo, incident.detected_ms);
  changes.opened.push_back(incident.id);
  incidents_.push_back(std::move(incident));
}

void IncidentTracker::resolve(Incident& incident, std::int64_t time_ms, IncidentChanges& changes) {
  incident.resolved_ms = std::max(time_ms, incident.detected_ms);
  if (incident.mitigated_ms == 0) incident.mitigated_ms = incident.resolved_ms;
  incident.alert_fingerprints.clear();
  onset_pending_.erase(incident.id);
  if (const auto it = slos_.find(incident.slo); it != slos_.end()) {
    it->second.resolved_ms = incident.resolved_ms;
    it->second.clock = {};
  }
  changes.resolved.push_back(incident.id);
}

IncidentChanges IncidentTracker::on_alerts(std::span<const Alert> alerts, std::int64_t now_ms) {
  prune();
  IncidentChanges changes;
  for (const Alert& alert : alerts) {
    if (!rca::label_value(alert.labels, "incident").empty()) continue;
    if (alert.firing) {
      fire(alert, now_ms, changes);
    } else {
      clear(alert, now_ms, changes);
    }
  }
  return changes;
}

void IncidentTracker::fire(const Alert& alert, std::int64_t now_ms, IncidentChanges& changes) {
  const std::string slo(rca::label_value(alert.labels, "slo"));
  const auto state = slos_.find(slo);
  const bool of_slo = !slo.empty() && (state != slos_.end() || open_incident_of(slo) != nullptr);
  const std::string key = of_slo ? slo : alert.name;
  const auto spent = spent_.find(alert.fingerprint);
  const bool repeated = spent != spent_.end() && spent->second == alert.starts_ms;

  if (Incident* incident = open_incident_of(key); incident != nullptr) {
    spent_[alert.fingerprint] = alert.starts_ms;
    auto& holders = incident->alert_fingerprints;
    if (incident->alert == alert.name && holders.size() < kMaxHolders &&
        std::find(holders.begin(), holders.end(), alert.fingerprint) == holders.end()) {
      holders.push_back(alert.fingerprint);
    }
    return;
  }
  if (repeated) return;
  const auto open_alerts = std::count_if(incidents_.begin(), incidents_.end(), [](const Incident& incident) {
    return incident.open() && incident.source == IncidentSource::alertmanager;
  });
  if (std::cmp_greater_equal(open_alerts, kMaxOpenAlertIncidents)) {
    ++dropped_alerts_;
    return;
  }
  Incident incident = of_slo ? incident_of(state->second.slo) : Incident{};
  incident.slo = key;
  incident.source = IncidentSource::alertmanager;
  incident.detected_ms = now_ms;
  incident.onset_ms = alert.starts_ms > 0 ? std::min(alert.starts_ms, now_ms) : now_ms;
  if (!of_slo) incident.sli_value = incident.threshold = std::nan("");
  incident.alert = alert.name;
  incident.alert_fingerprints = {alert.fingerprint};
  incident.summary = rca::label_value(alert.annotations, "summary");
  if (incident.summary.empty()) incident.summary = rca::label_value(alert.annotations, "description");
  spent_[alert.fingerprint] = alert.starts_ms;
  open(std::move(incident), changes);
  if (of_slo) onset_pending_.insert(incidents_.back().id);
}

void IncidentTracker::clear(const Alert& alert, std::int64_t now_ms, IncidentChanges& changes) {
  for (Incident& incident : incidents_) {
    if (!incident.open() || incident.alert != alert.name || incident.source != IncidentSource::alertmanager) continue;
    auto& holders = incident.alert_fingerprints;
    if (std::erase(holders, alert.fingerprint) > 0 && holders.empty()) resolve(incident, now_ms, changes);
  }
}

rca::Result<Incident*> IncidentTracker::known(const std::string& id) {
  const auto it =
      std::find_if(incidents_.begin(), incidents_.end(), [&id](const Incident& incident) { return incident.id == id; });
  if (it == incidents_.end()) return rca::Error{rca::ErrorKind::not_found, "there is no incident '" + id + "'"};
  return &*it;
}

rca::Result<void> IncidentTracker::set_rankings(const std::string& id, std::vector<rca::Ranking> rankings,
                                                std::string answer_method) {
  RCA_ASSIGN(Incident * incident, known(id));
  incident->rankings = std::move(rankings);
  incident->answer_method = std::move(answer_method);
  return {};
}

rca::Result<void> IncidentTracker::set_findings(const std::string& id, Findings findings) {
  RCA_ASSIGN(Incident * incident, known(id));
  incident->diagnosis = std::move(findings.diagnosis);
  incident->impact = std::move(findings.impact);
  incident->recurrence = std::move(findings.recurrence);
  incident->checks = std::move(findings.checks);
  return {};
}

rca::Result<void> IncidentTracker::set_budget_use(const std::string& id, const BudgetUse& use) {
  RCA_ASSIGN(Incident * incident, known(id));
  incident->bad_events = use.bad_events;
  incident->budget_events = use.budget_events;
  incident->recurrence_cost = use.recurrence_cost;
  return {};
}

std::vector<Incident> IncidentTracker::incidents() const {
  std::vector<Incident> result(incidents_.rbegin(), incidents_.rend());
  std::stable_sort(result.begin(), result.end(),
                   [](const Incident& a, const Incident& b) { return a.detected_ms > b.detected_ms; });
  std::erase_if(result,
                [left = options_.kept](const Incident& incident) mutable { return !incident.open() && left-- <= 0; });
  return result;
}

const Incident* IncidentTracker::find(const std::string& id) const {
  const auto it =
      std::find_if(incidents_.begin(), incidents_.end(), [&id](const Incident& incident) { return incident.id == id; });
  return it == incidents_.end() ? nullptr : &*it;
}

std::vector<const Incident*> IncidentTracker::open_incidents() const {
  std::vector<const Incident*> result;
  for (const Incident& incident : incidents_) {
    if (incident.open()) result.push_back(&incident);
  }
  return result;
}

Incident* IncidentTracker::open_incident_of(const std::string& slo) {
  const auto it = std::find_if(incidents_.begin(), incidents_.end(),
                               [&slo](const Incident& incident) { return incident.open() && incident.slo == slo; });
  return it == incidents_.end() ? nullptr : &*it;
}

std::string IncidentTracker::unique_id(const std::string& slo, std::int64_t detected_ms) const {
  const std::string base = id_part(slo) + "-" + format_time_compact(detected_ms);
  std::string id = base;
  for (int n = 2; find(id) != nullptr; ++n) id = base + "-" + std::to_string(n);
  return id;
}

// Forgets what `incidents` no longer gives. Called before a step and not after it, so that an incident that has just
// been resolved can still be looked up and saved.
void IncidentTracker::prune() {
  std::size_t resolved = static_cast<std::size_t>(
      std::count_if(incidents_.begin(), incidents_.end(), [](const Incident& incident) { return !incident.open(); }));
  const auto kept = static_cast<std::size_t>(std::max(options_.kept, 0));
  std::erase_if(incidents_, [&resolved, kept](const Incident& incident) {
    if (incident.open() || resolved <= kept) return false;
    --resolved;
    return true;
  });
  while (spent_.size() > kMaxSpent) {
    spent_.erase(std::min_element(spent_.begin(), spent_.end(),
                                  [](const auto& a, const auto& b) { return a.second < b.second; }));
  }
}

}  // namespace exporter
