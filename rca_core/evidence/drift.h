// Signals that were on their way before the incident: a leak shows in what users feel only hours after it began, and
// by then the whole normal window is a part of it.
#pragma once

#include <optional>
#include <span>
#include <vector>

namespace rca {

// A normal window that moves one way from its begin to its end.
struct Drift {
  double before = 0;  // level where it begins
  double spread = 0;  // standard deviation around it, without what the drift adds
};

// The drift of `normal` (in the order of time; what is not finite is missing) that leads to the level `after`; nullopt:
// none. The window is cut into six parts. It drifts when the medians of the parts, and `after` behind them, rise one
// after the other (or all fall), each by more than the spread within a part, which is at least `floor`. A ramp rises by
// 2.7 spreads a part, as a part of it is spread within the part; what wanders by chance stands still or turns in one of
// them. `scratch` is reused.
std::optional<Drift> drift_of(std::span<const double> normal, double after, double floor, std::vector<double>& scratch);

}  // namespace rca
