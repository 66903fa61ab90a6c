// Evidence about entities: each kind is one small function in a file of its own, registered by name. What they find is
// weighed against each other by weigh_entities (weighing.h).
#pragma once

#include <Eigen/Core>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "common/result.h"
#include "rca_core/methods/method.h"

namespace rca {

// What one kind of evidence says about one entity.
struct EvidenceItem {
  std::string kind;         // the evidence's name, e.g. "budget", "peers", "onset_order"
  std::string entity;       // whom it is about
  std::string signal;       // role of the signal that it rests on; empty: none of the frame
  double value = 0;         // as the evidence defines it; finite
  double contribution = 0;  // to the log-odds of the entity, after weighing
  Evidence evidence;        // in numbers and in words
};

// One entity that may be at fault.
struct EntityPosterior {
  std::string entity;
  double probability = 0;           // of being the root cause; over all entities and "none of these" they sum to 1
  double log_odds = 0;              // before normalisation
  std::vector<EvidenceItem> items;  // largest |contribution| first
};

}  // namespace rca
