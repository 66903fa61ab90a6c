#include "exporter/incident/store.h"

#include <algorithm>
#include <mutex>
#include <utility>

#include "exporter/incident/diagnosis_json.h"
#include "exporter/incident/sqlite.h"
#include "exporter/incident/store_schema.h"

namespace exporter {
namespace {

using sqlite::Statement;

constexpr std::int64_t kSignalLevel = 0;
constexpr std::int64_t kEntityLevel = 1;

std::int64_t as_int64(std::size_t value) {
  return static_cast<std::int64_t>(std::min<std::size_t>(value, INT64_MAX));
}

}  // namespace

struct IncidentStore::Impl {
  std::mutex mutex;
  StoreOptions options;
  sqlite::Database db;
  Statement delete_incident;
  Statement insert_incident;
  Statement insert_ranking;
  Statement insert_candidate;
  Statement insert_alert;
  Statement insert_diagnosis;
  Statement prune_incidents;
  Statement select_incidents;
  Statement select_incident;
  Statement select_rankings;
  Statement select_candidates;
  Statement select_alerts;
  Statement select_diagnosis;
  Statement select_same_kind;
  Statement insert_change;
  Statement prune_changes;
  Statement select_changes;

  rca::Result<void> write(const Incident& incident);
  rca::Result<void> write_candidates(const Incident& incident, std::size_t ranking, std::int64_t level,
                                     const std::vector<rca::Candidate>& candidates);
  // The incidents that `statement` (bound) selects, complete.
  rca::Result<std::vector<Incident>> read(Statement& statement);
  rca::Result<void> read_rankings(Incident& incident);
  rca::Result<void> read_alerts(Incident& incident);
  rca::Result<void> write_diagnosis(const Incident& incident);
  rca::Result<void> read_diagnosis(Incident& incident);
};

#define RCA_INCIDENT_COLUMNS                                                                              \
  "id, slo, source, onset_ms, detected_ms, resolved_ms, sli_value, threshold, answer_method, sli, unit, " \
  "quantile, scope, summary, alert, objective, budget_window_ms, bad_ms, counted_ms, "                    \
  "mitigated_ms, bad_events, budget_events"

rca::Result<std::unique_ptr<IncidentStore>> IncidentStore::open(const std::string& path, StoreOptions options) {
  RCA_ASSIGN(sqlite::Database db, open_store_file(path));
  const auto prepare = [&db](const char* sql) { return Statement::prepare(db.get(), sql); };
  RCA_ASSIGN(Statement delete_incident, prepare("DELETE FROM incident WHERE id = ?1"));
  RCA_ASSIGN(Statement insert_incident,
             prepare("INSERT INTO incident (" RCA_INCIDENT_COLUMNS
                     ") VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15, ?16, ?17, ?18, ?19, "
                     "?20, ?21, ?22)"));
  RCA_ASSIGN(Statement insert_ranking, prepare("INSERT INTO ranking VALUES (?1, ?2, ?3)"));
  RCA_ASSIGN(Statement insert_candidate,
             prepare("INSERT INTO candidate VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13)"));
  RCA_ASSIGN(Statement insert_alert, prepare("INSERT OR IGNORE INTO incident_alert VALUES (?1, ?2)"));
  RCA_ASSIGN(Statement insert_diagnosis, prepare("INSERT INTO diagnosis VALUES (?1, ?2, ?3, ?4, ?5)"));
  RCA_ASSIGN(Statement prune_incidents,
             prepare("DELETE FROM incident WHERE id IN (SELECT id FROM incident WHERE resolved_ms != 0 "
                     "ORDER BY detected_ms DESC, id DESC LIMIT -1 OFFSET ?1)"));
  RCA_ASSIGN(Statement select_incidents,
             prepare("SELECT " RCA_INCIDENT_COLUMNS
                     " FROM incident WHERE resolved_ms = 0 OR id IN (SELECT id FROM incident WHERE resolved_ms != 0 "
                     "ORDER BY detected_ms DESC, id DESC LIMIT ?1) ORDER BY detected_ms DESC, id DESC"));
  RCA_ASSIGN(Statement select_incident, prepare("SELECT " RCA_INCIDENT_COLUMNS " FROM incident WHERE id = ?1"));
  RCA_ASSIGN(Statement select_rankings,
             prepare("SELECT position, method FROM ranking WHERE incident = ?1 ORDER BY position"));
  RCA_ASSIGN(Statement select_candidates,
             prepare("SELECT ranking, level, entity, signal, score, before_value, after_value, scale, deviation, "
                     "since_ms, evidence FROM candidate WHERE incident = ?1 ORDER BY ranking, level, position"));
  RCA_ASSIGN(Statement select_alerts, prepare("SELECT fingerprint FROM incident_alert WHERE incident = ?1"));
  RCA_ASSIGN(Statement select_diagnosis, prepare("SELECT version, document FROM diagnosis WHERE incident = ?1"));
  RCA_ASSIGN(Statement select_same_kind,
             prepare("SELECT id, onset_ms, resolved_ms, objective, budget_window_ms, bad_ms, bad_events, budget_events "
                     "FROM diagnosis JOIN incident ON incident.id = diagnosis.incident "
                     "WHERE entity_class = ?1 AND fault_class = ?2 ORDER BY onset_ms, id"));
  RCA_ASSIGN(Statement insert_change, prepare("INSERT OR IGNORE INTO change_event VALUES (?1, ?2, ?3, ?4, ?5)"));
  RCA_ASSIGN(
      Statement prune_changes,
      prepare("DELETE FROM change_event WHERE (time_ms, kind, entity, from_value, to_value) < "
              "(SELECT time_ms, kind, entity, from_value, to_value FROM change_event "
              "ORDER BY time_ms DESC, kind DESC, entity DESC, from_value DESC, to_value DESC LIMIT 1 OFFSET ?1)"));
  RCA_ASSIGN(Statement select_changes,
             prepare("SELECT time_ms, kind, entity, from_value, to_value FROM change_event WHERE time_ms >= ?1 "
                     "ORDER BY time_ms DESC, kind, entity, from_value, to_value LIMIT ?2"));
  // NOLINTNEXTLINE(modernize-make-unique): clang 14 cannot make an aggregate from arguments in parentheses
  auto impl = std::unique_ptr<Impl>(new Impl{
      {},
      options,
      std::move(db),
      std::move(delete_incident),
      std::move(insert_incident),
      std::move(insert_ranking),
      std::move(insert_candidate),
      std::move(insert_alert),
      std::move(insert_diagnosis),
      std::move(prune_incidents),
      std::move(select_incidents),
      std::move(select_incident),
      std::move(select_rankings),
      std::move(select_candidates),
      std::move(select_alerts),
      std::move(select_diagnosis),
      std::move(select_same_kind),
      std::move(insert_change),
      std::move(prune_changes),
      std::move(select_changes),
  });
  return std::unique_ptr<IncidentStore>(new IncidentStore(std::move(impl)));
}

IncidentStore::IncidentStore(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
IncidentStore::~IncidentStore() = default;

rca::Result<void> IncidentStore::Impl::write_candidates(const Incident& incident, std::size_t ranking,
                                                        std::int64_t level,
                                                        const std::vector<rca::Candidate>& candidates) {
  const std::size_t count = std::min(candidates.size(), options.max_candidates);
  for (std::size_t i = 0; i < count; ++i) {
    const rca::Candidate& candidate = candidates[i];
    insert_candidate.bind(1, std::string_view(incident.id));
    insert_candidate.bind(2, as_int64(ranking));
    insert_candidate.bind(3, level);
    insert_candidate.bind(4, as_int64(i));
    insert_candidate.bind(5, std::string_view(candidate.entity));
    insert_candidate.bind(6, std::string_view(candidate.signal));
    insert_candidate.bind(7, candidate.score);
    insert_candidate.bind(8, candidate.evidence.before);
    insert_candidate.bind(9, candidate.evidence.after);
    insert_candidate.bind(10, candidate.evidence.scale);
    insert_candidate.bind(11, candidate.evidence.deviation);
    insert_candidate.bind(12, candidate.evidence.since_ms);
    insert_candidate.bind(13, std::string_view(candidate.evidence.text));
    RCA_TRY(insert_candidate.run());
  }
  return {};
}

rca::Result<void> IncidentStore::Impl::write_diagnosis(const Incident& incident) {
  if (!incident.diagnosis) return {};
  const std::string document = findings_document(incident);
  insert_diagnosis.bind(1, std::string_view(incident.id));
  insert_diagnosis.bind(2, std::int64_t{kDocumentVersion});
  insert_diagnosis.bind(3, std::string_view(incident.recurrence.entity_class));
  insert_diagnosis.bind(4, std::string_view(incident.recurrence.fault_class));
  insert_diagnosis.bind(5, std::string_view(document));
  return insert_diagnosis.run();
}

rca::Result<void> IncidentStore::Impl::read_diagnosis(Incident& incident) {
  select_diagnosis.bind(1, std::string_view(incident.id));
  RCA_ASSIGN(const bool row, select_diagnosis.step());
  if (!row) return {};
  const std::string document = select_diagnosis.text(1);
  select_diagnosis.reset();
  // SQLite has checked that it is JSON; what else somebody may have written there is no reason to lose the incident.
  if (const auto read = read_findings_document(document, incident); !read.ok()) incident.diagnosis = nullptr;
  return {};
}

rca::Result<void> IncidentStore::Impl::write(const Incident& incident) {
  delete_incident.bind(1, std::string_view(incident.id));
  RCA_TRY(delete_incident.run());
  insert_incident.bind(1, std::string_view(incident.id));
  insert_incident.bind(2, std::string_view(incident.slo));
  insert_incident.bind(3, static_cast<std::int64_t>(incident.source));
  insert_incident.bind(4, incident.onset_ms);
  insert_incident.bind(5, incident.detected_ms);
  insert_incident.bind(6, incident.resolved_ms);
  insert_incident.bind(7, incident.sli_value);
  insert_incident.bind(8, incident.threshold);
  insert_incident.bind(9, std::string_view(incident.answer_method));
  insert_incident.bind(10, std::string_view(incident.sli));
  insert_incident.bind(11, std::string_view(incident.unit));
  insert_incident.bind(12, incident.quantile);
  insert_incident.bind(13, std::string_view(incident.scope));
  insert_incident.bind(14, std::string_view(incident.summary));
  insert_incident.bind(15, std::string_view(incident.alert));
  insert_incident.bind(16, incident.objective);
  insert_incident.bind(17, incident.budget_window_ms);
  insert_incident.bind(18, incident.bad_ms);
  insert_incident.bind(19, incident.counted_ms);
  insert_incident.bind(20, incident.mitigated_ms);
  insert_incident.bind(21, incident.bad_events);
  insert_incident.bind(22, incident.budget_events);
  RCA_TRY(insert_incident.run());
  RCA_TRY(write_diagnosis(incident));
  for (const std::string& fingerprint : incident.alert_fingerprints) {
    insert_alert.bind(1, std::string_view(incident.id));
    insert_alert.bind(2, std::string_view(fingerprint));
    RCA_TRY(insert_alert.run());
  }
  for (std::size_t i = 0; i < incident.rankings.size(); ++i) {
    insert_ranking.bind(1, std::string_view(incident.id));
    insert_ranking.bind(2, as_int64(i));
    insert_ranking.bind(3, std::string_view(incident.rankings[i].method));
    RCA_TRY(insert_ranking.run());
    RCA_TRY(write_candidates(incident, i, kSignalLevel, incident.rankings[i].signals));
    RCA_TRY(write_candidates(incident, i, kEntityLevel, incident.rankings[i].entities));
  }
  return {};
}

rca::Result<void> IncidentStore::save(std::span<const Incident> incidents) {
  const std::lock_guard lock(impl_->mutex);
  RCA_ASSIGN(sqlite::Transaction transaction, sqlite::Transaction::begin(impl_->db.get()));
  for (const Incident& incident : incidents) RCA_TRY(impl_->write(incident));
  impl_->prune_incidents.bind(1, as_int64(impl_->options.max_incidents));
  RCA_TRY(impl_->prune_incidents.run());
  return transaction.commit();
}

rca::Result<void> IncidentStore::Impl::read_rankings(Incident& incident) {
  select_rankings.bind(1, std::string_view(incident.id));
  while (true) {
    RCA_ASSIGN(const bool row, select_rankings.step());
    if (!row) break;
    rca::Ranking ranking;
    ranking.method = select_rankings.text(1);
    incident.rankings.push_back(std::move(ranking));
  }
  select_candidates.bind(1, std::string_view(incident.id));
  while (true) {
    RCA_ASSIGN(const bool row, select_candidates.step());
    if (!row) break;
    rca::Candidate candidate;
    candidate.entity = select_candidates.text(2);
    candidate.signal = select_candidates.text(3);
    candidate.score = select_candidates.real(4);
    candidate.evidence.before = select_candidates.real(5);
    candidate.evidence.after = select_candidates.real(6);
    candidate.evidence.scale = select_candidates.real(7);
    candidate.evidence.deviation = select_candidates.real(8);
    candidate.evidence.since_ms = select_candidates.integer(9);
    candidate.evidence.text = select_candidates.text(10);
    const auto position = static_cast<std::size_t>(select_candidates.integer(0));
    if (position >= incident.rankings.size()) continue;  // only in a file that somebody else edited
    rca::Ranking& ranking = incident.rankings[position];
    const bool entity = select_candidates.integer(1) == kEntityLevel;
    (entity ? ranking.entities : ranking.signals).push_back(std::move(candidate));
  }
  return {};
}

rca::Result<void> IncidentStore::Impl::read_alerts(Incident& incident) {
  select_alerts.bind(1, std::string_view(incident.id));
  while (true) {
    RCA_ASSIGN(const bool row, select_alerts.step());
    if (!row) return {};
    incident.alert_fingerprints.push_back(select_alerts.text(0));
  }
}

rca::Result<std::vector<Incident>> IncidentStore::Impl::read(Statement& statement) {
  std::vector<Incident> incidents;
  while (true) {
    RCA_ASSIGN(const bool row, statement.step());
    if (!row) break;
    Incident incident;
    incident.id = statement.text(0);
    incident.slo = statement.text(1);
    incident.source = statement.integer(2) == static_cast<std::int64_t>(IncidentSource::alertmanager)
                          ? IncidentSource::alertmanager
                          : IncidentSource::slo;
    incident.onset_ms = statement.integer(3);
    incident.detected_ms = statement.integer(4);
    incident.resolved_ms = statement.integer(5);
    incident.sli_value = statement.real(6);
    incident.threshold = statement.real(7);
    incident.answer_method = statement.text(8);
    incident.sli = statement.text(9);
    incident.unit = statement.text(10);
    incident.quantile = statement.real(11);
    incident.scope = statement.text(12);
    incident.summary = statement.text(13);
    incident.alert = statement.text(14);
    incident.objective = statement.real(15);
    incident.budget_window_ms = statement.integer(16);
    incident.bad_ms = statement.integer(17);
    incident.counted_ms = statement.integer(18);
    incident.mitigated_ms = statement.integer(19);
    incident.bad_events = statement.real(20);
    incident.budget_events = statement.real(21);
    incidents.push_back(std::move(incident));
  }
  for (Incident& incident : incidents) {
    RCA_TRY(read_rankings(incident));
    RCA_TRY(read_alerts(incident));
    RCA_TRY(read_diagnosis(incident));
  }
  return incidents;
}

rca::Result<std::vector<Incident>> IncidentStore::load(std::size_t resolved) {
  const std::lock_guard lock(impl_->mutex);
  impl_->select_incidents.bind(1, as_int64(resolved));
  return impl_->read(impl_->select_incidents);
}

rca::Result<std::optional<Incident>> IncidentStore::find(const std::string& id) {
  const std::lock_guard lock(impl_->mutex);
  impl_->select_incident.bind(1, std::string_view(id));
  RCA_ASSIGN(std::vector<Incident> incidents, impl_->read(impl_->select_incident));
  if (incidents.empty()) return std::optional<Incident>();
  return std::optional<Incident>(std::move(incidents.front()));
}

rca::Result<std::vector<IncidentSpan>> IncidentStore::same_kind(const std::string& entity_class,
                                                                const std::string& fault_class) {
  const std::lock_guard lock(impl_->mutex);
  Statement& statement = impl_->select_same_kind;
  statement.bind(1, std::string_view(entity_class));
  statement.bind(2, std::string_view(fault_class));
  std::vector<IncidentSpan> spans;
  while (true) {
    RCA_ASSIGN(const bool row, statement.step());
    if (!row) return spans;
    Incident incident;
    incident.objective = statement.real(3);
    incident.budget_window_ms = statement.integer(4);
    incident.bad_ms = statement.integer(5);
    incident.bad_events = statement.real(6);
    incident.budget_events = statement.real(7);
    spans.push_back({statement.text(0), statement.integer(1), statement.integer(2), incident.budget_consumed()});
  }
}

rca::Result<void> IncidentStore::add_changes(std::span<const rca::ChangeEvent> changes) {
  const std::lock_guard lock(impl_->mutex);
  RCA_ASSIGN(sqlite::Transaction transaction, sqlite::Transaction::begin(impl_->db.get()));
  for (const rca::ChangeEvent& change : changes) {
    impl_->insert_change.bind(1, change.time_ms);
    impl_->insert_change.bind(2, std::string_view(change.kind));
    impl_->insert_change.bind(3, std::string_view(change.entity));
    impl_->insert_change.bind(4, std::string_view(change.from));
    impl_->insert_change.bind(5, std::string_view(change.to));
    RCA_TRY(impl_->insert_change.run());
  }
  if (impl_->options.max_changes > 0) {
    impl_->prune_changes.bind(1, as_int64(impl_->options.max_changes - 1));
    RCA_TRY(impl_->prune_changes.run());
  }
  return transaction.commit();
}

rca::Result<std::vector<rca::ChangeEvent>> IncidentStore::changes(std::int64_t since_ms, std::size_t limit) {
  const std::lock_guard lock(impl_->mutex);
  Statement& statement = impl_->select_changes;
  statement.bind(1, since_ms);
  statement.bind(2, as_int64(limit));
  std::vector<rca::ChangeEvent> events;
  while (true) {
    RCA_ASSIGN(const bool row, statement.step());
    if (!row) return events;
    events.push_back(
        {statement.integer(0), statement.text(1), statement.text(2), statement.text(3), statement.text(4)});
  }
}

}  // namespace exporter
