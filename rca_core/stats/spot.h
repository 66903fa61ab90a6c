// Thresholds for extreme values of streams, without an assumption on how the values are distributed: A. Siffer et al.,
// "Anomaly Detection in Streams with Extreme Value Theory", KDD 2017.
#pragma once

#include <cstddef>
#include <deque>
#include <optional>
#include <span>
#include <vector>

namespace rca {

// Generalised Pareto distribution of the excesses over a threshold.
struct ParetoTail {
  double shape = 0;  // γ; 0: exponential
  double scale = 0;  // σ > 0
};

// Sum of log densities; −∞ where an excess is outside the support.
double log_likelihood(const ParetoTail& tail, std::span<const double> excesses);

// Maximum likelihood by Grimshaw's trick: the two equations of the optimum become one in x = γ/σ, whose roots are
// looked for on both sides of 0; of the roots and the exponential the likeliest is taken. excesses: positive, at least
// one. All equal ones give an exponential tail.
ParetoTail fit_pareto_tail(std::span<const double> excesses);

struct SpotOptions {
  double risk = 1e-4;   // q: probability of an alarm for a value of the stream as it was calibrated
  double level = 0.98;  // quantile of the calibration from which values are peaks
};

// Alarms for large values. A value beyond the alarm threshold raises an alarm and is forgotten; one between the peak
// threshold and it refines the tail.
class Spot {
 public:
  // Calibrates on `values` (finite; an empty span never alarms). Where fewer than kFewestPeaks values are above the
  // quantile, as in short windows, the peak threshold is lowered until there are that many, if the values differ.
  Spot(std::span<const double> values, const SpotOptions& options);

  // True: `value` is extreme.
  bool observe(double value);

  [[nodiscard]] double alarm_threshold() const { return alarm_; }
  [[nodiscard]] double peak_threshold() const { return peak_; }

  static constexpr std::size_t kFewestPeaks = 5;

 private:
  void refit();

  SpotOptions options_;
  double peak_;
  double alarm_;
  std::vector<double> excesses_;
  std::size_t seen_ = 0;
};

// SPOT for streams that drift: on the differences to the mean of the last `depth` values that raised no alarm.
class Dspot {
 public:
  // Calibrates on `values` (finite), the first `depth` (≥ 1) of which only fill the window. Fewer values: never alarms
  // until the window is full, and takes nothing for granted then.
  Dspot(std::span<const double> values, std::size_t depth, const SpotOptions& options);

  bool observe(double value);

  // Of the next value, in the unit of the stream.
  [[nodiscard]] double alarm_threshold() const;

 private:
  [[nodiscard]] double mean() const;
  void remember(double value);

  std::size_t depth_;
  std::deque<double> window_;
  double sum_ = 0;
  std::optional<Spot> spot_;
};

}  // namespace rca
