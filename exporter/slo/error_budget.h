// What an objective leaves to use up, how fast that goes, and when it will be gone. Pure: time comes in as an argument.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "exporter/slo/burn_windows.h"
#include "exporter/slo/event_ring.h"

namespace exporter {

// One SLO as of one instant.
struct SloStatus {
  struct Window {
    std::string name;  // "5m", "30d"
    double sli = 0;    // share of good events, 0..1; NaN: no events
    double burn = 0;   // (1 − sli) / (1 − objective): 1 uses the budget up within the budget window; NaN: no events
    double coverage = 0;  // share of the window of which there is data, 0..1
  };
  std::string slo;
  std::string service;
  std::string sli;        // kind of the indicator
  std::string budgeting;  // "occurrences" or "timeslices"
  double objective = 0;
  std::vector<Window> windows;      // those of kBurnWindows
  Window budget;                    // the budget window; budget.burn is what was used of the budget
  double remaining = 0;             // 1 − budget.burn: 0 used up, below 0 overspent; NaN: no events
  std::int64_t exhausted_ms = 0;    // when it will be used up, as things are going; 0: it will not be
  std::vector<double> burn_limits;  // of kBurnAlerts
};

// The windows that end at `now_ms`. `status` names the SLO and its objective; the rest of it is set. objective in (0,
// 1).
void measure_budget(const EventRing& ring, std::int64_t budget_window_ms, std::int64_t now_ms, SloStatus& status);

// When the budget will be used up if bad and good events keep coming as they do, while old ones leave the window; 0:
// not within one budget window from now on. `now_ms` itself when it is used up already. How they come is taken from the
// windows 1h, 6h and 1d: of those that are at least half covered the one with the median burn rate (the slower of two),
// so that neither a short burst nor what was long ago decides.
std::int64_t forecast_exhaustion(const EventRing& ring, std::int64_t budget_window_ms, double objective,
                                 std::int64_t now_ms);

}  // namespace exporter
