// Subsets of a given size, one after the other, for searches over condition sets.
#pragma once

#include <cstddef>
#include <numeric>
#include <span>

namespace rca {

// Steps `chosen`, ascending positions into `count` candidates, to the next combination in lexicographic order; false,
// and nothing changed, when it was the last. The first is 0, 1, 2, …; of no positions there is one combination.
template <typename Integer>
bool next_combination(std::span<Integer> chosen, Integer count) {
  for (std::size_t i = chosen.size(); i-- > 0;) {
    if (chosen[i] + static_cast<Integer>(chosen.size() - i) < count) {
      ++chosen[i];
      std::iota(chosen.begin() + static_cast<std::ptrdiff_t>(i) + 1, chosen.end(), chosen[i] + 1);
      return true;
    }
  }
  return false;
}

}  // namespace rca
