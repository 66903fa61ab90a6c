#include "exporter/metrics/diagnosis_families.h"

#include <algorithm>
#include <cmath>
#include <string>

#include "exporter/incident/report.h"
#include "exporter/metrics/utf8.h"
#include "rca_core/diagnosis/fault_class.h"

namespace exporter::metrics {
namespace {

// A sentence that does not fit says so.
std::string bounded_text(const std::string& text) {
  constexpr std::string_view kMore = "…";
  if (text.size() <= kMaxTextBytes) return text;
  return valid_utf8(text, kMaxTextBytes - kMore.size()) + std::string(kMore);
}

std::string_view category_of(std::string_view fault_class) {
  const rca::FaultClass* row = rca::find_fault_class(fault_class);
  return row == nullptr ? rca::kUnknownFaultClass : rca::to_string(row->category);
}

template <typename Visit>
void for_each_diagnosis(const Source& source, Visit visit) {
  for (const Incident& incident : source.snapshot.incidents) {
    if (incident.diagnosis) visit(incident, *incident.diagnosis);
  }
}

template <typename Visit>
void for_each_finding(const Source& source, Visit visit) {
  for_each_diagnosis(source, [&](const Incident& incident, const rca::Diagnosis& diagnosis) {
    const std::size_t count = std::min(diagnosis.findings.size(), kMaxFindings);
    for (std::size_t i = 0; i < count; ++i) visit(incident, diagnosis.findings[i]);
  });
}

}  // namespace

void fill_class_probabilities(const Source& source, Series& series) {
  for_each_diagnosis(source, [&](const Incident& incident, const rca::Diagnosis& diagnosis) {
    const auto& classes = diagnosis.assessment.classes;
    double named = 0;
    for (std::size_t i = 0; i < std::min(classes.size(), kMaxClasses); ++i) {
      const rca::ClassProbability& one = classes[i];
      if (!(one.probability > 0)) continue;
      named += one.probability;
      series.add({incident.id, one.entity, category_of(one.fault_class), one.fault_class}, one.probability);
    }
    // What no series names: other entities and classes, and that it is none of those with telemetry.
    series.add({incident.id, rca::kUnknownFaultClass, rca::kUnknownFaultClass, rca::kUnknownFaultClass},
               std::clamp(1 - named, 0.0, 1.0));
  });
}

void fill_finding_roles(const Source& source, Series& series) {
  for_each_finding(source, [&](const Incident& incident, const rca::Finding& finding) {
    series.add({incident.id, finding.entity, finding.signal, to_string(finding.role)}, 1);
  });
}

void fill_finding_probabilities(const Source& source, Series& series) {
  for_each_finding(source, [&](const Incident& incident, const rca::Finding& finding) {
    series.add({incident.id, finding.entity, finding.signal, to_string(finding.role)}, finding.probability);
  });
}

// Of a change that was made more than once the most likely time comes first, and stays.
void fill_change_likelihoods(const Source& source, Series& series) {
  for_each_diagnosis(source, [&](const Incident& incident, const rca::Diagnosis& diagnosis) {
    const std::size_t count = std::min(diagnosis.changes.size(), kMaxChangesJudged);
    for (std::size_t i = 0; i < count; ++i) {
      const rca::ChangeEvent& change = diagnosis.changes[i].change;
      series.add({incident.id, change.kind, change.entity, change.from, change.to}, diagnosis.changes[i].likelihood);
    }
  });
}

void fill_first_symptoms(const Source& source, Series& series) {
  for (const Incident& incident : source.snapshot.incidents) {
    const rca::Finding* first = first_symptom(incident);
    if (first == nullptr) continue;
    series.add({incident.id, incident.slo}, static_cast<double>(first->evidence.since_ms) / 1000);
  }
}

void fill_whys(const Source& source, Series& series) {
  for_each_diagnosis(source, [&](const Incident& incident, const rca::Diagnosis& diagnosis) {
    const std::size_t count = std::min(diagnosis.whys.size(), kMaxWhys);
    for (std::size_t i = 0; i < count; ++i) {
      const rca::Why& why = diagnosis.whys[i];
      series.add({incident.id, std::to_string(why.step), bounded_text(why.effect), bounded_text(why.cause)},
                 why.confidence);
    }
  });
}

void fill_propagation(const Source& source, Series& series) {
  for_each_diagnosis(source, [&](const Incident& incident, const rca::Diagnosis& diagnosis) {
    const std::size_t count = std::min(diagnosis.propagation.size(), kMaxEdges);
    for (std::size_t i = 0; i < count; ++i) {
      const rca::PropagationEdge& edge = diagnosis.propagation[i];
      series.add({incident.id, edge.source, edge.target}, edge.weight);
    }
  });
}

void fill_gaps(const Source& source, Series& series) {
  const auto& gaps = source.snapshot.gaps;
  for (std::size_t i = 0; i < std::min(gaps.size(), kMaxGaps); ++i) {
    series.add({gaps[i].entity, gaps[i].signal, gaps[i].kind}, 1);
  }
}

void fill_recurrences(const Source& source, Series& series) {
  for_each_diagnosis(source, [&](const Incident& incident, const rca::Diagnosis&) {
    if (incident.recurrence.entity_class.empty()) return;
    series.add({incident.id, incident.slo}, static_cast<double>(incident.recurrence.earlier));
  });
}

void fill_budget_consumed(const Source& source, Series& series) {
  for (const Incident& incident : source.snapshot.incidents) {
    const double consumed = incident.budget_consumed();
    if (!std::isnan(consumed)) series.add({incident.id, incident.slo}, consumed);
  }
}

void fill_actions(const Source& source, Series& series) {
  for_each_diagnosis(source, [&](const Incident& incident, const rca::Diagnosis& diagnosis) {
    const std::size_t count = std::min(incident.checks.size(), kMaxActions);
    for (std::size_t i = 0; i < count; ++i) {
      const ActionCheck& check = incident.checks[i];
      if (check.action >= diagnosis.actions.size()) continue;
      const rca::Action& action = diagnosis.actions[check.action];
      series.add({incident.id, bounded_text(action.text), rca::to_string(action.kind), to_string(check.state)}, 1);
    }
  });
}

void add_diagnosis_limits(Series& series) {
  series.add({"fault_classes_per_incident"}, static_cast<double>(kMaxClasses));
  series.add({"findings_per_incident"}, static_cast<double>(kMaxFindings));
  series.add({"changes_per_incident"}, static_cast<double>(kMaxChangesJudged));
  series.add({"whys_per_incident"}, static_cast<double>(kMaxWhys));
  series.add({"propagation_edges_per_incident"}, static_cast<double>(kMaxEdges));
  series.add({"actions_per_incident"}, static_cast<double>(kMaxActions));
  series.add({"observability_gaps"}, static_cast<double>(kMaxGaps));
}

}  // namespace exporter::metrics
