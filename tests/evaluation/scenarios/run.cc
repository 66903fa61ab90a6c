#include "tests/evaluation/scenarios/run.h"

#include <algorithm>
#include <cmath>
#include <set>
#include <utility>

#include "exporter/pipeline/daemon.h"
#include "exporter/signals/catalog.h"
#include "rca_core/diagnosis/audit.h"
#include "rca_core/diagnosis/diagnosis.h"
#include "rca_core/diagnosis/fault_class.h"
#include "rca_core/evaluation/accuracy.h"
#include "rca_core/methods/registry.h"
#include "tests/evaluation/scenarios/memory_source.h"
#include "tests/testbed/llmsim/simulation.h"

namespace scenarios {
namespace {

std::vector<llmsim::Target> scraped_targets(const llmsim::Simulation& simulation, const RunSpec& spec) {
  std::vector<llmsim::Target> targets = llmsim::make_targets(simulation.topology(), {});
  std::erase_if(targets, [&](const llmsim::Target& target) {
    return std::find(spec.missing_jobs.begin(), spec.missing_jobs.end(), target.job) != spec.missing_jobs.end();
  });
  return targets;
}

std::int64_t unix_ms(const RunSpec& spec, double seconds) {
  return std::llround((spec.sim.start + seconds) * 1000);
}

rca::Result<std::vector<TrueFault>> truth_of(const llmsim::Simulation& simulation, const RunSpec& spec,
                                             const exporter::Config& config) {
  RCA_ASSIGN(const exporter::EntityNamer namer, exporter::EntityNamer::create(config.entity_rules));
  std::vector<TrueFault> truth;
  for (const llmsim::FaultRecord& record : simulation.faults()) {
    // What is injected but does no harm.
    if (rca::find_fault_class(record.fault_class) == nullptr) continue;
    truth.push_back({record.type, namer.rewrite(record.entity), record.fault_class, unix_ms(spec, record.begin)});
  }
  return truth;
}

std::vector<std::string> entities_of(const std::vector<TrueFault>& truth) {
  std::vector<std::string> out;
  for (const TrueFault& fault : truth) out.push_back(fault.entity);
  return out;
}

bool among(const std::vector<TrueFault>& truth, std::string_view entity, std::string_view fault_class) {
  return std::any_of(truth.begin(), truth.end(), [&](const TrueFault& fault) {
    return (entity.empty() || fault.entity == entity) && (fault_class.empty() || fault.fault_class == fault_class);
  });
}

void note_root_causes(const rca::Diagnosis& diagnosis, const std::vector<TrueFault>& truth, Answer& answer) {
  const auto named = [&](const std::string& entity) {
    return std::any_of(answer.root_causes.begin(), answer.root_causes.end(),
                       [&](const auto& cause) { return cause.first == entity; });
  };
  for (const rca::Finding& finding : diagnosis.findings) {
    if (finding.role != rca::Role::root_cause || named(finding.entity)) continue;
    answer.needless = answer.needless || (!answer.root_causes.empty() && !among(truth, finding.entity, {}));
    answer.root_causes.emplace_back(finding.entity, finding.fault_class);
  }
  answer.all_named =
      std::all_of(truth.begin(), truth.end(), [&](const TrueFault& fault) { return named(fault.entity); });
}

Answer answer_of(const rca::Diagnosis& diagnosis, const std::vector<TrueFault>& truth) {
  const rca::Assessment& assessment = diagnosis.assessment;
  Answer answer;
  answer.unknown = assessment.unknown || assessment.classes.empty();
  if (answer.unknown) return answer;
  const rca::ClassProbability& first = assessment.classes.front();
  answer.entity = diagnosis.entity.empty() ? first.entity : diagnosis.entity;
  answer.fault_class = diagnosis.fault_class.empty() ? first.fault_class : diagnosis.fault_class;
  for (const rca::ClassProbability& one : assessment.classes) {
    if (one.entity == answer.entity && one.fault_class == answer.fault_class) answer.probability = one.probability;
  }
  answer.confidence = assessment.confidence;
  answer.entity_right = among(truth, answer.entity, {});
  answer.class_right = among(truth, {}, answer.fault_class);
  answer.pair_right = among(truth, answer.entity, answer.fault_class);
  note_root_causes(diagnosis, truth, answer);
  std::vector<std::string> names;
  for (const rca::EntityPosterior& entity : assessment.entities) names.push_back(entity.entity);
  answer.place = rca::first_place(names, entities_of(truth));
  if (truth.size() > 1) {
    for (const TrueFault& fault : truth) {
      const std::vector<std::string> one = {fault.entity};
      const std::size_t place = rca::first_place(names, one);
      answer.second_place = place == 0 ? 0 : std::max(answer.second_place, place);
      if (place == 0) break;
    }
  }
  return answer;
}

MethodScore score(const rca::Ranking& ranking, const std::vector<std::string>& truth) {
  std::vector<std::string> names;
  for (const rca::Candidate& candidate : ranking.entities) names.push_back(candidate.entity);
  MethodScore out;
  out.method = ranking.method;
  out.ranked = true;
  out.first = names.empty() ? "" : names.front();
  out.place = rca::first_place(names, truth);
  return out;
}

void note_incidents(const exporter::Analysis& analysis, const RunSpec& spec, RunResult& result) {
  const auto seconds = [&](std::int64_t ms) { return static_cast<double>(ms) / 1000 - spec.sim.start; };
  const std::int64_t begin = result.truth.empty() ? INT64_MAX : result.truth.front().begin_ms;
  const auto note = [&](const exporter::Incident& incident) {
    result.incidents.push_back({incident.slo, seconds(incident.onset_ms), seconds(incident.detected_ms),
                                incident.open() ? 0 : seconds(incident.resolved_ms), incident.sli_value});
    if (incident.detected_ms < begin) ++result.early;
  };
  if (analysis.incident) note(*analysis.incident);
  for (const exporter::Incident& other : analysis.others) note(other);
}

std::vector<MethodScore> scores_of(const exporter::Analysis& analysis, const std::vector<std::string>& methods,
                                   const std::vector<std::string>& entities) {
  std::vector<MethodScore> scores;
  for (const std::string& method : methods) {
    const auto& rankings = analysis.incident->rankings;
    const auto ranked = std::find_if(rankings.begin(), rankings.end(),
                                     [&](const rca::Ranking& ranking) { return ranking.method == method; });
    if (ranked != rankings.end()) {
      scores.push_back(score(*ranked, entities));
      continue;
    }
    MethodScore failed;
    failed.method = method;
    for (const exporter::MethodFailure& failure : analysis.failures) {
      if (failure.method == method) failed.reason = failure.error.message;
    }
    scores.push_back(std::move(failed));
  }
  return scores;
}

void note_answer(const exporter::Analysis& analysis, const std::vector<std::string>& methods, RunResult& result) {
  const exporter::Incident& incident = *analysis.incident;
  const std::int64_t begin = result.truth.front().begin_ms;
  result.detected = true;
  result.slo = incident.slo;
  result.delay_seconds = static_cast<double>(incident.detected_ms - begin) / 1000;
  result.onset_error_seconds = static_cast<double>(incident.onset_ms - begin) / 1000;
  result.methods = scores_of(analysis, methods, entities_of(result.truth));
}

rca::Result<Product> read_product(const std::string& file) {
  Product product;
  RCA_ASSIGN(product.config, exporter::load_checked_config(file, ":memory:"));
  exporter::CatalogResult catalog = exporter::load_catalog(product.config);
  if (!catalog.catalog) return rca::Error{rca::ErrorKind::invalid_argument, exporter::to_string(catalog.diagnostics)};
  RCA_ASSIGN(exporter::Resolver resolver, exporter::Resolver::create(std::move(*catalog.catalog), product.config));
  product.resolver = std::make_shared<const exporter::Resolver>(std::move(resolver));
  return product;
}

// Rows as far apart as scrapes, and rates over at least four of them, as users of Prometheus do it.
Product fitted(const Product& product, const RunSpec& spec) {
  Product fit = product;
  const auto step = exporter::milliseconds(std::llround(spec.step * 1000));
  fit.config.step = std::max(fit.config.step, step);
  fit.config.interval = std::max(fit.config.interval, step);
  fit.config.rate_range = std::max(fit.config.rate_range, 4 * step);
  return fit;
}

// One run in the course of its analysis.
struct Analyst {
  const RunSpec& spec;
  const Product& product;
  const std::vector<std::string>& methods;
  exporter::AnalysisRequest request;
  exporter::Sources& sources;
  const ViewSink& sink;

