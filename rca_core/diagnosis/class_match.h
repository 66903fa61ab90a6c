// How well each fault class explains what an entity does: a log-likelihood ratio from the signatures of fault_class.h.
//
// A term that is met adds its weight (times the degree of the movement), one that is measured and not met takes a part
// of it away, one whose role is not measured is neutral. `stays` only speaks for a class as far as something else does,
// so that an idle entity does not resemble every fault. Where a role has a peer group, the part of the movement counts
// that the peers did not do: what all replicas do together is nobody's fault. Of a class's variants the best one
// counts. Classes of category observability_gaps come from the audit (audit.h), never from movement.
//
// Per entity, with prior odds π: P(class | entity) ∝ π_class exp(LLR), "unknown" has LLR 0. The same sum tells how much
// more likely the entity's behaviour is under a fault of a known kind than under none:
//   log_odds = log Σ π exp(LLR without change events, which are evidence of their own),
// where terms about the whole system count as far as the entity's own signals move. assess() adds it to the entity's
// log-odds.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "rca_core/diagnosis/assessment.h"
#include "rca_core/diagnosis/fault_class.h"
#include "rca_core/diagnosis/role_movement.h"
#include "rca_core/evidence/evidence_source.h"

namespace rca {

// One term of a signature, as an entity has it.
struct TermMatch {
  const SignatureTerm* term = nullptr;
  std::size_t entity = 0;   // whose signal decided, as numbered in the context
  Eigen::Index column = 0;  // of the frame
  double degree = 0;        // −1 (the opposite) … 1 (does what the term says)
  double contribution = 0;  // nats
};

struct ClassMatch {
  const FaultClass* row = nullptr;      // nullptr: unknown
  std::string_view variant;             // that fits best; empty: the class has none
  double log_likelihood_ratio = 0;      // nats, within ±12
  double probability = 0;               // given that the entity is at fault
  std::vector<TermMatch> terms;         // that were measured
  const ChangeEvent* change = nullptr;  // that speaks for the class; nullptr: none
  double change_contribution = 0;       // nats

  [[nodiscard]] std::string_view name() const { return row == nullptr ? kUnknownFaultClass : row->name; }
};

struct EntityClasses {
  bool recognised = false;  // enough of its roles are known to the table
  double log_odds = 0;      // what the match adds to the entity's log-odds; 0 when not recognised
  // 0..1: how clearly a role moved at the entity itself that hardly any fault moves but its most probable class.
  double mechanism = 0;
  std::vector<ClassMatch> classes;  // most probable first, probabilities sum to 1; only "unknown" when not recognised
};

// One per entity of the context, in its order. Finite throughout.
std::vector<EntityClasses> match_classes(const RoleMovements& movements);

// `log_odds` of each recognised entity as evidence of kind "signature", with the sentence of its best class's best
// term.
std::vector<EvidenceItem> signature_evidence(const RoleMovements& movements, std::span<const EntityClasses> classes);

// Of each entity 0..1: how far what it shows may be the effect of a mechanism that is seen elsewhere and not at itself.
// A tenant that asks seven times as often, a session store that drops what it holds: they use little and wait for
// nothing, while everything that they overload or let down stands out by more kinds of evidence.
std::vector<double> explained_by_mechanism(std::span<const EntityClasses> classes);

// The joint distribution: each entity's posterior times its class probabilities, most probable first. Entities that the
// context does not know are all "unknown". Terms are written out for pairs with a probability of at least `least_told`.
std::vector<ClassProbability> join_classes(const RoleMovements& movements, std::span<const EntityPosterior> entities,
                                           std::span<const EntityClasses> classes, double least_told = 0.01);

// How well `change` suits a cause of the incident that began at `onset_ms`, by time alone: 1 just before the onset,
// less the longer ago, 0 when it came after.
double change_proximity(const ChangeEvent& change, std::int64_t onset_ms);

// How well its kind and words suit the class: 0 (not one of its kinds) … 1 (the most typical), plus 1 for its words.
double change_fit(const ChangeEvent& change, const FaultClass& row);

}  // namespace rca
