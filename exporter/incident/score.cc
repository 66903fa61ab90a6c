#include "exporter/incident/score.h"

#include <algorithm>

namespace exporter {

std::vector<double> score_shares(std::span<const rca::Candidate> candidates, std::size_t top_k) {
  const std::size_t count = std::min(candidates.size(), top_k);
  std::vector<double> shares(count);
  double largest = 0;
  for (std::size_t i = 0; i < count; ++i) largest = std::max(largest, candidates[i].score);
  // Divided by the largest first, so that the sum cannot overflow. The comparison also turns a NaN into 0.
  double sum = 0;
  for (std::size_t i = 0; i < count; ++i) {
    shares[i] = candidates[i].score > 0 && largest > 0 ? candidates[i].score / largest : 0.0;
    sum += shares[i];
  }
  for (double& share : shares) share = sum > 0 ? share / sum : 1.0 / static_cast<double>(count);
  return shares;
}

}  // namespace exporter
