#include "rca_core/causal/fast_ica_kernels.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdint>
#include <cstring>
#include <utility>
#include <vector>

// One body, compiled once per set of instructions: what has RCA_INLINE takes the instructions of the function that it
// ends up in.
#define RCA_INLINE [[gnu::always_inline]] inline

namespace rca {
namespace {

// GCC's and Clang's vectors: + and * are one instruction each where the type is as wide as the registers.
template <std::size_t bytes>
struct Vectors;

// (A loop over 4, 8 or 16 lanes leaves it to the optimizer whether they stay in registers; these types do not.)
#define RCA_VECTORS(bytes)                                       \
  template <>                                                    \
  struct Vectors<bytes> {                                        \
    using Float [[gnu::vector_size(bytes)]] = float;             \
    using Int [[gnu::vector_size(bytes)]] = std::int32_t;        \
    static constexpr std::size_t kLanes = bytes / sizeof(float); \
  }
RCA_VECTORS(16);
RCA_VECTORS(32);
RCA_VECTORS(64);
#undef RCA_VECTORS

// From and to memory that need not be aligned: one instruction. (By reference: how a wide vector is returned depends on
// the instructions that are allowed.)
template <typename V>
RCA_INLINE void load(const float* memory, typename V::Float& value) {
  std::memcpy(&value, memory, sizeof(value));
}
template <typename V>
RCA_INLINE void store(float* memory, const typename V::Float& value) {
  std::memcpy(memory, &value, sizeof(value));
}

constexpr std::size_t kTileRows = 4;
constexpr std::size_t kTileVectors = 2;

// c(i, lane) += Σ_s a(i, s) b(s, lane) for a tile of c that stays in registers; s ascending, whatever the width.
template <typename V, std::size_t rows, std::size_t vectors>
RCA_INLINE void multiply_tile(const float* a, std::size_t a_stride, const float* b, std::size_t b_stride, float* c,
                              std::size_t c_stride, std::size_t depth) {
  typename V::Float sum[rows][vectors];  // NOLINT(modernize-avoid-c-arrays): std::array keeps these in memory
  for (std::size_t i = 0; i < rows; ++i) {
    for (std::size_t v = 0; v < vectors; ++v) load<V>(c + i * c_stride + v * V::kLanes, sum[i][v]);
  }
  for (std::size_t s = 0; s < depth; ++s) {
    for (std::size_t v = 0; v < vectors; ++v) {
      typename V::Float right;
      load<V>(b + s * b_stride + v * V::kLanes, right);
      for (std::size_t i = 0; i < rows; ++i) sum[i][v] += a[i * a_stride + s] * right;
    }
  }
  for (std::size_t i = 0; i < rows; ++i) {
    for (std::size_t v = 0; v < vectors; ++v) store<V>(c + i * c_stride + v * V::kLanes, sum[i][v]);
  }
}

template <typename V, std::size_t rows>
RCA_INLINE void multiply_rows(const float* a, std::size_t a_stride, const float* b, std::size_t b_stride, float* c,
                              std::size_t c_stride, std::size_t depth, std::size_t columns) {
  std::size_t at = 0;
  for (; at + V::kLanes < columns; at += kTileVectors * V::kLanes) {
    multiply_tile<V, rows, kTileVectors>(a, a_stride, b + at, b_stride, c + at, c_stride, depth);
  }
  if (at < columns) multiply_tile<V, rows, 1>(a, a_stride, b + at, b_stride, c + at, c_stride, depth);
}

// c += a b, a: rows × depth, b: depth × columns; rows of b and c are padded.
template <typename V>
RCA_INLINE void multiply(const float* a, std::size_t a_stride, const float* b, std::size_t b_stride, float* c,
                         std::size_t c_stride, std::size_t rows, std::size_t depth, std::size_t columns) {
  std::size_t i = 0;
  for (; i + kTileRows <= rows; i += kTileRows) {
    multiply_rows<V, kTileRows>(a + i * a_stride, a_stride, b, b_stride, c + i * c_stride, c_stride, depth, columns);
  }
  for (; i < rows; ++i) {
    multiply_rows<V, 1>(a + i * a_stride, a_stride, b, b_stride, c + i * c_stride, c_stride, depth, columns);
  }
}

// tanh y = 1 − 2 / (e^2y + 1), to about 1e-7. e^2y = 2^(k + f), k whole and |f| ≤ 1/2; 2^f is Taylor's series.
template <typename V>
RCA_INLINE void tanh_in_place(float* memory) {
  using Float = typename V::Float;
  using Int = typename V::Int;
  constexpr float kFlat = 9;  // beyond, tanh is 1 in single precision
  constexpr float kTwiceLog2E = 2.8853901F;
  constexpr float kRound = 12582912;  // 1.5 · 2^23: adding it rounds to a whole number in the lowest bits
  Float y;
  load<V>(memory, y);
  y = y > kFlat ? Float{} + kFlat : y;
  y = y < -kFlat ? Float{} - kFlat : y;
  const Float z = y * kTwiceLog2E;
  const Float rounded = z + kRound;
  const Float f = z - (rounded - kRound);
  Float power = f * 1.5403530e-4F + 1.3333558e-3F;
  power = power * f + 9.6181291e-3F;
  power = power * f + 5.5504109e-2F;
  power = power * f + 2.4022651e-1F;
  power = power * f + 6.9314718e-1F;
  power = power * f + 1.0F;
  Int bits = reinterpret_cast<Int>(rounded);
  bits = (bits << 23) + 0x3f800000;  // the float 2^k
  const Float exponential = power * reinterpret_cast<Float>(bits);
  store<V>(memory, 1.0F - 2.0F / (exponential + 1.0F));
}

// Blocks of rows of the data that stay in the nearest cache.
constexpr std::size_t kBlock = 128;

template <typename V>
RCA_INLINE void pull_of(const WhitenedRows& data, const float* w, float* pull, float* squares) {
  const std::size_t n = data.variables;
  const std::size_t stride = padded(n);
  const std::size_t data_stride = padded(data.rows);
  std::fill(pull, pull + n * stride, 0.0F);
  std::vector<float> g(n * kBlock);
  // Sums in as many lanes as the widest vector has, so that the order does not depend on the width.
  std::vector<std::array<float, padded(1)>> lanes(n);
  for (std::size_t first = 0; first < data.rows; first += kBlock) {
    const std::size_t rows = std::min(kBlock, data.rows - first);
    std::fill(g.begin(), g.end(), 0.0F);
    multiply<V>(w, stride, data.by_variable + first, data_stride, g.data(), kBlock, n, n, rows);
    for (std::size_t i = 0; i < n; ++i) {
      float* const row = g.data() + i * kBlock;
      for (std::size_t t = 0; t < rows; t += V::kLanes) {
        tanh_in_place<V>(row + t);
        typename V::Float value;
        load<V>(row + t, value);
        float* const sums = lanes[i].data() + t % padded(1);
        typename V::Float sum;
        load<V>(sums, sum);
        store<V>(sums, sum + value * value);  // beyond the data: tanh 0 = 0
      }
    }
    multiply<V>(g.data(), kBlock, data.by_row + first * stride, stride, pull, stride, n, rows, n);
  }
  for (std::size_t i = 0; i < n; ++i) {
    squares[i] = 0;
    for (const float lane : lanes[i]) squares[i] += lane;
  }
}

// Gauss–Jordan, kPivots pivots at a time, so that a row is loaded and stored once for all of them.
constexpr std::size_t kPivots = 4;
using PivotBlock = std::array<std::array<float, kPivots>, kPivots>;

// Inverts in place by Gauss–Jordan; the rows come in an order whose pivots are not 0.
RCA_INLINE void invert_block(PivotBlock& block) {
  for (std::size_t k = 0; k < kPivots; ++k) {
    const float inverse = 1 / block[k][k];
    block[k][k] = 1;
    for (float& value : block[k]) value *= inverse;
    for (std::size_t i = 0; i < kPivots; ++i) {
      if (i == k) continue;
      const float factor = std::exchange(block[i][k], 0.0F);
      for (std::size_t j = 0; j < kPivots; ++j) block[i][j] -= factor * block[k][j];
    }
  }
}

// A square matrix that is being inverted: `size` is a multiple of kPivots.
struct Inversion {
  float* a;
  std::size_t size;
  std::size_t stride;
  std::vector<float> columns;  // kPivots columns of `size` values
  std::vector<std::size_t> swapped;

