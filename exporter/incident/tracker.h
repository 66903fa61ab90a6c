// Which incidents are open: one state machine per SLO and per alert. Pure: time only comes in with the data, so a day
// can be replayed in milliseconds.
#pragma once

#include <cstdint>
#include <deque>
#include <functional>
#include <map>
#include <set>
#include <span>
#include <string>
#include <vector>

#include "exporter/incident/alertmanager_webhook.h"
#include "exporter/incident/incident.h"

namespace exporter {

// Where the change began that made row `broken_row` (the first of the rows that opened the incident) break the
// objective: a row at or before it. `first_row` is the earliest row that may be named (the one after the last
// incident's resolution). A return value outside [first_row, broken_row] means "not found".
using OnsetEstimator =
    std::function<std::int64_t(const SliSeries& series, std::int64_t first_row, std::int64_t broken_row)>;

// The estimator of rca_core/stats/onset.h.
OnsetEstimator change_point_onset();

// What an incident uses of the error budget: the fields of Incident with these names.
struct BudgetUse {
  double bad_events = 0;
  double budget_events = 0;
  double recurrence_cost = 0;
};

// What a step changed: ids, in the order in which it happened. Save these incidents before acting on them.
struct IncidentChanges {
  std::vector<std::string> opened;
  std::vector<std::string> resolved;

  [[nodiscard]] bool empty() const { return opened.empty() && resolved.empty(); }
};

// Rules:
// - An SLO's incident opens when its objective was broken on rows that span `open_after` and none of the rows between
//   kept it; it resolves when rows that span `resolve_after` kept it with the resolve margin and none between did not.
//   Missing rows (NaN) stop both clocks and reset neither.
// - An alert of Alertmanager opens an incident under its name, which resolves when every alert of that name that held
// it
//   has resolved. When the alert's label `slo` names an SLO of ours, the incident is that SLO's; an incident that the
//   SLO's own measurement opened is not held by alerts. An alert with a label `incident` speaks of an incident that
//   we published and opens nothing, or our own alert rules would keep us in an incident forever.
// - History that the first `update` brings tells whether an SLO is broken now; incidents that began and ended
//   in it before are not opened.
// Not thread-safe.
class IncidentTracker {
 public:
  IncidentTracker(std::vector<Slo> slos, IncidentOptions options, OnsetEstimator onset = change_point_onset());

  // Takes over what the store knew, e.g. after a restart. Open incidents go on with their ids: they resolve by the
  // rules above, and the incident of an SLO that is no longer configured resolves with the next `update`.
  void restore(std::vector<Incident> incidents);

  // Replaces SLOs and options (a reload); open incidents go on.
  void configure(std::vector<Slo> slos, IncidentOptions options);

  // Feeds the indicators. Rows up to the last one seen of that SLO are skipped, so windows may overlap. Series of SLOs
  // that are not configured are ignored. `now_ms` is only used for incidents whose SLO is gone.
  IncidentChanges update(std::span<const SliSeries> series, std::int64_t now_ms);

  // Feeds alerts. `now_ms` becomes the detection or resolution time.
  IncidentChanges on_alerts(std::span<const Alert> alerts, std::int64_t now_ms);

  // Replaces the rankings of an open or resolved incident. Error not_found.
  rca::Result<void> set_rankings(const std::string& id, std::vector<rca::Ranking> rankings, std::string answer_method);

  // What the diagnosis of an incident says, and what follows from it.
  struct Findings {
    std::shared_ptr<const rca::Diagnosis> diagnosis;
    Impact impact;
    Recurrence recurrence;
    std::vector<ActionCheck> checks;
  };
  // Replaces them. Error not_found.
  rca::Result<void> set_findings(const std::string& id, Findings findings);

  // Error not_found.
  rca::Result<void> set_budget_use(const std::string& id, const BudgetUse& use);

  // Open ones and the newest `kept` resolved ones, by detection, newest first.
  [[nodiscard]] std::vector<Incident> incidents() const;
  // Also knows what has just been resolved and is beyond `kept`, until the next `update` or `on_alerts`.
  [[nodiscard]] const Incident* find(const std::string& id) const;
  // Incidents that are open now, oldest first. The pointers hold until the next call that is not const.
  [[nodiscard]] std::vector<const Incident*> open_incidents() const;

  // At most so many incidents of alerts are open at once; further alerts are dropped and counted.
  static constexpr std::size_t kMaxOpenAlertIncidents = 100;
  [[nodiscard]] std::uint64_t dropped_alerts() const { return dropped_alerts_; }

 private:
  // The clock of one SLO: how long its objective has been broken, or kept again while an incident is open.
  struct Clock {
    bool running = false;
    std::int64_t since_ms = 0;    // first row of the run
    std::int64_t elapsed_ms = 0;  // missing rows left out
    double worst = 0;             // in a run that breaks

    // Whether the run has lasted `limit_ms` with this row, which goes on with the run (or does not: `holds`).
    bool step(bool holds, std::int64_t time_ms, std::int64_t step_ms, std::int64_t limit_ms);
  };
  struct SloState {
    Slo slo;
    bool fed = false;              // rows were seen, or the store told of it
    std::int64_t last_ms = 0;      // time of the last row seen
    std::int64_t resolved_ms = 0;  // of the last incident
    Clock clock;
  };

  void feed(SloState& state, const SliSeries& series, IncidentChanges& changes);
  bool step_closed(SloState& state, double value, std::int64_t time_ms, std::int64_t step_ms) const;
  bool step_open(SloState& state, double value, std::int64_t time_ms, std::int64_t step_ms) const;
  [[nodiscard]] std::int64_t skip_history(SloState state, const SliSeries& series) const;
  [[nodiscard]] std::int64_t onset_ms(const SloState& state, const SliSeries& series, std::int64_t broken_ms) const;
  void open(Incident incident, IncidentChanges& changes);
  void resolve(Incident& incident, std::int64_t time_ms, IncidentChanges& changes);
  void fire(const Alert& alert, std::int64_t now_ms, IncidentChanges& changes);
  void clear(const Alert& alert, std::int64_t now_ms, IncidentChanges& changes);
  Incident* open_incident_of(const std::string& slo);
  rca::Result<Incident*> known(const std::string& id);
  [[nodiscard]] std::string unique_id(const std::string& slo, std::int64_t detected_ms) const;
  void prune();

  std::map<std::string, SloState> slos_;
  IncidentOptions options_;
  OnsetEstimator onset_;
  std::deque<Incident> incidents_;       // in the order of opening
  std::set<std::string> onset_pending_;  // incidents that an alert opened for an SLO whose series is still to come
  std::map<std::string, std::int64_t> spent_;  // fingerprint → start of alerts that already belong to an incident
  std::uint64_t dropped_alerts_ = 0;
};

}  // namespace exporter
