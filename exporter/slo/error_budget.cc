#include "exporter/slo/error_budget.h"

#include <algorithm>
#include <array>
#include <chrono>
#include <cmath>
#include <limits>

#include "exporter/config/text.h"

namespace exporter {
namespace {

// Points in time at which the forecast looks: a 500th of the window, 86 minutes of 30 days, is finer than anybody can
// foresee.
constexpr std::int64_t kForecastSteps = 500;
// Windows that the present rate of events may be taken from.
constexpr std::array<std::int64_t, 3> kForecastWindows{kHourMs, 6 * kHourMs, kDayMs};
constexpr double kEnoughCoverage = 0.5;

SloStatus::Window window_of(const EventRing& ring, std::string name, std::int64_t length_ms, double objective,
                            std::int64_t now_ms) {
  const EventCounts counts = ring.sum(now_ms - length_ms, now_ms);
  const double bad = counts.bad_ratio();
  return {std::move(name), 1 - bad, bad / (1 - objective),
          std::clamp(counts.covered_ms / static_cast<double>(length_ms), 0.0, 1.0)};
}

// Per millisecond.
struct EventRate {
  double bad = 0;
  double total = 0;
};

std::optional<EventRate> present_rate(const EventRing& ring, std::int64_t now_ms) {
  std::vector<EventCounts> usable;
  for (const std::int64_t window : kForecastWindows) {
    const EventCounts counts = ring.sum(now_ms - window, now_ms);
    if (counts.total > 0 && counts.covered_ms >= kEnoughCoverage * static_cast<double>(window))
      usable.push_back(counts);
  }
  if (usable.empty()) return std::nullopt;
  std::sort(usable.begin(), usable.end(),
            [](const EventCounts& a, const EventCounts& b) { return a.bad_ratio() < b.bad_ratio(); });
  const EventCounts& median = usable[(usable.size() - 1) / 2];
  return EventRate{median.bad / median.covered_ms, median.total / median.covered_ms};
}

}  // namespace

void measure_budget(const EventRing& ring, std::int64_t budget_window_ms, std::int64_t now_ms, SloStatus& status) {
  status.windows.clear();
  for (const BurnWindow& window : kBurnWindows) {
    status.windows.push_back(window_of(ring, std::string(window.name), window.ms, status.objective, now_ms));
  }
  status.budget = window_of(ring, format_duration(std::chrono::milliseconds(budget_window_ms)), budget_window_ms,
                            status.objective, now_ms);
  status.remaining = 1 - status.budget.burn;
  status.exhausted_ms = forecast_exhaustion(ring, budget_window_ms, status.objective, now_ms);
  status.burn_limits.clear();
  for (const BurnAlert& alert : kBurnAlerts) status.burn_limits.push_back(burn_limit(alert, budget_window_ms));
}

std::int64_t forecast_exhaustion(const EventRing& ring, std::int64_t budget_window_ms, double objective,
                                 std::int64_t now_ms) {
  const auto exhausted = [objective](double bad, double total) { return total > 0 && bad >= (1 - objective) * total; };
  EventCounts left = ring.sum(now_ms - budget_window_ms, now_ms);
  if (exhausted(left.bad, left.total)) return now_ms;
  const auto rate = present_rate(ring, now_ms);
  if (!rate || !(rate->bad > 0)) return 0;
  const std::int64_t step = std::max<std::int64_t>(budget_window_ms / kForecastSteps, 1);
  std::int64_t leaving_from = now_ms - budget_window_ms;
  for (std::int64_t ahead = step; ahead <= budget_window_ms; ahead += step) {
    const EventCounts gone = ring.sum(leaving_from, now_ms - budget_window_ms + ahead);
    leaving_from = now_ms - budget_window_ms + ahead;
    left.bad = std::max(0.0, left.bad - gone.bad);
    left.total = std::max(0.0, left.total - gone.total);
    const auto time = static_cast<double>(ahead);
    if (exhausted(left.bad + rate->bad * time, left.total + rate->total * time)) return now_ms + ahead;
  }
  return 0;
}

}  // namespace exporter
