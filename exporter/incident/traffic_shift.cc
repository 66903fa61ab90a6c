#include "exporter/incident/traffic_shift.h"

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdlib>
#include <string>
#include <utility>

#include "exporter/incident/quantity.h"
#include "rca_core/stats/robust.h"
#include "rca_core/stats/scalers.h"

namespace exporter {
namespace {

constexpr double kRise = 1.5;
constexpr double kLeastDeviations = 4;
constexpr std::size_t kLeastRows = 5;
constexpr Eigen::Index kPersistRows = 6;  // of which more than half are at the new level

std::vector<double> finite_rows(const rca::Frame& frame, Eigen::Index column, Eigen::Index first, Eigen::Index last) {
  std::vector<double> values;
  for (Eigen::Index row = first; row < last; ++row) {
    if (std::isfinite(frame.values(row, column))) values.push_back(frame.values(row, column));
  }
  return values;
}

// The first row that begins a run at the new level, at most a third of the normal window before the onset.
std::optional<Eigen::Index> shift_row(const rca::Frame& frame, Eigen::Index column, Eigen::Index onset_row,
                                      double before, double after) {
  const Eigen::Index rows = frame.values.rows();
  const auto is_new = [&](Eigen::Index row) {
    const double value = frame.values(row, column);
    return std::isfinite(value) && std::abs(value - after) < std::abs(value - before);
  };
  for (Eigen::Index row = onset_row - onset_row / 3; row < rows; ++row) {
    if (!is_new(row)) continue;
    const Eigen::Index end = std::min(rows, row + kPersistRows);
    Eigen::Index count = 0;
    for (Eigen::Index next = row; next < end; ++next) count += is_new(next) ? 1 : 0;
    if (2 * count > end - row) return row;
  }
  return std::nullopt;
}

std::optional<rca::ChangeEvent> shift_of(const rca::Frame& frame, Eigen::Index column, Eigen::Index onset_row) {
  const auto levels =
      level_shift(finite_rows(frame, column, 0, onset_row), finite_rows(frame, column, onset_row, frame.values.rows()));
  if (!levels) return std::nullopt;
  const auto row = shift_row(frame, column, onset_row, levels->before, levels->after);
  if (!row || frame.grid.time_ms(*row) > frame.grid.time_ms(onset_row) + kShiftSlackMs) return std::nullopt;
  return rca::ChangeEvent{frame.grid.time_ms(*row), std::string(kTrafficShift),
                          frame.signals[static_cast<std::size_t>(column)].entity,
                          quantity(levels->before, "per_second"), quantity(levels->after, "per_second")};
}

}  // namespace

std::optional<LevelShift> level_shift(std::vector<double> before, std::vector<double> after) {
  if (before.size() < kLeastRows || after.size() < kLeastRows) return std::nullopt;
  std::vector<double> scratch;
  const rca::Scale scale = rca::mad_scale(before, scratch);
  const LevelShift found{scale.centre, rca::median_in_place(after)};
  const double spread = scale.constant ? 0 : scale.spread;
  if (found.after == found.before || std::abs(found.after - found.before) < kLeastDeviations * spread) {
    return std::nullopt;
  }
  if (found.after < found.before * kRise && found.after > found.before / kRise) return std::nullopt;
  return found;
}

bool same_shift(const rca::ChangeEvent& a, const rca::ChangeEvent& b) {
  return a.kind == b.kind && a.entity == b.entity && std::abs(a.time_ms - b.time_ms) <= kSameShiftMs;
}

std::vector<rca::ChangeEvent> traffic_shifts(const rca::Frame& frame, Eigen::Index onset_row) {
  std::vector<rca::ChangeEvent> shifts;
  for (std::size_t i = 0; i < frame.signals.size(); ++i) {
    const std::string& role = frame.signals[i].role;
    if (std::find(kArrivalRoles.begin(), kArrivalRoles.end(), role) == kArrivalRoles.end()) continue;
    if (auto shift = shift_of(frame, static_cast<Eigen::Index>(i), onset_row)) shifts.push_back(std::move(*shift));
  }
  std::stable_sort(shifts.begin(), shifts.end(), [](const auto& a, const auto& b) { return a.time_ms < b.time_ms; });
  return shifts;
}

}  // namespace exporter
