// The ranking of the method consensus, from an assessment that was made already: a diagnosis holds one.
#pragma once

#include <string_view>

#include "rca_core/diagnosis/assessment.h"
#include "rca_core/methods/method.h"

namespace rca {

inline constexpr std::string_view kConsensus = "consensus";

// Entities in the order of the assessment with their probabilities; of each entity its signals, with their shares of
// it. `frame`: that was assessed.
Ranking consensus_ranking(const Frame& frame, const Assessment& assessment);

}  // namespace rca
