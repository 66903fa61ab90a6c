// Do two samples come from one distribution? G. J. Székely, M. L. Rizzo, "Energy statistics: A class of statistics
// based on distances", Journal of Statistical Planning and Inference 2013.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

namespace rca {

struct EnergyTest {
  // 2 E|X − Y| − E|X − X'| − E|Y − Y'|, not negative, in the unit of the values; 0 iff the samples are alike.
  double distance = 0;
  double between = 0;  // E|X − Y|
  double p_value = 1;  // share of permutations, this one included, with a distance at least as large
};

// Random relabellings of n + m pooled values, n of them as the first sample; they serve every pair of samples of these
// sizes.
class Relabellings {
 public:
  Relabellings(std::size_t n, std::size_t m, int permutations, std::uint64_t seed);

 private:
  friend EnergyTest energy_test(std::span<const double>, std::span<const double>, const Relabellings&);

  std::size_t n_;
  std::size_t m_;
  std::uint64_t seed_;
  std::vector<std::vector<std::uint8_t>> labels_;  // permutations × (n + m); 1: first sample
};

// Values that are not finite are left out (then the relabellings are drawn anew for the sizes that remain); a sample
// without values gives distance 0 and p-value 1. O((n + m) log(n + m)) and O(n + m) per permutation.
EnergyTest energy_test(std::span<const double> x, std::span<const double> y, const Relabellings& relabellings);

}  // namespace rca
