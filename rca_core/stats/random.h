// Random numbers that are the same everywhere: the standard fixes what mt19937_64 gives, but not what its distributions
// make of it.
#pragma once

#include <cmath>
#include <cstddef>
#include <cstdint>
#include <numbers>
#include <random>
#include <utility>

namespace rca {

// Not thread-safe; one per task, seeded from MethodOptions::seed.
class Random {
 public:
  explicit Random(std::uint64_t seed) : engine_(seed) {}

  std::uint64_t next() { return engine_(); }

  // Uniform in [0, 1), a multiple of 2⁻⁵³.
  double uniform() { return static_cast<double>(engine_() >> 11U) * 0x1p-53; }

  // Uniform in 0 … n − 1, without the bias of a plain remainder; 0 for n = 0.
  std::size_t below(std::size_t n) {
    if (n < 2) return 0;
    const auto size = static_cast<std::uint64_t>(n);
    const std::uint64_t uneven = (0 - size) % size;  // 2⁶⁴ mod n: the values at the bottom that would count double
    std::uint64_t value = engine_();
    while (value < uneven) value = engine_();
    return static_cast<std::size_t>(value % size);
  }

  // Standard normal (Box and Muller 1958).
  double normal() {
    const double radius = std::sqrt(-2 * std::log(1 - uniform()));
    return radius * std::cos(2 * std::numbers::pi * uniform());
  }

  // Puts the elements of a random-access container into a random order (Fisher and Yates).
  template <typename Container>
  void shuffle(Container& values) {
    for (std::size_t i = std::size(values); i > 1; --i) std::swap(values[i - 1], values[below(i)]);
  }

 private:
  std::mt19937_64 engine_;
};

}  // namespace rca
