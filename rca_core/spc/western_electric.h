// The four Western Electric rules: Western Electric Company, "Statistical Quality Control Handbook", 1956.
#pragma once

#include <array>
#include <cstddef>

namespace rca {

struct WesternElectricSignals {
  bool beyond_3_sigma = false;  // |z| > 3
  bool two_of_three = false;    // two of the last three beyond 2 sigma on one side, this one among them
  bool four_of_five = false;    // four of the last five beyond 1 sigma on one side, this one among them
  bool eight_in_a_row = false;  // eight on one side of the centre; one on it breaks the run
};

// Looks at one standardised value, (x − centre) / sigma, after the other. A rule needs its whole window.
class WesternElectric {
 public:
  WesternElectricSignals add(double z);

 private:
  std::array<double, 8> last_ = {};  // oldest first
  std::size_t count_ = 0;
};

}  // namespace rca
