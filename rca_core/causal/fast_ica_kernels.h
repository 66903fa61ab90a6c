// The inner loops of FastICA (causal/ica_lingam.h) in single precision, for the widest vectors that the processor has.
// Nothing is fused and no sum depends on the width, so that every processor gives the same bits.
#pragma once

#include <cstddef>

namespace rca {

// Rows of matrices begin this many floats apart, a multiple of every vector's width; what is beyond the columns is 0.
constexpr std::size_t padded(std::size_t columns) {
  constexpr std::size_t kWidest = 16;
  return (columns + kWidest - 1) / kWidest * kWidest;
}

// Data of n variables and T rows, whitened, both ways round.
struct WhitenedRows {
  std::size_t variables = 0;           // n
  std::size_t rows = 0;                // T
  const float* by_variable = nullptr;  // n × padded(T)
  const float* by_row = nullptr;       // T × padded(n)
};

struct FastIcaKernels {
  // With g = tanh(w x): pull(i, j) = Σ g(i, t) x(j, t) and squares(i) = Σ g(i, t)², sums over t. w and pull: n ×
  // padded(n); squares: n; all row by row.
  void (*pull)(const WhitenedRows& data, const float* w, float* pull, float* squares);

  // Inverts m (n × padded(n)) in place; false, and m is lost, where it is singular.
  bool (*invert)(float* m, std::size_t n);

  const char* instructions = "";
};

// Those for this processor, or those that run everywhere.
const FastIcaKernels& fast_ica_kernels();
const FastIcaKernels& portable_fast_ica_kernels();

}  // namespace rca
