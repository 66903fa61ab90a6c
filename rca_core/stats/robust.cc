#include "rca_core/stats/robust.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>

namespace rca {
namespace {

constexpr double kMissing = std::numeric_limits<double>::quiet_NaN();

struct Position {
  std::size_t below = 0;
  double fraction = 0;
};

Position position(std::size_t count, double q) {
  const double h = static_cast<double>(count - 1) * q;
  const double below = std::floor(h);
  return {static_cast<std::size_t>(below), h - below};
}

double middle_of_three(double a, double b, double c) {
  return std::max(std::min(a, b), std::min(std::max(a, b), c));
}

// Moves what is smaller than the pivot to the front without a branch on the data, which for noise is mispredicted every
// second time; gives how many there are.
template <typename Goes>
std::size_t partition_front(double* values, std::size_t count, Goes goes_to_front) {
  std::size_t front = 0;
  for (std::size_t i = 0; i < count; ++i) {
    const double value = values[i];
    values[i] = values[front];
    values[front] = value;
    front += goes_to_front(value) ? 1U : 0U;
  }
  return front;
}

// std::nth_element for doubles, several times as fast on noise: afterwards values[nth] is in its sorted place, with
// nothing greater before it and nothing smaller behind it. `values` holds no NaN.
void select_nth(double* values, std::size_t count, std::size_t nth) {
  constexpr std::size_t kSmall = 24;
  constexpr int kMaxRounds = 64;  // beyond, the data is against us: leave it to introselect
  for (int round = 0; count > kSmall; ++round) {
    if (round == kMaxRounds) {
      std::nth_element(values, values + nth, values + count);
      return;
    }
    const double pivot = middle_of_three(values[count / 4], values[count / 2], values[count / 4 * 3]);
    std::size_t front = partition_front(values, count, [pivot](double value) { return value < pivot; });
    if (nth < front) {
      count = front;
      continue;
    }
    if (front == 0) {
      // The pivot is the minimum: its equals come first, which also makes ties end.
      front = partition_front(values, count, [pivot](double value) { return value <= pivot; });
      if (nth < front) return;
    }
    values += front;
    nth -= front;
    count -= front;
  }
  std::sort(values, values + count);
}

double minimum(std::span<const double> values) {
  // Four chains, so that one comparison need not wait for the last.
  std::array<double, 4> least;
  least.fill(values[0]);
  std::size_t i = 0;
  for (; i + 4 <= values.size(); i += 4) {
    for (std::size_t lane = 0; lane < 4; ++lane) least[lane] = std::min(least[lane], values[i + lane]);
  }
  for (; i < values.size(); ++i) least[0] = std::min(least[0], values[i]);
  return std::min(std::min(least[0], least[1]), std::min(least[2], least[3]));
}

// The order statistics at `at` and after it, interpolated. values[begin, end) must hold them, nothing before `begin`
// being greater and nothing from `end` on smaller.
double select(std::span<double> values, Position at, std::size_t begin, std::size_t end) {
  if (at.below >= begin && at.below < end) select_nth(values.data() + begin, end - begin, at.below - begin);
  const double low = values[at.below];
  if (at.fraction == 0 || at.below + 1 >= values.size()) return low;
  const std::size_t next = at.below + 1;
  const double high = minimum(values.subspan(next, (next < end ? end : values.size()) - next));
  return low + (high - low) * at.fraction;
}

}  // namespace

void copy_present(std::span<const double> values, std::vector<double>& present) {
  present.resize(values.size());
  std::size_t count = 0;
  for (const double value : values) {
    present[count] = value;
    count += std::isfinite(value) ? 1U : 0U;
  }
  present.resize(count);
}

double median_in_place(std::span<double> values) {
  return quantile_in_place(values, 0.5);
}

double quantile_in_place(std::span<double> values, double q) {
  if (values.empty()) return kMissing;
  return select(values, position(values.size(), q), 0, values.size());
}

Quartiles quartiles_in_place(std::span<double> values) {
  if (values.empty()) return {kMissing, kMissing, kMissing};
  const Position middle = position(values.size(), 0.5);
  const Position low = position(values.size(), 0.25);
  const Position high = position(values.size(), 0.75);
  Quartiles out;
  out.median = select(values, middle, 0, values.size());
  // Below the middle everything is smaller, above it everything is greater: each side is partitioned by itself.
  out.lower = select(values, low, 0, middle.below);
  out.upper = select(values, high, middle.below + 1, values.size());
  return out;
}

double median(std::span<const double> values) {
  return quantile(values, 0.5);
}

double quantile(std::span<const double> values, double q) {
  std::vector<double> present;
  copy_present(values, present);
  return quantile_in_place(present, q);
}

double median_absolute_deviation(std::span<const double> values, double centre) {
  std::vector<double> present;
  copy_present(values, present);
  for (double& value : present) value = std::fabs(value - centre);
  return median_in_place(present);
}

}  // namespace rca
