// What is normal for a signal: centre and standard deviation of its in-control past.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>
#include <vector>

#include "common/result.h"
#include "common/samples.h"

namespace rca {

enum class Seasonality { none, hour_of_day, hour_of_week };
constexpr std::string_view to_string(Seasonality seasonality) {
  switch (seasonality) {
    case Seasonality::none: return "none";
    case Seasonality::hour_of_day: return "hour_of_day";
    case Seasonality::hour_of_week: return "hour_of_week";
  }
  return "none";
}

struct BaselineOptions {
  std::size_t min_values = 30;
  // How often each hour must have been seen. Hour of week is tried first, then hour of day. Where neither is covered
  // the centre is one for all hours, and season_known is false.
  std::size_t min_weeks = 2;
  std::size_t min_days = 2;
  Seasonality longest = Seasonality::hour_of_week;
  int utc_offset_minutes = 0;  // hours begin in this zone
};

struct Baseline {
  Seasonality seasonality = Seasonality::none;
  // False: a season may exist, but the history is too short to tell; then the limits are no ground for a verdict.
  bool season_known = true;
  std::vector<double> centers;  // 1, 24 or 168, in the signal's unit; the week begins on Monday 00:00
  double sigma = 0;             // > 0, of the deviations from the centre, in the signal's unit
  double center_error = 0;      // standard error of a centre, in the signal's unit
  double autocorrelation = 0;   // φ of the deviations, 0 … 0.95; see autocorrelation.h
  std::int64_t step_ms = 0;     // median distance of neighbouring values
  std::size_t values = 0;       // in control, that centre and sigma are from
  std::size_t excluded = 0;     // out of control
  int utc_offset_minutes = 0;

  // The centre at a time; between the middles of two hours it goes straight from one to the other.
  [[nodiscard]] double center(std::int64_t time_ms) const;
};

// Centre: median (of each hour of the season). Deviations in a season are those of each day or week from the centre of
// the others (M. Stone, "Cross-Validatory Choice and Assessment of Statistical Predictions", JRSS B 1974): a centre
// from few days follows their noise, and would make sigma too small for the day that comes. Sigma: the larger of 1.4826
// × median absolute deviation and what makes 99.73 % of the deviations lie within three of it, so that skewed signals
// (latencies) do not alarm by their nature; for a signal that left one value more rarely than that, its standard
// deviation. Stretches out of control (three or more neighbours on one side beyond four robust sigma) are left out and
// both estimated again, unless that is more than a quarter of the window: then it is how the signal is. Values that are
// not finite are ignored. Errors: missing_input, when there are fewer than min_values, or when the signal does not
// vary; invalid_argument, when its values are so large that sigma overflows.
Result<Baseline> fit_baseline(SampleView history, const BaselineOptions& options);

}  // namespace rca
