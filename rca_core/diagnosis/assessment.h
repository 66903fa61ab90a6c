// Which entity and what kind of fault: one calibrated probability per (entity, fault class).
#pragma once

#include <span>
#include <string>
#include <vector>

#include "common/result.h"
#include "rca_core/evidence/entity_evidence.h"
#include "rca_core/methods/method.h"

namespace rca {

class RoleMovements;
struct EntityClasses;
struct EvidenceContext;

struct ClassProbability {
  std::string entity;
  std::string fault_class;  // of fault_classes(), or kUnknownFaultClass: the entity is at fault, how cannot be told
  double probability = 0;
  std::vector<EvidenceItem> matches;  // terms of the signature that were met (or missed), largest contribution first
};

struct Assessment {
  std::vector<EntityPosterior> entities;  // most probable first
  std::vector<ClassProbability> classes;  // joint, most probable first; of an entity they sum to its probability
  double none_of_these = 0;               // the probability that no entity with telemetry is the root cause
  // The top entity's probability, calibrated: of incidents with confidence p a share of p names the right entity.
  double confidence = 0;
  bool unknown = false;                        // confidence is below kLeastConfidence: do not name a root cause
  std::vector<std::string> missing_telemetry;  // sentences: what would have told more
};

// Below it the answer is "unknown".
inline constexpr double kLeastConfidence = 0.25;

// Errors: as make_windows (methods/scoring.h).
Result<Assessment> assess(const IncidentView& view, const MethodOptions& options);

// The same, for who has worked these out already and needs them again: `movements` of `context`, `classes` of
// `movements` (class_match.h).
Assessment assess(const EvidenceContext& context, const RoleMovements& movements,
                  std::span<const EntityClasses> classes);

}  // namespace rca