  // Partial pivoting for the columns k, k + 1, …: eliminates them in a copy, and brings the rows with the largest
  // values to k, k + 1, …; false: singular.
  RCA_INLINE bool choose_pivots(std::size_t k) {
    for (std::size_t i = k; i < size; ++i) {
      for (std::size_t q = 0; q < kPivots; ++q) columns[q * size + i] = a[i * stride + k + q];
    }
    for (std::size_t q = 0; q < kPivots; ++q) {
      float* const column = columns.data() + q * size;
      std::size_t largest = k + q;
      for (std::size_t i = k + q + 1; i < size; ++i) {
        if (std::fabs(column[i]) > std::fabs(column[largest])) largest = i;
      }
      swapped[k + q] = largest;
      if (largest != k + q) {
        std::swap_ranges(a + (k + q) * stride, a + (k + q) * stride + size, a + largest * stride);
        for (std::size_t p = 0; p < kPivots; ++p) std::swap(columns[p * size + k + q], columns[p * size + largest]);
      }
      const float inverse = 1 / column[k + q];
      if (!std::isfinite(inverse)) return false;
      for (std::size_t p = q + 1; p < kPivots; ++p) {
        float* const other = columns.data() + p * size;
        const float factor = other[k + q] * inverse;
        for (std::size_t i = k + q + 1; i < size; ++i) other[i] -= column[i] * factor;
      }
    }
    return true;
  }

