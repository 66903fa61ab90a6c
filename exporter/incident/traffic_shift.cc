#include "exporter/incident/traffic_shift.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstddef>
#include <optional>
#include <string_view>
#include <utility>

#include "exporter/incident/quantity.h"
#include "rca_core/stats/robust.h"
#include "rca_core/stats/scalers.h"

namespace exporter {
namespace {

// Arrivals, not completions: those fall with every slow answer.
constexpr std::array<std::string_view, 3> kArrivalRoles{"gateway_request_rate", "tenant_request_rate",
                                                        "template_request_rate"};
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
  std::vector<double> normal = finite_rows(frame, column, 0, onset_row);
  std::vector<double> now = finite_rows(frame, column, onset_row, frame.values.rows());
  if (normal.size() < kLeastRows || now.size() < kLeastRows) return std::nullopt;
  std::vector<double> scratch;
  const rca::Scale scale = rca::mad_scale(normal, scratch);
  const double before = scale.centre;
  const double after = rca::median_in_place(now);
  const double spread = scale.constant ? 0 : scale.spread;
  if (std::abs(after - before) < kLeastDeviations * spread || after == before) return std::nullopt;
  if (after < before * kRise && after > before / kRise) return std::nullopt;
  const auto row = shift_row(frame, column, onset_row, before, after);
  if (!row || frame.grid.time_ms(*row) > frame.grid.time_ms(onset_row) + kShiftSlackMs) return std::nullopt;
  return rca::ChangeEvent{frame.grid.time_ms(*row), "traffic_shift",
                          frame.signals[static_cast<std::size_t>(column)].entity, quantity(before, "per_second"),
                          quantity(after, "per_second")};
}

}  // namespace

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
