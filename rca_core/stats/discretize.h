// Continuous values as a few ordered codes.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

namespace rca {

inline constexpr std::int8_t kMissingCode = -1;

// One-dimensional k-means (Lloyd), started from the middles of `bins` equally wide bins; codes 0, 1, … by ascending
// centre, without gaps, at most `bins` (≤ 100) of them. Centres closer than 1e-9 of the range count as one. Values that
// are not finite get kMissingCode.
std::vector<std::int8_t> kmeans_codes(std::span<const double> values, int bins);

}  // namespace rca
