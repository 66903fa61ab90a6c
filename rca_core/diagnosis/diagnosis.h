// The answer to an incident: findings with roles, the five whys, the fishbone, scope, change analysis, actions.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "common/result.h"
#include "rca_core/diagnosis/assessment.h"
#include "rca_core/diagnosis/fault_class.h"
#include "rca_core/methods/method.h"

namespace rca {

enum class Role { root_cause, contributing_factor, symptom };
std::string_view to_string(Role role);  // "root_cause", …

struct Finding {
  std::string entity;
  std::string signal;
  Role role = Role::symptom;
  std::string fault_class;  // of a root cause or a contributing factor; empty for a symptom
  double probability = 0;   // of a root cause: the joint one; else how sure it is that it takes part, 0..1
  Evidence evidence;
};

// Step 1 explains the SLI, the last one names the cause.
struct Why {
  int step = 1;
  std::string effect;
  std::string cause;
  double confidence = 0;  // 0..1
  std::string entity;     // whose signal supports it; empty: a change event or an inference
  std::string signal;
  std::string text;  // the figure that supports it, as a sentence
};

struct FishboneEntry {
  FishboneBranch branch = FishboneBranch::infrastructure;
  std::string text;
  std::string entity;
  std::string signal;
  double weight = 0;  // 0..1
};

// The fault travelled from source to target.
struct PropagationEdge {
  std::string source;
  std::string target;
  double weight = 0;  // 0..1
};

struct ChangeAnalysis {
  ChangeEvent change;
  double likelihood = 0;  // 0..1: that it brought the incident about
  std::string text;       // why
};

struct ScopeEntry {
  std::string kind;  // "replica", "model", "tenant", "prompt_length", "node", "service", …
  std::string name;
  bool touched = false;
  std::string text;
};

struct Action {
  ActionKind kind = ActionKind::mitigate;
  std::string text;
  std::string owner;         // left open: people fill it in
  std::string verification;  // what has to hold
  int watch_minutes = 30;
  std::string runbook;
};

// Telemetry that the catalogue expects and that is not there.
struct ObservabilityGap {
  std::string entity;
  std::string signal;  // role; for a whole kind of telemetry: "traces", "logs"
  std::string kind;    // "missing", "stale", "no_tracing", "no_correlation_id", "unstructured", "late_alerting"
  std::string text;
};

struct Diagnosis {
  Assessment assessment;
  std::vector<Finding> findings;  // root causes first, then contributing factors, then symptoms; by probability
  std::vector<Why> whys;          // one to five; empty when unknown
  std::vector<FishboneEntry> fishbone;
  std::vector<PropagationEdge> propagation;  // from the cause towards what users feel
  std::vector<ChangeAnalysis> changes;       // most likely first
  std::vector<ScopeEntry> scope;
  std::vector<Action> actions;  // in the order in which they should be done
  std::vector<ObservabilityGap> gaps;
  std::string category;     // of the answer; empty: unknown
  std::string fault_class;  // of the answer; kUnknownFaultClass: cannot be told
  std::string entity;       // of the answer; empty: unknown
};

// `gaps`: what audit found (audit.h); they are copied, and tell what a diagnosis lacked. Errors: as assess.
Result<Diagnosis> diagnose(const IncidentView& view, const MethodOptions& options,
                           std::span<const ObservabilityGap> gaps = {});

}  // namespace rca