  rca::Result<void> find(RunResult& result) const;
  rca::Result<void> with_given_onset(RunResult& result) const;
  rca::Result<void> audit(RunResult& result) const;
};

bool is_gap(const TrueFault& fault) {
  const rca::FaultClass* known = rca::find_fault_class(fault.fault_class);
  return known != nullptr && known->category == rca::FaultCategory::observability_gaps;
}

// Entity and fault class of every gap, once.
std::set<std::pair<std::string, std::string>> pairs_of(const std::vector<rca::ObservabilityGap>& gaps) {
  std::set<std::pair<std::string, std::string>> pairs;
  for (const rca::ObservabilityGap& gap : gaps) pairs.emplace(gap.entity, rca::fault_class_of(gap));
  return pairs;
}

// The incident as the pipeline finds it.
rca::Result<void> Analyst::find(RunResult& result) const {
  rca::Result<void> sunk;
  exporter::AnalysisRequest asked = request;
  asked.inspect = [&](const rca::IncidentView& view) {
    if (sink) sunk = sink(spec, result.truth, view);
  };
  const auto analysis = exporter::analyze_window(product.config, asked, product.resolver, sources);
  RCA_TRY(std::move(sunk));
  if (!analysis.ok()) {
    result.failure = analysis.error().message;
    return {};
  }
  result.signals = analysis->signals;
  result.series = analysis->series;
  note_incidents(*analysis, spec, result);
  if (analysis->incident && !result.truth.empty() && result.early == 0) {
    note_answer(*analysis, methods, result);
    if (analysis->incident->diagnosis) result.answer = answer_of(*analysis->incident->diagnosis, result.truth);
  }
  return {};
}

// The incident at the time of the fault.
rca::Result<void> Analyst::with_given_onset(RunResult& result) const {
  rca::Result<void> sunk;
  exporter::AnalysisRequest asked = request;
  asked.onset_ms = result.truth.front().begin_ms;
  asked.inspect = [&](const rca::IncidentView& view) {
    if (sink && !result.detected) sunk = sink(spec, result.truth, view);
  };
  const auto analysis = exporter::analyze_window(product.config, asked, product.resolver, sources);
  RCA_TRY(std::move(sunk));
  if (!analysis.ok() || !analysis->incident) return {};
  result.given = scores_of(*analysis, methods, entities_of(result.truth));
  if (analysis->incident->diagnosis) result.given_answer = answer_of(*analysis->incident->diagnosis, result.truth);
  return {};
}

// Telemetry that is missing is no incident: what the audit finds at the end of the run and did not find before the
// fault. It answers with one pair of entity and class; of several the wrong ones count.
rca::Result<void> Analyst::audit(RunResult& result) const {
  const TrueFault& fault = result.truth.front();
  RCA_ASSIGN(const exporter::TelemetryAudit before,
             exporter::audit_telemetry(product.config, fault.begin_ms, product.resolver, sources));
  RCA_ASSIGN(const exporter::TelemetryAudit after,
             exporter::audit_telemetry(product.config, request.end_ms, product.resolver, sources));
  auto found = pairs_of(after.gaps);
  for (const auto& known : pairs_of(before.gaps)) found.erase(known);
  result.detected = !found.empty();
  result.delay_seconds = result.onset_error_seconds = std::nan("");
  result.slo = "audit";
  result.answer.unknown = found.empty();
  if (found.empty()) return {};
  const auto right = found.find({fault.entity, fault.fault_class});
  if (right != found.end() && found.size() > 1) found.erase(right);
  result.answer.entity = found.begin()->first;
  result.answer.fault_class = found.begin()->second;
  result.answer.entity_right = result.answer.entity == fault.entity;
  result.answer.class_right = result.answer.fault_class == fault.fault_class;
  result.answer.pair_right = result.answer.entity_right && result.answer.class_right;
  result.answer.all_named = result.answer.entity_right;
  return {};
}

}  // namespace

rca::Result<Setup> make_setup(const std::string& config_dir, const std::vector<std::string>& methods) {
  Setup setup;
  RCA_ASSIGN(setup.reference, read_product(config_dir + "/reference.yml"));
  RCA_ASSIGN(setup.full, read_product(config_dir + "/full.yml"));
  for (const std::string& name : methods) {
    if (rca::find_method(name).ok()) setup.methods.push_back(name);
  }
  return setup;
}

rca::Result<RunResult> run_one(const Setup& setup, const RunSpec& spec, const ViewSink& sink) {
  const Product product = fitted(setup.of(spec.sim.stack), spec);
  llmsim::Simulation simulation(spec.sim);
  for (const PlannedFault& fault : spec.faults) {
    RCA_TRY(simulation.plan_fault(fault.type, fault.target, fault.at, fault.duration));
  }
  MemoryStore store;
  {
    const std::vector<llmsim::Target> targets = scraped_targets(simulation, spec);
    std::vector<StoreReceiver::Outage> outages;
    for (const RunSpec::Outage& one : spec.outages) {
      outages.push_back({spec.sim.start + one.begin, spec.sim.start + one.end});
    }
    StoreReceiver receiver(targets, store, std::move(outages));
    RCA_TRY(llmsim::run_scrapes(simulation, targets, {spec.duration, spec.step, spec.missing_scrapes}, receiver));
  }
  RunResult result;
  result.suite = spec.suite;
  result.name = spec.name;
  result.group = spec.group;
  result.hours = (spec.duration - spec.warm_up) / 3600;
  result.seed = spec.seed;
  RCA_ASSIGN(result.truth, truth_of(simulation, spec, product.config));

  exporter::AnalysisRequest request;
  request.start_ms = unix_ms(spec, spec.warm_up);
  request.end_ms = unix_ms(spec, spec.duration);
  request.methods = setup.methods;
  exporter::Sources sources = memory_sources(store);
  const Analyst analyst{spec, product, setup.methods, request, sources, sink};
  if (!result.truth.empty() && is_gap(result.truth.front())) {
    RCA_TRY(analyst.audit(result));
    return result;
  }
  RCA_TRY(analyst.find(result));
  if (!result.truth.empty()) RCA_TRY(analyst.with_given_onset(result));
  return result;
}

}  // namespace scenarios
