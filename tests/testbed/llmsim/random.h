// Repeatable random numbers. The distributions are written out because those of <random> differ between standard
// libraries, and the same seed must give the same bytes everywhere.
#pragma once

#include <bit>
#include <cmath>
#include <cstdint>
#include <numbers>
#include <string_view>

namespace llmsim {

// Steele, Lea, Flood: "Fast splittable pseudorandom number generators" (OOPSLA 2014); also a good mixing function.
constexpr std::uint64_t split_mix(std::uint64_t& state) {
  std::uint64_t z = (state += 0x9e3779b97f4a7c15ULL);
  z = (z ^ (z >> 30U)) * 0xbf58476d1ce4e5b9ULL;
  z = (z ^ (z >> 27U)) * 0x94d049bb133111ebULL;
  return z ^ (z >> 31U);
}

constexpr std::uint64_t hash_combine(std::uint64_t a, std::uint64_t b) {
  std::uint64_t state = a ^ (b * 0x9e3779b97f4a7c15ULL);
  return split_mix(state);
}

constexpr std::uint64_t hash_text(std::string_view text) {
  std::uint64_t hash = 0xcbf29ce484222325ULL;  // FNV-1a
  for (const char c : text) hash = (hash ^ static_cast<std::uint8_t>(c)) * 0x100000001b3ULL;
  return hash;
}

// xoshiro256** (Blackman, Vigna 2018). One stream for each purpose, so that drawing more in one place (a fault, another
// replica) leaves the numbers of all others as they were.
class Random {
 public:
  Random(std::uint64_t seed, std::string_view purpose, std::uint64_t index = 0) {
    std::uint64_t state = hash_combine(hash_combine(seed, hash_text(purpose)), index);
    for (std::uint64_t& word : state_) word = split_mix(state);
  }

  std::uint64_t next() {
    const std::uint64_t result = std::rotl(state_[1] * 5, 7) * 9;
    const std::uint64_t shifted = state_[1] << 17U;
    state_[2] ^= state_[0];
    state_[3] ^= state_[1];
    state_[1] ^= state_[2];
    state_[0] ^= state_[3];
    state_[2] ^= shifted;
    state_[3] = std::rotl(state_[3], 45);
    return result;
  }

  // In [0, 1).
  double uniform() { return static_cast<double>(next() >> 11U) * 0x1.0p-53; }

  // In [0, bound). The modulo bias is below 2^-40 for the small bounds used here.
  std::uint64_t below(std::uint64_t bound) { return next() % bound; }

  // Mean 0, deviation 1 (Box and Muller; the second number is kept for the next call).
  double normal() {
    if (has_spare_) {
      has_spare_ = false;
      return spare_;
    }
    const double radius = std::sqrt(-2 * std::log(1 - uniform()));
    const double angle = 2 * std::numbers::pi * uniform();
    spare_ = radius * std::sin(angle);
    has_spare_ = true;
    return radius * std::cos(angle);
  }

  double exponential(double mean) { return -mean * std::log(1 - uniform()); }

  // Knuth's product of uniforms; for means up to about 30.
  int poisson(double mean) {
    if (mean <= 0) return 0;
    const double limit = std::exp(-mean);
    int count = 0;
    double product = uniform();
    while (product > limit) {
      product *= uniform();
      ++count;
    }
    return count;
  }

 private:
  std::uint64_t state_[4] = {};
  double spare_ = 0;
  bool has_spare_ = false;
};

}  // namespace llmsim
