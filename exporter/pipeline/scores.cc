#include "exporter/pipeline/scores.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <map>
#include <string_view>
#include <utility>

#include "common/parallel_for.h"
#include "rca_core/methods/scoring.h"
#include "rca_core/stats/robust.h"
#include "rca_core/stats/scalers.h"

namespace exporter {
namespace {

constexpr double kMissing = std::numeric_limits<double>::quiet_NaN();
constexpr std::size_t kGrain = 64;

double score_of(const Column& column, std::int64_t row, std::int64_t first, std::span<double> reference,
                std::vector<double>& scratch) {
  const double now = column.ring->at(row);
  if (std::isnan(now)) return kMissing;
  column.ring->copy(first, reference);
  const rca::Scale scale = rca::mad_scale(reference, scratch);
  if (scale.count == 0) return kMissing;
  double largest = std::abs(now);
  for (const double value : reference) {
    if (!std::isnan(value)) largest = std::max(largest, std::abs(value));
  }
  const double floor = rca::scale_floor(column.signal.unit, scale.centre, largest);
  const double spread = std::max(scale.constant ? 0 : scale.spread, floor);
  return spread > 0 ? rca::finite_score((now - scale.centre) / spread) : 0;
}

}  // namespace

std::vector<AnomalyScore> anomaly_scores(const std::vector<Column>& columns, std::int64_t row,
                                         std::int64_t reference_first, std::int64_t reference_last) {
  if (reference_last < reference_first) return {};
  const auto rows = static_cast<std::size_t>(reference_last - reference_first + 1);
  std::vector<double> scores(columns.size(), kMissing);
  rca::parallel_ranges(0, columns.size(), kGrain, [&](std::size_t first, std::size_t last) {
    std::vector<double> reference(rows);
    std::vector<double> scratch;
    for (std::size_t i = first; i != last; ++i) {
      scores[i] = score_of(columns[i], row, reference_first, reference, scratch);
    }
  });
  std::vector<AnomalyScore> result;
  result.reserve(columns.size());
  for (std::size_t i = 0; i < columns.size(); ++i) {
    if (std::isnan(scores[i])) continue;
    result.push_back({columns[i].signal.entity, columns[i].signal.role, scores[i]});
  }
  return result;
}

std::vector<PeerDeviation> peer_deviations(const std::vector<Column>& columns, std::int64_t row) {
  std::map<std::pair<std::string_view, std::string_view>, std::vector<std::size_t>> groups;
  for (std::size_t i = 0; i < columns.size(); ++i) {
    const rca::Signal& signal = columns[i].signal;
    if (signal.peer_group.empty() || std::isnan(columns[i].ring->at(row))) continue;
    groups[{signal.peer_group, signal.role}].push_back(i);
  }
  std::vector<PeerDeviation> result;
  std::vector<double> values;
  for (const auto& [key, members] : groups) {
    if (members.size() < 2) continue;
    values.clear();
    for (const std::size_t i : members) values.push_back(columns[i].ring->at(row));
    const double median = rca::median_in_place(values);
    for (const std::size_t i : members) {
      const rca::Signal& signal = columns[i].signal;
      result.push_back({signal.peer_group, signal.entity, signal.role, columns[i].ring->at(row) - median});
    }
  }
  return result;
}

}  // namespace exporter
