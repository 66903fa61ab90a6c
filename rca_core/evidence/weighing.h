// How evidence of different kinds becomes one probability per entity. docs/consensus.md explains and tabulates it.
//
//   contribution(kind, e) = weight(kind) × ln(1 + value(kind, e))
//   support(e)            = Σ contributions
//   softmax(e)            = exp(sharpness × support(e)) / (Σ_i exp(sharpness × support(i)) + N)
//   N                     = (n + 1) exp(sharpness × none)            for "none of these", n entities
//   P(e)                  = (1 − misled) softmax(e) + misled / (n + 1)
//
// Values are robust deviations, or shares, at least 0. The logarithm makes kinds comparable: what counts is by what
// factor an entity stands out, so one signal with 1000 deviations does not outvote three kinds with 50. Evidence that
// an entity does not have adds 0; evidence that nobody has changes nothing.
//
// `signature`, how well the fault classes of the catalogue explain the entity (diagnosis/class_match.h), is a
// log-likelihood ratio already, of either sign: it adds kSignatureWeight × value. Its weight cannot be fitted on
// incidents whose signals have no roles.
//
// Where requests are counted, `budget` accounts for latency and failures, and better than deviations do: what rests on
// the same signals (exclusive_flow; breadth, persistence and onset_order where their signal is not internal) then does
// not count, so that nothing is counted twice.
#pragma once

#include <cstddef>
#include <span>
#include <string_view>
#include <vector>

#include "rca_core/evidence/entity_evidence.h"
#include "rca_core/evidence/evidence_source.h"

namespace rca {

inline constexpr std::string_view kSignatureKind = "signature";
inline constexpr double kSignatureWeight = 2.0;

// Share of what an entity shows that does not count where the mechanism of a fault is seen at another entity and not at
// itself (explained_by_mechanism, diagnosis/class_match.h): the square root in factors, as with callees.
inline constexpr double kExplainedShare = 0.5;

struct KindWeight {
  std::string_view kind;
  double weight = 0;  // ≥ 0
};

struct Weighing {
  std::span<const KindWeight> weights;  // kinds that are not listed weigh 0
  double sharpness = 1;                 // > 0; calibrates the probabilities, does not change the order
  double none = 0;                      // the support that stands for "none of these"
  double misled = 0;                    // 0 ≤ … < 1: how often evidence as a whole points elsewhere
};

// As fitted by tests/evaluation/fit_consensus, from consensus_weights.inc.
const Weighing& consensus_weighing();

// What all sources have to say, `kind` filled, in order of source and entity. Items with values that are not finite, or
// about entities that the context does not know, are left out.
std::vector<EvidenceItem> gather_evidence(const EvidenceContext& context);

// ln(1 + value), 0 for a negative value.
double evidence_strength(double value);

// Of each item whether it counts, or rests on what `budget` accounts for. That holds when `budget` is there for at
// least half of the entities that have exclusive_flow.
std::vector<bool> counted(const EvidenceContext& context, std::span<const EvidenceItem> items);

struct WeighedEntities {
  std::vector<EntityPosterior> entities;  // every entity of the context; most probable first, ties in its order
  double none_of_these = 1;
};

// explained: of each entity of the context, 0..1; empty: nothing is explained.
WeighedEntities weigh_entities(const EvidenceContext& context, std::vector<EvidenceItem> items,
                               const Weighing& weighing, std::span<const double> explained = {});

}  // namespace rca
