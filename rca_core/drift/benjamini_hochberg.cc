#include <algorithm>
#include <cmath>
#include <cstddef>
#include <numeric>

#include "rca_core/drift/compare.h"

namespace rca {

std::vector<double> benjamini_hochberg(std::span<const double> p_values) {
  std::vector<double> raw;
  for (const double p : p_values) raw.push_back(std::isnan(p) ? 1 : std::clamp(p, 0.0, 1.0));
  std::vector<std::size_t> largest_first(raw.size());
  std::iota(largest_first.begin(), largest_first.end(), std::size_t{0});
  std::sort(largest_first.begin(), largest_first.end(), [&](std::size_t a, std::size_t b) { return raw[a] > raw[b]; });
  std::vector<double> adjusted(raw.size(), 1);
  double smallest = 1;
  for (std::size_t i = 0; i < largest_first.size(); ++i) {
    const auto rank = static_cast<double>(raw.size() - i);
    smallest = std::min(smallest, raw[largest_first[i]] * static_cast<double>(raw.size()) / rank);
    adjusted[largest_first[i]] = smallest;
  }
  return adjusted;
}

}  // namespace rca
