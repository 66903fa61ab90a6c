#include "rca_core/stats/onset.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstddef>
#include <limits>
#include <string>
#include <utility>
#include <vector>

#include "rca_core/stats/robust.h"
#include "rca_core/stats/scalers.h"

namespace rca {
namespace {

constexpr std::size_t kMinNormal = 4;     // values before the onset
constexpr std::size_t kMaxLookBack = 80;  // candidate rows before the CUSUM estimate
constexpr double kLargestShift = 3;       // CUSUM looks for shifts of at most so many deviations
constexpr double kLeastShift = 1;         // … and calls nothing smaller an incident
constexpr double kFarthest = 1e6;         // deviations; so that no sum of squares overflows
constexpr Eigen::Index kNear = 2;         // rows: what "near the onset" means for the confidence
constexpr std::array<std::size_t, 13> kRampRows = {0, 1, 2, 3, 4, 6, 8, 10, 12, 16, 24, 32, 48};

// The present values up to `end`, by position.
struct Present {
  std::vector<Eigen::Index> rows;
  std::vector<double> values;
};

Present collect(std::span<const double> sli, Eigen::Index end) {
  Present present;
  for (Eigen::Index row = 0; row < end; ++row) {
    const double value = sli[static_cast<std::size_t>(row)];
    if (!std::isfinite(value)) continue;
    present.rows.push_back(row);
    present.values.push_back(value);
  }
  return present;
}

std::vector<double> without_spikes(const std::vector<double>& values) {
  std::vector<double> out = values;
  for (std::size_t i = 1; i + 1 < values.size(); ++i) {
    const auto [low, high] = std::minmax(values[i - 1], values[i + 1]);
    out[i] = std::clamp(values[i], low, high);
  }
  return out;
}

// Fit of "flat, ramp of `ramp_rows`, flat again from there" with a given start.
struct Fit {
  std::size_t start = 0;
  std::size_t ramp_rows = 0;
  double cost = std::numeric_limits<double>::infinity();  // −2 ln likelihood, up to a constant
  double height = 0;                                      // in deviations
};

class OnsetSearch {
 public:
  OnsetSearch(Present present, std::size_t detection, Direction bad)
      : present_(std::move(present)), values_(without_spikes(present_.values)), detection_(detection) {
    // The incident's level: from the detection on when that is enough, else the last values before it as well.
    const std::size_t first = std::min(detection_, values_.size() - std::min<std::size_t>(values_.size(), 3));
    level_ = median(std::span(values_).subspan(first));
    const double normal = median(std::span(values_).first(std::max(kMinNormal, detection_ / 2)));
    rises_ = bad == Direction::either ? level_ >= normal : bad == Direction::rises;
  }

  Onset run() {
    std::size_t start = std::max(kMinNormal, detection_ / 2);
    for (int round = 0; round < 6; ++round) {
      standardise(start);
      if (!cumulate()) return {present_.rows[detection_], 0, centre_, level_, 0};
      if (start_ == start) break;
      start = start_;
    }
    return refine();
  }

 private:
  // Deviations in the bad direction from the rows before `start`.
  void standardise(std::size_t start) {
    std::vector<double> scratch;
    const std::span<const double> normal = std::span(values_).first(std::max(start, kMinNormal));
    const Scale scale = mad_scale(normal, scratch);
    centre_ = scale.centre;
    // A regime without noise must not make every shift infinite: 5 % of the shift is noise enough.
    const double floor = std::max(0.05 * std::fabs(level_ - centre_), 0.005 * std::fabs(centre_));
    scale_ = std::max({scale.spread, floor, std::numeric_limits<double>::min()});
    deviations_.resize(values_.size());
    for (std::size_t i = 0; i < values_.size(); ++i) {
      const double deviation = (rises_ ? values_[i] - centre_ : centre_ - values_[i]) / scale_;
      deviations_[i] = std::clamp(deviation, -kFarthest, kFarthest);
    }
    thinning_ = effective_share(normal.size());
  }

  // Independent rows per row of the normal regime, from its lag-1 autocorrelation.
  [[nodiscard]] double effective_share(std::size_t rows) const {
    double products = 0;
    double squares = 1e-9;
    for (std::size_t i = 0; i + 1 < rows; ++i) {
      const double now = std::clamp(deviations_[i], -3.0, 3.0);
      const double next = std::clamp(deviations_[i + 1], -3.0, 3.0);
      products += now * next;
      squares += now * now;
    }
    const double correlation = std::clamp(products / squares, 0.0, 0.9);
    return (1 - correlation) / (1 + correlation);
  }

