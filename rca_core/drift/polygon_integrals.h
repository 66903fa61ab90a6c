// Integrals over the two distribution functions of a pair of histograms, which are polygons.
#pragma once

#include <algorithm>
#include <cmath>
#include <cstddef>

#include "rca_core/drift/pair.h"

namespace rca {

// Of |y| and y², where y goes straight from a to b over a length of 1.
inline double mean_of_absolute(double a, double b) {
  if (a * b >= 0) return std::fabs(a + b) / 2;
  return (a * a + b * b) / (2 * (std::fabs(a) + std::fabs(b)));
}
inline double mean_of_square(double a, double b) {
  return (a * a + a * b + b * b) / 3;
}
// Of y z, likewise.
inline double mean_of_product(double a, double b, double c, double d) {
  return (2 * (a * c + b * d) + a * d + b * c) / 6;
}

// F the reference, G the current distribution function. All in the signal's unit.
struct PolygonIntegrals {
  double absolute = 0;      // ∫ |F − G| dx
  double squared = 0;       // ∫ (F − G)² dx
  double between = 0;       // ∫ F (1 − G) + G (1 − F) dx = E|X − Y|
  double of_reference = 0;  // 2 ∫ F (1 − F) dx = E|X − X'|
  double of_current = 0;
  double largest = 0;  // of |F − G|, 0 … 1
};

inline PolygonIntegrals integrate(const BinnedPair& pair) {
  PolygonIntegrals out;
  for (const BinnedPair::Knot& knot : pair.knots) {
    out.largest = std::max({out.largest, std::fabs(knot.reference_left - knot.current_left),
                            std::fabs(knot.reference_right - knot.current_right)});
  }
  for (std::size_t i = 0; i + 1 < pair.knots.size(); ++i) {
    const BinnedPair::Knot& from = pair.knots[i];
    const BinnedPair::Knot& to = pair.knots[i + 1];
    const double f0 = from.reference_right;
    const double f1 = to.reference_left;
    const double g0 = from.current_right;
    const double g1 = to.current_left;
    const double width = to.x - from.x;
    out.absolute += width * mean_of_absolute(f0 - g0, f1 - g1);
    out.squared += width * mean_of_square(f0 - g0, f1 - g1);
    out.between += width * (mean_of_product(f0, f1, 1 - g0, 1 - g1) + mean_of_product(g0, g1, 1 - f0, 1 - f1));
    out.of_reference += 2 * width * mean_of_product(f0, f1, 1 - f0, 1 - f1);
    out.of_current += 2 * width * mean_of_product(g0, g1, 1 - g0, 1 - g1);
  }
  return out;
}

// The same of raw values, whose distribution functions are steps.
inline PolygonIntegrals integrate(const SamplePair& pair) {
  PolygonIntegrals out;
  const auto n = static_cast<double>(pair.reference->values.size());
  const auto m = static_cast<double>(pair.current->values.size());
  double seen_reference = 0;
  double seen_current = 0;
  for (std::size_t i = 0; i + 1 < pair.ties.size(); ++i) {
    seen_reference += pair.ties[i].reference;
    seen_current += pair.ties[i].current;
    const double f = seen_reference / n;
    const double g = seen_current / m;
    const double width = pair.ties[i + 1].value - pair.ties[i].value;
    out.largest = std::max(out.largest, std::fabs(f - g));
    out.absolute += width * std::fabs(f - g);
    out.squared += width * (f - g) * (f - g);
    out.between += width * (f * (1 - g) + g * (1 - f));
    out.of_reference += 2 * width * f * (1 - f);
    out.of_current += 2 * width * g * (1 - g);
  }
  return out;
}

// E|Z − Z'| of the mixture of both in equal parts: a scale in the signal's unit that heavy tails do not run away with.
inline double pooled_mean_difference(const PolygonIntegrals& integrals) {
  return integrals.between / 2 + integrals.of_reference / 4 + integrals.of_current / 4;
}

}  // namespace rca
