// Which fields a diagnosis has and what they are called in JSON: one list for writing and for reading, so that what is
// written can be read back; and which values the enums have.
//
// `visit(name, field)` is called for every field; enums come as visit.choice, instants as visit.time.
#pragma once

#include <array>
#include <string_view>
#include <utility>

#include "exporter/incident/incident.h"
#include "rca_core/diagnosis/diagnosis.h"

namespace exporter::fields {

// The values that a name is looked for among when it is read; `to_string` gives each its name.
inline constexpr std::array kRoles{rca::Role::root_cause, rca::Role::contributing_factor, rca::Role::symptom};
inline constexpr std::array kBranches{rca::FishboneBranch::model, rca::FishboneBranch::infrastructure,
                                      rca::FishboneBranch::data, rca::FishboneBranch::process,
                                      rca::FishboneBranch::people};
inline constexpr std::array kActionKinds{rca::ActionKind::mitigate, rca::ActionKind::prevent, rca::ActionKind::detect};
inline constexpr std::array kActionStates{ActionState::pending, ActionState::holds, ActionState::failed};

template <typename Visit>
void describe(Visit& visit, rca::Evidence& x) {
  visit("before", x.before);
  visit("after", x.after);
  visit("scale", x.scale);
  visit("deviation", x.deviation);
  visit.time("since", x.since_ms);
  visit("text", x.text);
}

template <typename Visit>
void describe(Visit& visit, rca::EvidenceItem& x) {
  visit("kind", x.kind);
  visit("entity", x.entity);
  visit("signal", x.signal);
  visit("value", x.value);
  visit("contribution", x.contribution);
  visit("evidence", x.evidence);
}

template <typename Visit>
void describe(Visit& visit, rca::EntityPosterior& x) {
  visit("entity", x.entity);
  visit("probability", x.probability);
  visit("log_odds", x.log_odds);
  visit("evidence", x.items);
}

template <typename Visit>
void describe(Visit& visit, rca::ClassProbability& x) {
  visit("entity", x.entity);
  visit("fault_class", x.fault_class);
  visit("probability", x.probability);
  visit("signature", x.matches);
}

template <typename Visit>
void describe(Visit& visit, rca::Assessment& x) {
  visit("entities", x.entities);
  visit("classes", x.classes);
  visit("none_of_these", x.none_of_these);
  visit("confidence", x.confidence);
  visit("unknown", x.unknown);
  visit("missing_telemetry", x.missing_telemetry);
}

template <typename Visit>
void describe(Visit& visit, rca::Finding& x) {
  visit("entity", x.entity);
  visit("signal", x.signal);
  visit.choice("role", x.role, kRoles);
  visit("fault_class", x.fault_class);
  visit("probability", x.probability);
  visit("evidence", x.evidence);
}

template <typename Visit>
void describe(Visit& visit, rca::Why& x) {
  visit("step", x.step);
  visit("effect", x.effect);
  visit("cause", x.cause);
  visit("confidence", x.confidence);
  visit("entity", x.entity);
  visit("signal", x.signal);
  visit("text", x.text);
}

template <typename Visit>
void describe(Visit& visit, rca::FishboneEntry& x) {
  visit.choice("branch", x.branch, kBranches);
  visit("text", x.text);
  visit("entity", x.entity);
  visit("signal", x.signal);
  visit("weight", x.weight);
}

template <typename Visit>
void describe(Visit& visit, rca::PropagationEdge& x) {
  visit("source", x.source);
  visit("target", x.target);
  visit("weight", x.weight);
}

template <typename Visit>
void describe(Visit& visit, rca::ChangeEvent& x) {
  visit.time("time", x.time_ms);
  visit("kind", x.kind);
  visit("entity", x.entity);
  visit("from", x.from);
  visit("to", x.to);
}

template <typename Visit>
void describe(Visit& visit, rca::ChangeAnalysis& x) {
  visit("change", x.change);
  visit("likelihood", x.likelihood);
  visit("text", x.text);
}

template <typename Visit>
void describe(Visit& visit, rca::ScopeEntry& x) {
  visit("kind", x.kind);
  visit("name", x.name);
  visit("touched", x.touched);
  visit("text", x.text);
}

template <typename Visit>
void describe(Visit& visit, rca::Action& x) {
  visit.choice("kind", x.kind, kActionKinds);
  visit("text", x.text);
  visit("owner", x.owner);
  visit("verification", x.verification);
  visit("watch_minutes", x.watch_minutes);
  visit("runbook", x.runbook);
}

template <typename Visit>
void describe(Visit& visit, rca::ObservabilityGap& x) {
  visit("entity", x.entity);
  visit("signal", x.signal);
  visit("kind", x.kind);
  visit("text", x.text);
}

template <typename Visit>
void describe(Visit& visit, rca::Diagnosis& x) {
  visit("entity", x.entity);
  visit("category", x.category);
  visit("fault_class", x.fault_class);
  visit("assessment", x.assessment);
  visit("findings", x.findings);
  visit("whys", x.whys);
  visit("fishbone", x.fishbone);
  visit("propagation", x.propagation);
  visit("changes", x.changes);
  visit("scope", x.scope);
  visit("actions", x.actions);
  visit("gaps", x.gaps);
}

template <typename Visit>
void describe(Visit& visit, Impact& x) {
  visit("before", x.before);
  visit("worst", x.worst);
  visit.time("worst_at", x.worst_ms);
  visit("subject", x.subject);
  visit("measured_entities", x.measured);
  visit("touched_entities", x.touched);
  visit("touched_share", x.touched_share);
  visit("traffic_before", x.traffic_before);
  visit("traffic_after", x.traffic_after);
}

template <typename Visit>
void describe(Visit& visit, Recurrence& x) {
  visit("entity_class", x.entity_class);
  visit("fault_class", x.fault_class);
  visit("earlier", x.earlier);
  visit("incidents", x.incidents);
  visit("related", x.related);
}

template <typename Visit>
void describe(Visit& visit, ActionCheck& x) {
  visit("action", x.action);
  visit.choice("state", x.state, kActionStates);
  visit("condition", x.condition);
  visit.time("from", x.from_ms);
  visit.time("until", x.until_ms);
  visit.time("checked", x.checked_ms);
  visit.time("bad_since", x.bad_since_ms);
  visit("rows", x.rows);
  visit("outcome", x.outcome);
}

}  // namespace exporter::fields
