#include "rca_core/stats/discretize.h"

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <limits>
#include <utility>

namespace rca {
namespace {

constexpr int kMaxIterations = 300;

// The end of each centre's run in the sorted values: a value belongs to the nearest centre.
std::vector<std::size_t> runs_of(const std::vector<double>& sorted, const std::vector<double>& centres) {
  std::vector<std::size_t> ends;
  for (std::size_t i = 0; i + 1 < centres.size(); ++i) {
    const double edge = centres[i] / 2 + centres[i + 1] / 2;
    ends.push_back(static_cast<std::size_t>(std::upper_bound(sorted.begin(), sorted.end(), edge) - sorted.begin()));
  }
  ends.push_back(sorted.size());
  return ends;
}

// Moves every centre to the mean of its run; a centre without values stays, and so does one whose run is the same as in
// `before` (the runs of the last move; empty: there was none). False when nothing moves.
bool move_centres(const std::vector<double>& sorted, const std::vector<std::size_t>& ends,
                  const std::vector<std::size_t>& before, std::vector<double>& centres) {
  bool moved = false;
  std::size_t begin = 0;
  std::size_t begin_before = 0;
  for (std::size_t i = 0; i < centres.size(); ++i) {
    const std::size_t end = std::max(begin, ends[i]);
    const std::size_t end_before = before.empty() ? 0 : std::max(begin_before, before[i]);
    const bool same = begin == begin_before && end == end_before;
    if (end > begin && !same) {
      double mean = 0;
      for (std::size_t at = begin; at < end; ++at) mean += sorted[at] / static_cast<double>(end - begin);
      moved = moved || mean != centres[i];
      centres[i] = mean;
    }
    begin = end;
    begin_before = end_before;
  }
  return moved;
}

}  // namespace

std::vector<std::int8_t> kmeans_codes(std::span<const double> values, int bins) {
  std::vector<std::int8_t> codes(values.size(), kMissingCode);
  std::vector<double> sorted;
  for (const double value : values) {
    if (std::isfinite(value)) sorted.push_back(value);
  }
  if (sorted.empty() || bins < 1) return codes;
  std::sort(sorted.begin(), sorted.end());
  const double low = sorted.front();
  const double width = sorted.back() / bins - low / bins;
  std::vector<double> centres;
  for (int i = 0; i < bins; ++i) {
    const double at = (i + 0.5) / bins;
    centres.push_back(low * (1 - at) + sorted.back() * at);
  }
  std::vector<std::size_t> ends = runs_of(sorted, centres);
  std::vector<std::size_t> before;
  for (int i = 0; i < kMaxIterations && move_centres(sorted, ends, before, centres); ++i) {
    std::vector<std::size_t> next = runs_of(sorted, centres);
    if (next == ends) break;
    before = std::exchange(ends, std::move(next));
  }
  // Codes only for centres that have values and a distance from the one before.
  constexpr double kSame = 1e-9;
  std::vector<std::int8_t> code_of(centres.size(), 0);
  std::int8_t code = -1;
  std::size_t begin = 0;
  double previous = 0;
  for (std::size_t i = 0; i < centres.size(); ++i) {
    if (ends[i] > begin && (code < 0 || centres[i] / bins - previous / bins > kSame * width)) {
      ++code;
      previous = centres[i];
    }
    code_of[i] = std::max<std::int8_t>(code, 0);
    begin = std::max(begin, ends[i]);
  }
  std::vector<double> next_run;  // where the run after each begins, but for the last
  for (std::size_t i = 0; i + 1 < ends.size(); ++i) {
    next_run.push_back(ends[i] < sorted.size() ? sorted[ends[i]] : std::numeric_limits<double>::infinity());
  }
  for (std::size_t row = 0; row < values.size(); ++row) {
    if (!std::isfinite(values[row])) continue;
    std::size_t i = 0;
    while (i < next_run.size() && values[row] >= next_run[i]) ++i;
    codes[row] = code_of[i];
  }
  return codes;
}

}  // namespace rca