  // Replaces the columns and rows k, k + 1, … by those of the inverse.
  template <typename V>
  RCA_INLINE void eliminate(std::size_t k) {
    PivotBlock block;
    for (std::size_t p = 0; p < kPivots; ++p) {
      for (std::size_t q = 0; q < kPivots; ++q) {
        float& value = a[(k + p) * stride + k + q];
        block[p][q] = value;
        value = p == q ? 1 : 0;
      }
    }
    invert_block(block);
    for (std::size_t i = 0; i < size; ++i) {
      const bool pivot = i >= k && i < k + kPivots;
      for (std::size_t q = 0; q < kPivots; ++q) {
        columns[q * size + i] = pivot ? 0 : std::exchange(a[i * stride + k + q], 0.0F);
      }
    }
    for (std::size_t lane = 0; lane < size; lane += V::kLanes) eliminate_lanes<V>(k, block, lane);
  }

  template <typename V>
  RCA_INLINE void eliminate_lanes(std::size_t k, const PivotBlock& block, std::size_t lane) {
    using Float = typename V::Float;
    float* const pivots = a + k * stride + lane;
    Float b0;
    load<V>(pivots, b0);
    Float b1;
    load<V>(pivots + stride, b1);
    Float b2;
    load<V>(pivots + 2 * stride, b2);
    Float b3;
    load<V>(pivots + 3 * stride, b3);
    const Float r0 = block[0][0] * b0 + block[0][1] * b1 + block[0][2] * b2 + block[0][3] * b3;
    const Float r1 = block[1][0] * b0 + block[1][1] * b1 + block[1][2] * b2 + block[1][3] * b3;
    const Float r2 = block[2][0] * b0 + block[2][1] * b1 + block[2][2] * b2 + block[2][3] * b3;
    const Float r3 = block[3][0] * b0 + block[3][1] * b1 + block[3][2] * b2 + block[3][3] * b3;
    const float* const f = columns.data();
    for (std::size_t i = 0; i < size; ++i) {
      Float row;
      load<V>(a + i * stride + lane, row);
      row -= f[i] * r0;
      row -= f[size + i] * r1;
      row -= f[2 * size + i] * r2;
      row -= f[3 * size + i] * r3;
      store<V>(a + i * stride + lane, row);
    }
    store<V>(pivots, r0);
    store<V>(pivots + stride, r1);
    store<V>(pivots + 2 * stride, r2);
    store<V>(pivots + 3 * stride, r3);
  }
};

template <typename V>
RCA_INLINE bool invert_matrix(float* m, std::size_t n) {
  const std::size_t stride = padded(n);
  const std::size_t size = (n + kPivots - 1) / kPivots * kPivots;
  std::vector<float> a(size * stride, 0.0F);
  std::copy(m, m + n * stride, a.begin());
  for (std::size_t i = n; i < size; ++i) a[i * stride + i] = 1;
  Inversion inversion{a.data(), size, stride, std::vector<float>(kPivots * size), std::vector<std::size_t>(size)};
  for (std::size_t k = 0; k < size; k += kPivots) {
    if (!inversion.choose_pivots(k)) return false;
    inversion.eliminate<V>(k);
  }
  for (std::size_t k = size; k-- > 0;) {
    if (inversion.swapped[k] == k) continue;
    for (std::size_t i = 0; i < n; ++i) std::swap(a[i * stride + k], a[i * stride + inversion.swapped[k]]);
  }
  std::copy_n(a.begin(), n * stride, m);
  return true;
}

// The functions for one width.
#define RCA_KERNELS(name, bytes, target)                                                           \
  target void pull_##name(const WhitenedRows& data, const float* w, float* pull, float* squares) { \
    pull_of<Vectors<bytes>>(data, w, pull, squares);                                               \
  }                                                                                                \
  target bool invert_##name(float* m, std::size_t n) {                                             \
    return invert_matrix<Vectors<bytes>>(m, n);                                                    \
  }                                                                                                \
  constexpr FastIcaKernels kernels_##name {                                                        \
    pull_##name, invert_##name, #name                                                              \
  }

RCA_KERNELS(portable, 16, );
#ifdef __x86_64__
RCA_KERNELS(avx2, 32, [[gnu::target("avx2")]]);
RCA_KERNELS(avx512, 64, [[gnu::target("avx512f")]]);
#endif
#undef RCA_KERNELS

}  // namespace

const FastIcaKernels& portable_fast_ica_kernels() {
  return kernels_portable;
}

const FastIcaKernels& fast_ica_kernels() {
#ifdef __x86_64__
  if (__builtin_cpu_supports("avx512f")) return kernels_avx512;
  if (__builtin_cpu_supports("avx2")) return kernels_avx2;
#endif
  return kernels_portable;
}

}  // namespace rca
