// Do two samples come from one distribution? G. J. Székely, M. L. Rizzo, "Energy statistics: A class of statistics
// based on distances", Journal of Statistical Planning and Inference 2013.
#pragma once

#include <cstdint>
#include <span>

namespace rca {

struct EnergyTest {
  // 2 E|X − Y| − E|X − X'| − E|Y − Y'|, not negative, in the unit of the values; 0 iff the samples are alike.
  double distance = 0;
  double between = 0;  // E|X − Y|
  double p_value = 1;  // share of permutations, this one included, with a distance at least as large
};

// Values that are not finite are left out; a sample without values gives distance 0 and p-value 1. O((n + m) log(n +
// m)) and O(n + m) per permutation.
EnergyTest energy_test(std::span<const double> x, std::span<const double> y, int permutations, std::uint64_t seed);

}  // namespace rca
