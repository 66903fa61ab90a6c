#include "exporter/pipeline/analysis.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <utility>

#include "exporter/incident/action_check.h"
#include "exporter/incident/sli.h"
#include "exporter/incident/time_text.h"
#include "exporter/incident/tracker.h"
#include "exporter/pipeline/inventory.h"
#include "exporter/pipeline/slo_book.h"
#include "exporter/signals/catalog.h"
#include "rca_core/diagnosis/audit.h"
#include "rca_core/methods/registry.h"

namespace exporter {
namespace {

rca::Error invalid(std::string message) {
  return {rca::ErrorKind::invalid_argument, std::move(message)};
}

rca::Result<void> check(const Config& config, const AnalysisRequest& request) {
  if (request.start_ms >= request.end_ms) {
    return invalid("the window ends at " + format_time(request.end_ms) + ", which is not after its start at " +
                   format_time(request.start_ms));
  }
  const std::int64_t rows = (request.end_ms - request.start_ms) / config.step.count();
  if (rows < 2) return invalid("the window is shorter than two rows of evaluation.step");
  if (rows > kMaxAnalysisRows) {
    return invalid("the window has " + std::to_string(rows) + " rows of evaluation.step, at most " +
                   std::to_string(kMaxAnalysisRows) + " can be analysed at once; shorten it or raise the step");
  }
  if (request.onset_ms && (*request.onset_ms <= request.start_ms || *request.onset_ms > request.end_ms)) {
    return invalid("the onset at " + format_time(*request.onset_ms) + " is outside the window from " +
                   format_time(request.start_ms) + " to " + format_time(request.end_ms));
  }
  for (const std::string& name : request.methods) {
    if (const auto method = rca::find_method(name); !method.ok()) return invalid(method.error().message);
  }
  return {};
}

// The incidents of the window, earliest onset first. The tracker opens none that lie wholly in the first history that
// it is shown, so that is a single row.
std::vector<Incident> find_incidents(const Config& config, const ServiceLevels& levels, std::int64_t first_row,
                                     std::int64_t last_row, std::int64_t step_ms) {
  Config all = config;
  all.incidents.kept = std::numeric_limits<int>::max();
  IncidentTracker tracker(config.slos, all.incidents);
  tracker.update(levels.series(first_row, first_row, step_ms), first_row * step_ms);
  tracker.update(levels.series(first_row, last_row, step_ms), last_row * step_ms);
  std::vector<Incident> incidents = tracker.incidents();
  std::stable_sort(incidents.begin(), incidents.end(), [](const Incident& a, const Incident& b) {
    return std::pair(a.onset_ms, a.detected_ms) < std::pair(b.onset_ms, b.detected_ms);
  });
  return incidents;
}

// Without an SLO that was broken, the user's word for it that something was wrong from the onset on.
Incident incident_by_hand(std::int64_t onset_ms) {
  Incident incident;
  incident.id = "given-" + format_time_compact(onset_ms);
  incident.source = IncidentSource::alertmanager;
  incident.alert = "given by the caller";
  incident.onset_ms = onset_ms;
  incident.detected_ms = onset_ms;
  incident.sli_value = std::nan("");
  incident.threshold = std::nan("");
  return incident;
}

// Without an onset given, the first incident that has rows before it to compare with; where none has, the first. The
// others stay in `found`.
std::optional<Incident> choose_incident(std::vector<Incident>& found, const AnalysisRequest& request,
                                        const SignalStore& store, const Config& config) {
  const auto take = [&found](std::vector<Incident>::iterator at) {
    Incident incident = std::move(*at);
    found.erase(at);
    return incident;
  };
  if (!request.onset_ms) {
    if (found.empty()) return std::nullopt;
    const auto first = std::find_if(found.begin(), found.end(), [&](const Incident& incident) {
      return incident_rows(store, config, incident).ok();
    });
    return take(first == found.end() ? found.begin() : first);
  }
  const auto meant = std::find_if(found.begin(), found.end(), [&](const Incident& incident) {
    return incident.detected_ms >= *request.onset_ms || incident.open() || incident.resolved_ms > *request.onset_ms;
  });
  if (meant == found.end()) return incident_by_hand(*request.onset_ms);
  Incident incident = take(meant);
  incident.onset_ms = *request.onset_ms;
  return incident;
}

// The rows around the incident, or what to do where there are none.
rca::Result<IncidentRows> rows_around(const SignalStore& store, const Config& config, const AnalysisRequest& request,
                                      const Incident& incident) {
  auto rows = incident_rows(store, config, incident);
  if (rows.ok() || request.onset_ms || store.first_row() * store.step_ms() < incident.onset_ms) return rows;
  return rca::Error{rca::ErrorKind::missing_input,
                    "the objective of " + incident.slo + " is broken from the start of the window on (" +
                        format_time(request.start_ms) +
                        "), so there is nothing normal to compare with; let the window begin earlier, best by " +
                        "evaluation.normal_window before the incident, or give its onset"};
}

rca::Result<rca::RangeSemantics> semantics_of(const Config& config, Sources& sources) {
  if (config.semantics == PromqlSemantics::automatic) return sources.ask_semantics();
  return config.semantics == PromqlSemantics::left_open ? rca::RangeSemantics::left_open : rca::RangeSemantics::closed;
}

struct Inputs {
  std::shared_ptr<const Resolver> resolver;
  Sources sources;
};

rca::Result<Inputs> make_inputs(const Config& config) {
  CatalogResult catalog = load_catalog(config);
  if (!catalog.catalog) return invalid(to_string(catalog.diagnostics));
  RCA_ASSIGN(Resolver resolver, Resolver::create(std::move(*catalog.catalog), config));
  RCA_ASSIGN(Sources sources, Sources::create(config));
  return Inputs{std::make_shared<const Resolver>(std::move(resolver)), std::move(sources)};
}

// What is left of the window after the resolution tells whether the repair lasted.
void watch_actions(SignalStore& store, const Config& config, Incident& incident) {
  incident.checks = plan_checks(*incident.diagnosis);
  for (const SliSeries& sli : store.levels().series(store.first_row(), *store.last_row(), store.step_ms())) {
    if (sli.slo->name != incident.slo) continue;
    WatchedHistory history;
    history.sli = &sli;
    history.values = [&store](std::string_view entity, std::string_view role, std::int64_t first, std::int64_t last) {
      return store.values(entity, role, first, last);
    };
    history.now_ms = sli.grid.end_ms();
    incident.checks = advance_checks(incident, sli.slo, config.incidents, history);
  }
}

}  // namespace

rca::Result<Analysis> analyze_window(const Config& config, const AnalysisRequest& request) {
  RCA_TRY(check(config, request));
  RCA_ASSIGN(Inputs inputs, make_inputs(config));
  return analyze_window(config, request, inputs.resolver, inputs.sources);
}

rca::Result<Analysis> analyze_window(const Config& given, const AnalysisRequest& request,
                                     std::shared_ptr<const Resolver> resolver, Sources& sources) {
  RCA_TRY(check(given, request));
  Config config = given;
  const std::int64_t step = config.step.count();
  const std::int64_t last_row = request.end_ms / step;
  config.window = milliseconds((last_row - (request.start_ms + step - 1) / step + 1) * step);
  config.ingestion_delay = milliseconds(0);
  RCA_ASSIGN(const rca::RangeSemantics semantics, semantics_of(config, sources));
  HistoryOptions history;
  history.rows_per_read = 1000;  // history on disk is best read in long stretches
  RCA_ASSIGN(const auto book, SloBook::create(config, resolver, false));
  SignalStore store(config, std::move(resolver), semantics, history);
  RCA_TRY(store.update(request.end_ms, sources, {}));
  if (!store.last_row()) return rca::Error{rca::ErrorKind::not_found, "the sources have no sample in the window"};
  RCA_TRY(book->update(request.end_ms, store, sources, {}));

  Analysis analysis;
  analysis.signals = store.signals();
  analysis.series = store.series();
  analysis.rows = *store.last_row() - store.first_row() + 1;
  std::vector<Incident> found =
      find_incidents(config, store.levels(), store.first_row(), *store.last_row(), store.step_ms());
  analysis.incident = choose_incident(found, request, store, config);
  analysis.others = std::move(found);
  if (!analysis.incident) return analysis;

  Incident& incident = *analysis.incident;
  const std::int64_t until = incident.open() ? request.end_ms : incident.mitigated_ms;
  if (const auto used = book->used(incident.slo, incident.onset_ms, until, request.end_ms)) {
    incident.bad_events = used->bad;
    incident.budget_events = used->budget;
  }
  RCA_ASSIGN(const IncidentRows rows, rows_around(store, config, request, incident));
  analysis.changes = store.changes();
  const IncidentInput input = make_incident_input(store, rows, incident, config, store.graph(), analysis.changes);
  if (request.inspect) request.inspect(input.view());
  const std::vector<rca::ObservabilityGap> gaps =
      rca::audit(make_inventory(store, config, analysis.others, input.graph));
  RankingSet set = rank_incident(input, config, request.methods.empty() ? config.methods : request.methods, gaps);
  incident.rankings = std::move(set.rankings);
  incident.answer_method = std::move(set.answer_method);
  incident.diagnosis = std::move(set.diagnosis);
  incident.impact = std::move(set.impact);
  if (incident.diagnosis) watch_actions(store, config, incident);
  analysis.failures = std::move(set.failures);
  if (incident.rankings.empty() && !incident.diagnosis && !analysis.failures.empty()) {
    return analysis.failures.front().error;
  }
  return analysis;
}

rca::Result<TelemetryAudit> audit_telemetry(const Config& config, std::int64_t now_ms) {
  RCA_ASSIGN(Inputs inputs, make_inputs(config));
  return audit_telemetry(config, now_ms, std::move(inputs.resolver), inputs.sources);
}

rca::Result<TelemetryAudit> audit_telemetry(const Config& config, std::int64_t now_ms,
                                            std::shared_ptr<const Resolver> resolver, Sources& sources) {
  RCA_ASSIGN(const rca::RangeSemantics semantics, semantics_of(config, sources));
  SignalStore store(config, std::move(resolver), semantics);
  RCA_TRY(store.update(now_ms, sources, {}));
  if (!store.last_row()) return rca::Error{rca::ErrorKind::not_found, "the sources have no sample in the window"};
  const rca::Inventory inventory = make_inventory(store, config, {}, store.graph());
  return TelemetryAudit{rca::audit(inventory), inventory.entities.size(), store.signals()};
}

}  // namespace exporter
