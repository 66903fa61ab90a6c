#include "rca_core/spc/western_electric.h"

#include <algorithm>
#include <span>

namespace rca {
namespace {

// `newest` beyond `limit` on some side, and with it `needed` of the window on that side.
bool beyond(std::span<const double> window, double newest, double limit, std::ptrdiff_t needed) {
  const double side = newest > 0 ? 1 : -1;
  if (!(side * newest > limit)) return false;
  return std::count_if(window.begin(), window.end(), [&](double z) { return side * z > limit; }) >= needed;
}

}  // namespace

WesternElectricSignals WesternElectric::add(double z) {
  std::rotate(last_.begin(), last_.begin() + 1, last_.end());
  last_.back() = z;
  count_ = std::min(count_ + 1, last_.size());
  const auto signals = [&](std::size_t window, double limit, std::ptrdiff_t needed) {
    return count_ >= window && beyond(std::span(last_).last(window), z, limit, needed);
  };
  WesternElectricSignals out;
  out.beyond_3_sigma = signals(1, 3, 1);
  out.two_of_three = signals(3, 2, 2);
  out.four_of_five = signals(5, 1, 4);
  out.eight_in_a_row = signals(8, 0, 8);
  return out;
}

}  // namespace rca
