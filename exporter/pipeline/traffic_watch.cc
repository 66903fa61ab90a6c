#include "exporter/pipeline/traffic_watch.h"

#include <algorithm>
#include <cmath>
#include <set>
#include <string_view>

#include "exporter/incident/quantity.h"
#include "exporter/incident/traffic_shift.h"

namespace exporter {
namespace {

// Requests that come by chance (Poisson) differ by 2 |√n − √m| standard deviations.
constexpr double kChanceDeviations = 5;

bool is_arrival(const std::string& role) {
  return std::find(kArrivalRoles.begin(), kArrivalRoles.end(), role) != kArrivalRoles.end();
}

struct Row {
  std::int64_t row = 0;
  double value = 0;
};

std::vector<double> values_of(const std::vector<Row>& rows) {
  std::vector<double> values;
  values.reserve(rows.size());
  for (const Row& one : rows) values.push_back(one.value);
  return values;
}

}  // namespace

struct TrafficWatch::Grid {
  std::int64_t first_row = 0;
  std::int64_t step_ms = 0;
  [[nodiscard]] std::int64_t rows(std::int64_t ms) const { return std::max<std::int64_t>(ms / step_ms, 1); }
};

std::vector<TrafficWatch::Watched> TrafficWatch::watched_of(const std::vector<Column>& columns) {
  std::vector<Watched> watched;
  std::set<std::string_view> cohorts;
  std::map<std::string_view, const RowRing*> templates;
  for (const Column& column : columns) {
    const rca::Signal& signal = column.signal;
    if (signal.role == "template_prompt_tokens") templates[signal.entity] = column.ring;
    if (!is_arrival(signal.role)) continue;
    watched.push_back({std::string(kTrafficShift), signal.entity, "per_second", column.ring, nullptr});
    cohorts.insert(signal.entity);
  }
  for (const Column& column : columns) {
    const rca::Signal& signal = column.signal;
    if (signal.role != "prompt_tokens" || !cohorts.contains(signal.entity)) continue;
    const auto own = templates.find(signal.entity);
    watched.push_back({std::string(kCohortShift), signal.entity, "tokens", column.ring,
                       own == templates.end() ? nullptr : own->second});
  }
  return watched;
}

void TrafficWatch::look(const Watched& watched, std::int64_t end_row, const Grid& grid) {
  const auto rows_in = [&](std::int64_t first, std::int64_t last) {
    std::vector<Row> rows;
    for (std::int64_t row = std::max(first, grid.first_row); row < last; ++row) {
      const double value = watched.ring->at(row) - (watched.less == nullptr ? 0 : watched.less->at(row));
      if (std::isfinite(value)) rows.push_back({row, std::max(value, 0.0)});
    }
    return rows;
  };
  std::int64_t& since = level_since_[{watched.kind, watched.entity}];
  const std::int64_t now_row = end_row - grid.rows(kNowMs);
  const std::vector<Row> now = rows_in(now_row, end_row);
  const std::vector<Row> before = rows_in(std::max(since, now_row - grid.rows(kBeforeMs)), now_row);
  // Half of the rows, and before as long a time as now.
  const auto enough = static_cast<std::size_t>(grid.rows(kNowMs) / 2);
  if (now.size() < enough || before.size() < 2 * enough) return;
  const auto levels = level_shift(values_of(before), values_of(now));
  if (!levels) return;
  const auto is_new = [&](const Row& one) {
    return std::abs(one.value - levels->after) < std::abs(one.value - levels->before);
  };
  if (4 * std::count_if(now.begin(), now.end(), is_new) < static_cast<std::int64_t>(3 * now.size())) return;
  if (watched.kind == kTrafficShift) {
    constexpr double kSeconds = static_cast<double>(kNowMs) / 1000;
    const double chance = 2 * std::abs(std::sqrt(levels->after * kSeconds) - std::sqrt(levels->before * kSeconds));
    if (chance < kChanceDeviations) return;
  }
  std::int64_t began = std::find_if(now.begin(), now.end(), is_new)->row;
  if (is_new(now.front())) {
    for (auto one = before.rbegin(); one != before.rend() && is_new(*one); ++one) began = one->row;
  }
  since = std::max(began, now_row);
  events_.push_back({began * grid.step_ms, watched.kind, watched.entity, quantity(levels->before, watched.unit),
                     quantity(levels->after, watched.unit)});
}

void TrafficWatch::update(const std::vector<Column>& columns, std::int64_t first_row, std::int64_t last_row,
                          std::int64_t step_ms) {
  const Grid grid{first_row, step_ms};
  const std::int64_t stride = grid.rows(kStrideMs);
  // Where fewer rows are held than are compared, a level would depend on when the process was started.
  const std::int64_t reach = grid.rows(kNowMs) + grid.rows(kBeforeMs);
  std::int64_t end = first_row + reach;
  if (seen_row_) end = std::max(end, *seen_row_ + 1);
  end = (end + stride - 1) / stride * stride;
  const std::int64_t last = last_row - grid.rows(kSettleMs);
  if (end <= last) {
    const std::vector<Watched> watched = watched_of(columns);
    for (; end <= last; end += stride) {
      for (const Watched& one : watched) look(one, end, grid);
      seen_row_ = end;
    }
  }
  std::erase_if(events_, [&](const rca::ChangeEvent& event) { return event.time_ms < first_row * step_ms; });
  std::erase_if(level_since_, [first_row](const auto& one) { return one.second < first_row; });
  std::stable_sort(events_.begin(), events_.end(),
                   [](const rca::ChangeEvent& a, const rca::ChangeEvent& b) { return a.time_ms < b.time_ms; });
  if (events_.size() > kMaxShifts) {
    events_.erase(events_.begin(), events_.end() - static_cast<std::ptrdiff_t>(kMaxShifts));
  }
}

}  // namespace exporter
