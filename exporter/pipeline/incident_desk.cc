#include "exporter/pipeline/incident_desk.h"

#include <algorithm>
#include <utility>

#include "exporter/incident/action_check.h"

namespace exporter {
namespace {

// Change events that a snapshot carries: a bound on the series made of them.
constexpr std::size_t kMaxPublishedChanges = 100;

void mark(std::set<std::string>& dirty, const IncidentChanges& changes) {
  dirty.insert(changes.opened.begin(), changes.opened.end());
  dirty.insert(changes.resolved.begin(), changes.resolved.end());
}

}  // namespace

IncidentDesk::IncidentDesk(const Config& config, std::string path, std::unique_ptr<IncidentStore> store)
    : path_(std::move(path)),
      store_(std::move(store)),
      tracker_(config.slos, config.incidents),
      kept_(config.incidents.kept) {}

rca::Result<std::unique_ptr<IncidentDesk>> IncidentDesk::open(const Config& config) {
  RCA_ASSIGN(auto store, IncidentStore::open(config.store_path));
  std::unique_ptr<IncidentDesk> desk(new IncidentDesk(config, config.store_path, std::move(store)));
  RCA_TRY(desk->restore());
  return desk;
}

rca::Result<std::unique_ptr<IncidentDesk>> IncidentDesk::in_memory(const Config& config) {
  Config copy = config;
  copy.store_path = ":memory:";
  return open(copy);
}

rca::Result<void> IncidentDesk::restore() {
  RCA_ASSIGN(std::vector<Incident> incidents, store_->load(static_cast<std::size_t>(std::max(kept_, 0))));
  tracker_.restore(std::move(incidents));
  return {};
}

rca::Result<void> IncidentDesk::configure(const Config& config) {
  const std::lock_guard lock(mutex_);
  if (config.store_path != path_) {
    RCA_ASSIGN(auto store, IncidentStore::open(config.store_path));
    // The incidents that are open now must be in the new file as well.
    RCA_TRY(store->save(tracker_.incidents()));
    RCA_ASSIGN(auto known, store->load(static_cast<std::size_t>(std::max(config.incidents.kept, 0))));
    store_ = std::move(store);
    path_ = config.store_path;
    tracker_.configure(config.slos, config.incidents);
    tracker_.restore(std::move(known));
  } else {
    tracker_.configure(config.slos, config.incidents);
  }
  kept_ = config.incidents.kept;
  return {};
}

rca::Result<void> IncidentDesk::save_dirty() {
  std::vector<Incident> incidents;
  for (const std::string& id : dirty_) {
    if (const Incident* incident = tracker_.find(id)) incidents.push_back(*incident);
  }
  if (!incidents.empty()) RCA_TRY(store_->save(incidents));
  dirty_.clear();
  return {};
}

rca::Result<IncidentChanges> IncidentDesk::update(std::span<const SliSeries> series, std::int64_t now_ms) {
  const std::lock_guard lock(mutex_);
  IncidentChanges changes = tracker_.update(series, now_ms);
  mark(dirty_, changes);
  RCA_TRY(save_dirty());
  return changes;
}

rca::Result<IncidentChanges> IncidentDesk::on_alerts(std::span<const Alert> alerts, std::int64_t now_ms) {
  const std::lock_guard lock(mutex_);
  IncidentChanges changes = tracker_.on_alerts(alerts, now_ms);
  mark(dirty_, changes);
  // Which alerts hold an incident open is part of it.
  for (const Incident* incident : tracker_.open_incidents()) {
    if (incident->source == IncidentSource::alertmanager) dirty_.insert(incident->id);
  }
  RCA_TRY(save_dirty());
  return changes;
}

rca::Result<void> IncidentDesk::on_changes(std::span<const rca::ChangeEvent> changes) {
  const std::lock_guard lock(mutex_);
  return store_->add_changes(changes);
}

rca::Result<Recurrence> IncidentDesk::recurrence(const Incident& incident, const rca::Diagnosis* diagnosis,
                                                 const std::string& peer_group) {
  if (diagnosis == nullptr || diagnosis->entity.empty() || diagnosis->fault_class.empty() ||
      diagnosis->fault_class == rca::kUnknownFaultClass) {
    return Recurrence{};
  }
  const std::string kind = entity_class(diagnosis->entity, peer_group);
  RCA_ASSIGN(const std::vector<IncidentSpan> others, store_->same_kind(kind, diagnosis->fault_class));
  Recurrence found = recurrence_of(incident, others);
  found.entity_class = kind;
  found.fault_class = diagnosis->fault_class;
  return found;
}

rca::Result<void> IncidentDesk::set_ranking_set(const std::string& id, RankingSet set) {
  const std::lock_guard lock(mutex_);
  const Incident* incident = tracker_.find(id);
  if (incident == nullptr) return rca::Error{rca::ErrorKind::not_found, "there is no incident '" + id + "'"};
  // A diagnosis that fails for once does not take the last one away.
  if (set.diagnosis) {
    auto known = recurrence(*incident, set.diagnosis.get(), set.peer_group);
    IncidentTracker::Findings findings{std::move(set.diagnosis), std::move(set.impact), {}, {}};
    if (known.ok()) findings.recurrence = std::move(known).value();
    findings.checks = plan_checks(*findings.diagnosis);
    RCA_TRY(tracker_.set_findings(id, std::move(findings)));
  }
  if (!set.rankings.empty()) {
    RCA_TRY(tracker_.set_rankings(id, std::move(set.rankings), std::move(set.answer_method)));
  }
  dirty_.insert(id);
  return save_dirty();
}

rca::Result<std::vector<IncidentSpan>> IncidentDesk::same_kind(const Incident& incident) const {
  if (incident.recurrence.entity_class.empty()) return std::vector<IncidentSpan>();
  const std::lock_guard lock(mutex_);
  return store_->same_kind(incident.recurrence.entity_class, incident.recurrence.fault_class);
}

rca::Result<void> IncidentDesk::set_checks(const std::string& id, std::vector<ActionCheck> checks, bool save) {
  const std::lock_guard lock(mutex_);
  const Incident* incident = tracker_.find(id);
  if (incident == nullptr) return rca::Error{rca::ErrorKind::not_found, "there is no incident '" + id + "'"};
  RCA_TRY(tracker_.set_findings(id, {incident->diagnosis, incident->impact, incident->recurrence, std::move(checks)}));
  if (!save) return {};
  dirty_.insert(id);
  return save_dirty();
}

rca::Result<void> IncidentDesk::set_budget_use(const std::string& id, const BudgetUse& use, bool save) {
  const std::lock_guard lock(mutex_);
  RCA_TRY(tracker_.set_budget_use(id, use));
  if (!save) return {};
  dirty_.insert(id);
  return save_dirty();
}

std::vector<Incident> IncidentDesk::incidents() const {
  const std::lock_guard lock(mutex_);
  return tracker_.incidents();
}

std::vector<Incident> IncidentDesk::open_incidents() const {
  const std::lock_guard lock(mutex_);
  std::vector<Incident> incidents;
  for (const Incident* incident : tracker_.open_incidents()) incidents.push_back(*incident);
  return incidents;
}

rca::Result<std::optional<Incident>> IncidentDesk::find(const std::string& id) const {
  const std::lock_guard lock(mutex_);
  if (const Incident* incident = tracker_.find(id)) return std::optional<Incident>(*incident);
  return store_->find(id);
}

rca::Result<std::vector<rca::ChangeEvent>> IncidentDesk::changes(std::int64_t since_ms) const {
  const std::lock_guard lock(mutex_);
  return store_->changes(since_ms, kMaxPublishedChanges);
}

}  // namespace exporter
