#include "exporter/incident/impact.h"

#include <algorithm>
#include <cmath>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "exporter/incident/sli.h"
#include "rca_core/stats/robust.h"

namespace exporter {
namespace {

constexpr std::string_view kGatewayRate = "gateway_request_rate";
constexpr std::string_view kRequestRate = "request_rate";

// Median of what is finite; NaN: nothing is.
double median_of(std::vector<double> values) {
  std::erase_if(values, [](double value) { return !std::isfinite(value); });
  return values.empty() ? Impact::kUnknown : rca::median_in_place(values);
}

std::vector<Eigen::Index> columns_of(const rca::Frame& frame, std::string_view role) {
  std::vector<Eigen::Index> columns;
  for (std::size_t i = 0; i < frame.signals.size(); ++i) {
    if (frame.signals[i].role == role) columns.push_back(static_cast<Eigen::Index>(i));
  }
  return columns;
}

// Σ over the columns of what is not missing; NaN where all are.
double row_sum(const rca::Frame& frame, const std::vector<Eigen::Index>& columns, Eigen::Index row) {
  double sum = Impact::kUnknown;
  for (const Eigen::Index column : columns) {
    const double value = frame.values(row, column);
    if (std::isfinite(value)) sum = std::isnan(sum) ? value : sum + value;
  }
  return sum;
}

double mean_of(const rca::Frame& frame, Eigen::Index column, const std::vector<Eigen::Index>& rows) {
  double sum = 0;
  std::size_t count = 0;
  for (const Eigen::Index row : rows) {
    const double value = frame.values(row, column);
    if (!std::isfinite(value)) continue;
    sum += value;
    ++count;
  }
  return count == 0 ? 0 : sum / static_cast<double>(count);
}

void measure_indicator(const rca::Frame& frame, Eigen::Index onset_row, std::span<const double> sli, const Slo& slo,
                       Impact& impact) {
  const auto onset = static_cast<std::size_t>(onset_row);
  impact.before = median_of({sli.begin(), sli.begin() + static_cast<std::ptrdiff_t>(onset)});
  for (std::size_t i = onset; i < sli.size(); ++i) {
    if (!std::isfinite(sli[i])) continue;
    if (!std::isnan(impact.worst) && worse(slo.sli, impact.worst, sli[i]) == impact.worst) continue;
    impact.worst = sli[i];
    impact.worst_ms = frame.grid.time_ms(static_cast<std::int64_t>(i));
  }
}

std::vector<Eigen::Index> broken_rows(Eigen::Index onset_row, std::span<const double> sli, const Slo& slo) {
  std::vector<Eigen::Index> rows;
  for (auto row = static_cast<std::size_t>(onset_row); row < sli.size(); ++row) {
    if (std::isfinite(sli[row]) && breaks(slo, sli[row])) rows.push_back(static_cast<Eigen::Index>(row));
  }
  return rows;
}

void measure_reach(const rca::Frame& frame, const std::vector<Eigen::Index>& rows, const Slo& slo, Impact& impact) {
  const std::string_view role = slo.role.empty() ? default_role(slo.sli) : std::string_view(slo.role);
  std::set<std::string> groups;
  double all = 0;
  double hit = 0;
  for (const Eigen::Index column : columns_of(frame, role)) {
    const rca::Signal& signal = frame.signals[static_cast<std::size_t>(column)];
    std::vector<double> values;
    values.reserve(rows.size());
    for (const Eigen::Index row : rows) values.push_back(frame.values(row, column));
    const double median = median_of(std::move(values));
    if (std::isnan(median)) continue;
    ++impact.measured;
    groups.insert(signal.peer_group);
    const Eigen::Index rate = frame.column(signal.entity, kRequestRate);
    const double requests = rate < 0 ? 0 : mean_of(frame, rate, rows);
    all += requests;
    if (!breaks(slo, median)) continue;
    hit += requests;
    impact.touched.push_back(signal.entity);
  }
  std::sort(impact.touched.begin(), impact.touched.end());
  if (groups.size() == 1) impact.subject = *groups.begin();
  if (all > 0) impact.touched_share = hit / all;
}

void measure_traffic_of(const rca::Frame& frame, Eigen::Index onset_row, Impact& impact) {
  std::vector<Eigen::Index> columns = columns_of(frame, kGatewayRate);
  if (columns.empty()) columns = columns_of(frame, kRequestRate);
  std::vector<double> before;
  std::vector<double> after;
  for (Eigen::Index row = 0; row < frame.values.rows(); ++row) {
    (row < onset_row ? before : after).push_back(row_sum(frame, columns, row));
  }
  impact.traffic_before = median_of(std::move(before));
  impact.traffic_after = median_of(std::move(after));
}

}  // namespace

Impact measure_impact(const rca::Frame& frame, Eigen::Index onset_row, std::span<const double> sli, const Slo& slo) {
  Impact impact;
  measure_traffic_of(frame, onset_row, impact);
  if (!std::cmp_equal(sli.size(), frame.values.rows()) || !std::cmp_less(onset_row, sli.size())) return impact;
  measure_indicator(frame, onset_row, sli, slo, impact);
  measure_reach(frame, broken_rows(onset_row, sli, slo), slo, impact);
  return impact;
}

Impact measure_traffic(const rca::Frame& frame, Eigen::Index onset_row) {
  Impact impact;
  measure_traffic_of(frame, onset_row, impact);
  return impact;
}

}  // namespace exporter
