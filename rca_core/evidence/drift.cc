#include "rca_core/evidence/drift.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstddef>

#include "rca_core/stats/robust.h"

namespace rca {
namespace {

constexpr std::size_t kParts = 6;
constexpr std::size_t kLeastOfPart = 5;  // values, without which a median tells nothing

}  // namespace

std::optional<Drift> drift_of(std::span<const double> normal, double after, double floor,
                              std::vector<double>& scratch) {
  std::array<double, kParts> levels{};
  std::array<double, kParts> spreads{};
  const std::size_t rows = normal.size() / kParts;
  for (std::size_t part = 0; part < kParts; ++part) {
    const std::size_t begin = part * rows;
    const std::size_t count = part + 1 == kParts ? normal.size() - begin : rows;
    copy_present(normal.subspan(begin, count), scratch);
    if (scratch.size() < kLeastOfPart) return std::nullopt;
    levels.at(part) = median_in_place(scratch);
    spreads.at(part) = kMadToSigma * median_absolute_deviation(scratch, levels.at(part));
  }
  const double side = levels.back() > levels.front() ? 1 : -1;
  const double spread = std::max(median_in_place(spreads), floor);
  for (std::size_t part = 1; part <= kParts; ++part) {
    const double level = part < kParts ? levels.at(part) : after;
    if (!(side * (level - levels.at(part - 1)) > spread)) return std::nullopt;
  }
  return Drift{levels.front(), spread};
}

}  // namespace rca
