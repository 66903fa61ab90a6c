#include "rca_core/methods/outlier_scores.h"

#include <algorithm>
#include <cmath>
#include <optional>
#include <span>

#include "rca_core/stats/robust.h"

namespace rca {
namespace {

// −ln P of a distance, by its rank among `normal` (ascending).
double surprise(double distance, const std::vector<double>& normal, double farthest) {
  const auto total = static_cast<double>(normal.size()) + 1;
  const auto as_far = static_cast<double>(normal.end() - std::lower_bound(normal.begin(), normal.end(), distance));
  const double beyond = std::max(distance / farthest, 1.0);
  return std::log(total / (1 + as_far)) + (as_far == 0 ? std::log(beyond) : 0);
}

std::optional<SignalScore> score_signal(const Frame& frame, const Windows& windows, Eigen::Index column,
                                        std::vector<double>& scratch) {
  SignalScore out;
  out.column = column;
  copy_present(column_rows(frame, column, windows.normal_begin, windows.normal_rows), scratch);
  if (scratch.empty()) return std::nullopt;
  out.before = median_in_place(scratch);
  for (double& value : scratch) value = std::min(std::fabs(value - out.before), 1e300);
  std::vector<double> distances = scratch;
  std::sort(distances.begin(), distances.end());

  copy_present(column_rows(frame, column, windows.anomalous_begin, windows.anomalous_rows), scratch);
  if (scratch.empty()) return std::nullopt;
  double largest = std::fabs(out.before);
  for (const double value : scratch) largest = std::max(largest, std::fabs(value));
  const double floor = scale_floor(frame.signals[static_cast<std::size_t>(column)].unit, out.before, largest);
  const double farthest = std::max(distances.back(), floor);
  double sum = 0;
  for (const double value : scratch) {
    // A change within the floor is none, even where nothing ever moved.
    const double distance = std::min(std::fabs(value - out.before), 1e300);
    sum += distance < floor && distances.back() < floor ? 0 : surprise(distance, distances, farthest);
  }
  out.score = sum / static_cast<double>(scratch.size());
  out.after = median_in_place(scratch);
  out.scale = std::max(distances[distances.size() * 9 / 10], floor);
  out.deviation = finite_score((out.after - out.before) / out.scale);
  return out;
}

}  // namespace

std::vector<SignalScore> information_scores(const Frame& frame, const Windows& windows) {
  std::vector<std::optional<SignalScore>> found(frame.signals.size());
  for_each_column(frame.values.cols(), windows.normal_rows + windows.anomalous_rows,
                  [&](Eigen::Index column, std::vector<double>& scratch) {
                    found[static_cast<std::size_t>(column)] = score_signal(frame, windows, column, scratch);
                  });
  std::vector<SignalScore> scores;
  for (const std::optional<SignalScore>& score : found) {
    if (score) scores.push_back(*score);
  }
  return scores;
}

}  // namespace rca