  // CUSUM backwards from the detection; false when nothing deviates there.
  bool cumulate() {
    const double shift =
        std::clamp((rises_ ? level_ - centre_ : centre_ - level_) / scale_, kLeastShift, kLargestShift);
    double sum = 0;
    double best = 0;
    for (std::size_t i = detection_ + 1; i-- > kMinNormal;) {
      sum += shift * (std::min(deviations_[i], shift) - shift / 2);
      if (sum <= best) continue;
      best = sum;
      start_ = i;
    }
    return best > 0;
  }

  [[nodiscard]] Fit fit(std::size_t start, std::size_t ramp_rows, std::size_t first) const {
    double shape_squares = 0;
    double products = 0;
    double squares = 0;
    for (std::size_t i = first; i < deviations_.size(); ++i) {
      const double z = deviations_[i];
      squares += z * z;
      if (i < start) continue;
      const double shape = std::min(1.0, static_cast<double>(i - start + 1) / static_cast<double>(ramp_rows + 1));
      shape_squares += shape * shape;
      products += shape * z;
    }
    Fit out{start, ramp_rows, squares, 0};
    if (products > 0) {
      out.height = products / shape_squares;
      out.cost = squares - products * out.height;
    }
    return out;
  }

  Onset refine() {
    const std::size_t back = std::min({detection_ - start_ + 8, kMaxLookBack, start_ - kMinNormal});
    const std::size_t first = start_ - back;
    const std::size_t context = first - std::min(first, std::size_t{8});
    const std::size_t rows = deviations_.size() - context;
    std::vector<Fit> fits;
    double least = std::numeric_limits<double>::infinity();
    for (std::size_t start = first; start <= detection_; ++start) {
      for (const std::size_t ramp_rows : kRampRows) {
        if (start + ramp_rows >= deviations_.size()) break;
        fits.push_back(fit(start, ramp_rows, context));
        least = std::min(least, fits.back().cost);
      }
    }
    // What no shape explains is noise as well.
    const double noise = std::max(1.0, least / static_cast<double>(rows));
    const double penalty = std::log(static_cast<double>(rows));
    Fit best;
    for (Fit& one : fits) {
      one.cost = one.cost / noise * thinning_ + (one.ramp_rows > 0 ? penalty : 0.0);
      if (one.cost < best.cost) best = one;
    }
    return describe(best, fits);
  }

  [[nodiscard]] Onset describe(const Fit& best, const std::vector<Fit>& fits) const {
    double all = 0;
    double near = 0;
    const Eigen::Index row = present_.rows[best.start];
    for (const Fit& one : fits) {
      const double weight = std::exp((best.cost - one.cost) / 2);
      all += weight;
      if (std::abs(present_.rows[one.start] - row) <= kNear) near += weight;
    }
    Onset onset;
    onset.row = row;
    // Within a gap before the onset every row is as likely.
    const Eigen::Index gap = best.start > 0 ? row - present_.rows[best.start - 1] : 1;
    onset.confidence = near / all * std::min(1.0, static_cast<double>(kNear + 1) / static_cast<double>(gap));
    onset.before = centre_;
    onset.after = rises_ ? centre_ + best.height * scale_ : centre_ - best.height * scale_;
    onset.ramp_rows = static_cast<Eigen::Index>(best.ramp_rows);
    return onset;
  }

  Present present_;
  std::vector<double> values_;  // of present_, without spikes
  std::size_t detection_;       // position of the last value at or before the detection
  double level_ = 0;            // of the incident
  bool rises_ = true;
  double centre_ = 0;
  double scale_ = 1;
  double thinning_ = 1;
  std::vector<double> deviations_;
  std::size_t start_ = 0;  // position where the CUSUM began
};

}  // namespace

Result<Onset> estimate_onset(std::span<const double> sli, Eigen::Index detection_row, const OnsetOptions& options) {
  const auto rows = static_cast<Eigen::Index>(sli.size());
  if (detection_row < 0 || detection_row >= rows) {
    return Error{ErrorKind::invalid_argument, "the detection row " + std::to_string(detection_row) +
                                                  " is outside the series of " + std::to_string(rows) + " rows"};
  }
  Present present = collect(sli, std::min(rows, detection_row + 1 + std::max<Eigen::Index>(0, options.rows_after)));
  const auto after = std::upper_bound(present.rows.begin(), present.rows.end(), detection_row);
  const auto known = static_cast<std::size_t>(after - present.rows.begin());
  if (known <= kMinNormal) {
    return Error{ErrorKind::missing_input, "the SLI has only " + std::to_string(known) +
                                               " values up to the detection; an onset needs " +
                                               std::to_string(kMinNormal + 1)};
  }
  return OnsetSearch(std::move(present), known - 1, options.bad).run();
}

}  // namespace rca
