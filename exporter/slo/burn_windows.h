// The windows of burn rates and of the alerts on them: The Site Reliability Workbook, chapter 5 ("Alerting on SLOs"),
// multiwindow, multi-burn-rate alerts.
#pragma once

#include <algorithm>
#include <array>
#include <cstdint>
#include <string_view>

namespace exporter {

struct BurnWindow {
  std::string_view name;  // as Prometheus writes durations
  std::int64_t ms = 0;
};

inline constexpr std::int64_t kMinuteMs = 60'000;
inline constexpr std::int64_t kHourMs = 60 * kMinuteMs;
inline constexpr std::int64_t kDayMs = 24 * kHourMs;

inline constexpr std::array<BurnWindow, 7> kBurnWindows{{{"5m", 5 * kMinuteMs},
                                                         {"30m", 30 * kMinuteMs},
                                                         {"1h", kHourMs},
                                                         {"2h", 2 * kHourMs},
                                                         {"6h", 6 * kHourMs},
                                                         {"1d", kDayMs},
                                                         {"3d", 3 * kDayMs}}};

// An alert fires while the burn rates over both windows are above the limit: the long one says that it matters, the
// short one that it goes on.
struct BurnAlert {
  BurnWindow long_window;
  BurnWindow short_window;
  double budget_share = 0;  // of the budget, burnt within the long window
  std::string_view severity;
};

inline constexpr std::array<BurnAlert, 4> kBurnAlerts{{{kBurnWindows[2], kBurnWindows[0], 0.02, "critical"},
                                                       {kBurnWindows[4], kBurnWindows[1], 0.05, "critical"},
                                                       {kBurnWindows[5], kBurnWindows[3], 0.10, "warning"},
                                                       {kBurnWindows[6], kBurnWindows[4], 0.10, "warning"}}};

// The burn rate that uses `budget_share` of the budget of `budget_window_ms` within the long window: 14.4, 6, 3 and 1
// for 30 days. At least 1, since a slower burn leaves budget at the end of the window.
constexpr double burn_limit(const BurnAlert& alert, std::int64_t budget_window_ms) {
  return std::max(
      1.0, alert.budget_share * static_cast<double>(budget_window_ms) / static_cast<double>(alert.long_window.ms));
}

}  // namespace exporter
