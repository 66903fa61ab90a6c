// How scores are published: as shares.
#pragma once

#include <cstddef>
#include <span>
#include <vector>

#include "rca_core/methods/method.h"

namespace exporter {

// Each of the first `top_k` candidates' share (0..1, they sum to 1) of the sum of their scores; negative scores count
// as 0. When no score is positive the method prefers nobody and all shares are equal. A share is no probability.
std::vector<double> score_shares(std::span<const rca::Candidate> candidates, std::size_t top_k);

}  // namespace exporter
