// Rankings of things that are not just columns of the frame: operations of traces, entities of a graph.
#pragma once

#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "rca_core/methods/method.h"
#include "rca_core/methods/scoring.h"

namespace rca {

// Best score first, ties keep the order given; of candidates of the same (entity, signal) the best is kept. An entity
// has its best candidate. Scores are made finite.
Ranking rank_candidates(std::string_view method, std::vector<Candidate> candidates);

// Medians of both windows in robust deviations of the normal window, of every column that has values in both.
std::vector<SignalScore> median_changes(const Frame& frame, const Windows& windows);

// The signal of each entity that changed most, by median_changes.
std::map<std::string, SignalScore, std::less<>> strongest_changes(const Frame& frame, const Windows& windows);

// Evidence from the change of one column. `because` follows the sentence about the change; may be empty.
Evidence evidence_of(const Frame& frame, const SignalScore& change, std::string_view because);

}  // namespace rca
