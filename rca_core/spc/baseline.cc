#include "rca_core/spc/baseline.h"

#include <algorithm>
#include <cmath>
#include <numbers>
#include <optional>
#include <set>
#include <span>
#include <string>

#include "rca_core/spc/autocorrelation.h"
#include "rca_core/stats/robust.h"

namespace rca {
namespace {

constexpr std::int64_t kHourMs = 3'600'000;
constexpr std::size_t kHoursOfDay = 24;
constexpr std::size_t kHoursOfWeek = 168;
constexpr std::int64_t kMondayOffsetHours = std::int64_t{3} * 24;  // 1970-01-01 was a Thursday

// Hours since a Monday 00:00 of the zone long ago; rounds down.
std::int64_t hour_number(std::int64_t time_ms, int utc_offset_minutes) {
  const std::int64_t local = time_ms + std::int64_t{utc_offset_minutes} * 60'000;
  const std::int64_t hours = local / kHourMs - (local % kHourMs < 0 ? 1 : 0);
  return hours + kMondayOffsetHours;
}

std::size_t slot_of(std::int64_t hour, std::size_t slots) {
  const auto period = static_cast<std::int64_t>(slots);
  return static_cast<std::size_t>((hour % period + period) % period);
}

struct Series {
  std::vector<std::int64_t> times;
  std::vector<double> values;
  std::vector<bool> in_control;
};

Series finite_values(SampleView history) {
  Series series;
  for (std::size_t i = 0; i < history.size(); ++i) {
    if (!std::isfinite(history.values[i])) continue;
    series.times.push_back(history.times[i]);
    series.values.push_back(history.values[i]);
  }
  series.in_control.assign(series.times.size(), true);
  return series;
}

std::int64_t median_step(const std::vector<std::int64_t>& times) {
  std::vector<double> steps;
  for (std::size_t i = 1; i < times.size(); ++i) steps.push_back(static_cast<double>(times[i] - times[i - 1]));
  return steps.empty() ? 0 : static_cast<std::int64_t>(median_in_place(steps));
}

// Has each of `slots` hours been seen in at least `rounds` different days or weeks?
bool covered(const Series& series, std::size_t slots, std::size_t rounds, int utc_offset_minutes) {
  std::vector<std::set<std::int64_t>> seen(slots);
  for (const std::int64_t time : series.times) {
    const std::int64_t hour = hour_number(time, utc_offset_minutes);
    seen[slot_of(hour, slots)].insert(hour / static_cast<std::int64_t>(slots));
  }
  return std::all_of(seen.begin(), seen.end(), [&](const auto& of_slot) { return of_slot.size() >= rounds; });
}

void choose_seasonality(const Series& series, const BaselineOptions& options, Baseline& baseline) {
  if (options.longest == Seasonality::hour_of_week &&
      covered(series, kHoursOfWeek, options.min_weeks, options.utc_offset_minutes)) {
    baseline.seasonality = Seasonality::hour_of_week;
  } else if (options.longest != Seasonality::none &&
             covered(series, kHoursOfDay, options.min_days, options.utc_offset_minutes)) {
    baseline.seasonality = Seasonality::hour_of_day;
  } else {
    baseline.season_known = options.longest == Seasonality::none;
  }
}

std::size_t slots_of(Seasonality seasonality) {
  switch (seasonality) {
    case Seasonality::none: return 1;
    case Seasonality::hour_of_day: return kHoursOfDay;
    case Seasonality::hour_of_week: return kHoursOfWeek;
  }
  return 1;
}

// The median of each hour, without the values of the round (day, week) `left_out`; NaN for an hour without values.
std::vector<double> medians(const Series& series, std::size_t slots, int utc_offset_minutes,
                            std::optional<std::int64_t> left_out = std::nullopt) {
  std::vector<std::vector<double>> values(slots);
  for (std::size_t i = 0; i < series.times.size(); ++i) {
    if (!series.in_control[i]) continue;
    const std::int64_t hour = hour_number(series.times[i], utc_offset_minutes);
    if (left_out && hour / static_cast<std::int64_t>(slots) == *left_out) continue;
    values[slot_of(hour, slots)].push_back(series.values[i]);
  }
  std::vector<double> centers;
  centers.reserve(values.size());
  for (std::vector<double>& of_slot : values) centers.push_back(median_in_place(of_slot));
  return centers;
}

std::vector<double> deviations(const Series& series, const Baseline& baseline) {
  std::vector<double> out;
  for (std::size_t i = 0; i < series.times.size(); ++i) {
    out.push_back(series.values[i] - baseline.center(series.times[i]));
  }
  return out;
}

std::int64_t round_of(const Baseline& baseline, std::int64_t time_ms) {
  return hour_number(time_ms, baseline.utc_offset_minutes) / static_cast<std::int64_t>(baseline.centers.size());
}

std::set<std::int64_t> rounds_of(const Series& series, const Baseline& baseline) {
  std::set<std::int64_t> rounds;
  for (const std::int64_t time : series.times) rounds.insert(round_of(baseline, time));
  return rounds;
}

// Of each round's values from the centre of the other rounds.
std::vector<double> deviations_from_others(const Series& series, const Baseline& baseline) {
  if (baseline.seasonality == Seasonality::none) return deviations(series, baseline);
  std::vector<double> out(series.times.size());
  for (const std::int64_t round : rounds_of(series, baseline)) {
    Baseline others = baseline;
    others.centers = medians(series, baseline.centers.size(), baseline.utc_offset_minutes, round);
    for (std::size_t slot = 0; slot < others.centers.size(); ++slot) {
      if (!std::isfinite(others.centers[slot])) others.centers[slot] = baseline.centers[slot];
    }
    for (std::size_t i = 0; i < series.times.size(); ++i) {
      if (round_of(baseline, series.times[i]) != round) continue;
      out[i] = series.values[i] - others.center(series.times[i]);
    }
  }
  return out;
}

std::vector<double> sizes_in_control(const Series& series, const std::vector<double>& deviation) {
  std::vector<double> sizes;
  for (std::size_t i = 0; i < deviation.size(); ++i) {
    if (series.in_control[i]) sizes.push_back(std::fabs(deviation[i]));
  }
  return sizes;
}

// An hour that has nothing else keeps its values: which of two days was the normal one, they cannot tell.
void keep_lonely_hours(const Series& series, const Baseline& baseline, std::vector<bool>& kept) {
  const std::size_t slots = baseline.centers.size();
  const auto slot = [&](std::size_t i) {
    return slot_of(hour_number(series.times[i], baseline.utc_offset_minutes), slots);
  };
  std::vector<bool> has_values(slots, false);
  for (std::size_t i = 0; i < kept.size(); ++i) {
    if (kept[i]) has_values[slot(i)] = true;
  }
  for (std::size_t i = 0; i < kept.size(); ++i) {
    if (!has_values[slot(i)]) kept[i] = true;
  }
}

// Marks stretches out of control; false: it found nothing new.
bool exclude(Series& series, const std::vector<double>& deviation, const Baseline& baseline) {
  constexpr double kFar = 4;
  constexpr std::size_t kLong = 3;
  // More than this is no exception but how the signal is.
  constexpr std::size_t kMostOneIn = 4;
  std::vector<double> sizes = sizes_in_control(series, deviation);
  const double limit = kFar * kMadToSigma * median_in_place(sizes);
  if (!(limit > 0)) return false;
  std::vector<bool> kept(series.times.size(), true);
  std::size_t excluded = 0;
  std::size_t begin = 0;
  while (begin < deviation.size()) {
    const double side = deviation[begin] > 0 ? 1 : -1;
    std::size_t end = begin;
    while (end < deviation.size() && side * deviation[end] > limit) ++end;
    if (end - begin >= kLong) {
      excluded += end - begin;
      std::fill(kept.begin() + static_cast<std::ptrdiff_t>(begin), kept.begin() + static_cast<std::ptrdiff_t>(end),
                false);
    }
    begin = std::max(end, begin + 1);
  }
  if (excluded * kMostOneIn > series.times.size()) return false;
  keep_lonely_hours(series, baseline, kept);
  if (kept == series.in_control) return false;
  series.in_control = std::move(kept);
  return true;
}

double spread(const Series& series, const std::vector<double>& deviation) {
  constexpr double kWithinThreeSigma = 0.9973002;
  std::vector<double> sizes = sizes_in_control(series, deviation);
  double squares = 0;
  for (const double size : sizes) squares += size * size / static_cast<double>(sizes.size());
  const double robust = kMadToSigma * median_in_place(sizes);
  const double tail = quantile_in_place(sizes, kWithinThreeSigma) / 3;
  const double sigma = std::max(robust, tail);
  return sigma > 0 ? sigma : std::sqrt(squares);
}

// Of the median of one hour, seen `rounds` times. Correlated values count (1 − φ) / (1 + φ) each, but one day's hour is
// worth one value at least.
double standard_error(const Series& series, const Baseline& baseline) {
  const auto slots = static_cast<double>(baseline.centers.size());
  const double values = static_cast<double>(baseline.values) / slots;
  const double phi = baseline.autocorrelation;
  double independent = values * (1 - phi) / (1 + phi);
  if (baseline.centers.size() > 1) {
    independent = std::max(independent, std::min(values, static_cast<double>(rounds_of(series, baseline).size())));
  }
  constexpr double kVarianceOfMedian = std::numbers::pi / 2;  // over that of the mean, for normal values
  return baseline.sigma * std::sqrt(kVarianceOfMedian / std::max(independent, 1.0));
}

}  // namespace

double Baseline::center(std::int64_t time_ms) const {
  if (centers.size() < 2) return centers.empty() ? 0 : centers.front();
  const std::int64_t shifted = time_ms - kHourMs / 2;  // the middle of an hour is where its centre holds
  const std::int64_t hour = hour_number(shifted, utc_offset_minutes);
  const std::int64_t local = shifted + std::int64_t{utc_offset_minutes} * 60'000;
  const double part = static_cast<double>((local % kHourMs + kHourMs) % kHourMs) / static_cast<double>(kHourMs);
  const double from = centers[slot_of(hour, centers.size())];
  const double to = centers[slot_of(hour + 1, centers.size())];
  return from * (1 - part) + to * part;
}

Result<Baseline> fit_baseline(SampleView history, const BaselineOptions& options) {
  Series series = finite_values(history);
  Baseline baseline;
  baseline.utc_offset_minutes = options.utc_offset_minutes;
  baseline.step_ms = median_step(series.times);
  if (series.times.size() < std::max<std::size_t>(options.min_values, 2)) {
    return Error{ErrorKind::missing_input, "a control chart needs " + std::to_string(options.min_values) +
                                               " values in its reference window, there are " +
                                               std::to_string(series.times.size())};
  }
  choose_seasonality(series, options, baseline);
  const std::size_t slots = slots_of(baseline.seasonality);
  constexpr int kMostRounds = 5;
  baseline.centers = medians(series, slots, options.utc_offset_minutes);
  for (int round = 0; round < kMostRounds && exclude(series, deviations(series, baseline), baseline); ++round) {
    baseline.centers = medians(series, slots, options.utc_offset_minutes);
  }
  const std::vector<double> deviation = deviations_from_others(series, baseline);
  baseline.values = static_cast<std::size_t>(std::count(series.in_control.begin(), series.in_control.end(), true));
  baseline.excluded = series.times.size() - baseline.values;
  baseline.sigma = spread(series, deviation);
  if (!std::isfinite(baseline.sigma)) {
    return Error{ErrorKind::invalid_argument, "the values of the reference window are too large for a control chart"};
  }
  if (!(baseline.sigma > 0)) {
    return Error{ErrorKind::missing_input, "the signal does not vary in its reference window: it has no limits"};
  }
  baseline.autocorrelation =
      first_order_autocorrelation({series.times, deviation, series.in_control}, baseline.step_ms, 3 * baseline.sigma);
  baseline.center_error = standard_error(series, baseline);
  return baseline;
}

}  // namespace rca
