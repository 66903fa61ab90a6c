#include "rca_core/stats/spot.h"

#include <algorithm>
#include <boost/math/tools/roots.hpp>
#include <cmath>
#include <cstdint>
#include <limits>
#include <utility>

#include "rca_core/stats/robust.h"

namespace rca {
namespace {

constexpr double kInfinity = std::numeric_limits<double>::infinity();

// Grimshaw's u(x) v(x) − 1; its roots are x = γ/σ of the optimum. 0 is always a root, of the exponential.
double grimshaw(double x, std::span<const double> excesses) {
  double u = 0;
  double v = 0;
  for (const double y : excesses) {
    u += 1 / (1 + x * y);
    v += std::log1p(x * y);
  }
  const auto n = static_cast<double>(excesses.size());
  return u / n * (1 + v / n) - 1;
}

ParetoTail tail_at(double x, std::span<const double> excesses) {
  double shape = 0;
  for (const double y : excesses) shape += std::log1p(x * y);
  shape /= static_cast<double>(excesses.size());
  return {shape, shape / x};
}

// Roots between `from` and `to`, both of one sign, on a grid that is denser towards 0 as the function is flat there.
void find_roots(double from, double to, std::span<const double> excesses, std::vector<double>& roots) {
  constexpr int kSteps = 40;
  const double ratio = std::pow(to / from, 1.0 / kSteps);
  double left = from;
  double at_left = grimshaw(left, excesses);
  for (int step = 0; step < kSteps; ++step) {
    const double right = left * ratio;
    const double at_right = grimshaw(right, excesses);
    if (std::isfinite(at_left) && std::isfinite(at_right) && (at_left < 0) != (at_right < 0)) {
      std::uintmax_t iterations = 60;
      const auto function = [&](double x) { return grimshaw(x, excesses); };
      const auto [low, high] = left < right ? std::pair{std::pair{left, at_left}, std::pair{right, at_right}}
                                            : std::pair{std::pair{right, at_right}, std::pair{left, at_left}};
      const auto root = boost::math::tools::toms748_solve(function, low.first, high.first, low.second, high.second,
                                                          boost::math::tools::eps_tolerance<double>(40), iterations);
      roots.push_back((root.first + root.second) / 2);
    }
    left = right;
    at_left = at_right;
  }
}

}  // namespace

double log_likelihood(const ParetoTail& tail, std::span<const double> excesses) {
  if (!(tail.scale > 0)) return -kInfinity;
  double sum = -static_cast<double>(excesses.size()) * std::log(tail.scale);
  for (const double y : excesses) {
    if (tail.shape == 0) {
      sum -= y / tail.scale;
      continue;
    }
    const double inside = tail.shape * y / tail.scale;
    if (!(inside > -1)) return -kInfinity;
    sum -= (1 + 1 / tail.shape) * std::log1p(inside);
  }
  return sum;
}

ParetoTail fit_pareto_tail(std::span<const double> excesses) {
  double sum = 0;
  double least = kInfinity;
  double most = 0;
  for (const double y : excesses) {
    sum += y;
    least = std::min(least, y);
    most = std::max(most, y);
  }
  const double mean = sum / static_cast<double>(excesses.size());
  ParetoTail best{0, mean};
  if (!(most > least)) return best;
  // Below −1/most an excess would be impossible; above the bound given by Grimshaw there is no root.
  constexpr double kNear = 1e-8;
  std::vector<double> roots;
  find_roots(-kNear / mean, -(1 - kNear) / most, excesses, roots);
  find_roots(kNear / mean, std::max(2 * (mean - least) / (least * least), 2 * kNear / mean), excesses, roots);
  double likeliest = log_likelihood(best, excesses);
  for (const double x : roots) {
    const ParetoTail tail = tail_at(x, excesses);
    const double likelihood = log_likelihood(tail, excesses);
    // Near the end of the support the likelihood grows without bound, and means nothing.
    if (!(likelihood > likeliest) || tail.shape <= -1) continue;
    likeliest = likelihood;
    best = tail;
  }
  return best;
}

Spot::Spot(std::span<const double> values, const SpotOptions& options)
    : options_(options), peak_(kInfinity), alarm_(kInfinity), seen_(values.size()) {
  if (values.empty()) return;
  std::vector<double> sorted(values.begin(), values.end());
  std::sort(sorted.begin(), sorted.end());
  peak_ = quantile(sorted, options.level);
  if (sorted.size() > kFewestPeaks) {
    peak_ = std::min(peak_, sorted[sorted.size() - 1 - kFewestPeaks]);
  }
  for (const double value : sorted) {
    if (value > peak_) excesses_.push_back(value - peak_);
  }
  refit();
}

bool Spot::observe(double value) {
  if (value > alarm_) return true;
  ++seen_;
  if (value > peak_) {
    excesses_.push_back(value - peak_);
    refit();
  }
  return false;
}

void Spot::refit() {
  if (excesses_.empty()) {
    alarm_ = peak_;  // nothing was ever above: the largest value known
    return;
  }
  const ParetoTail tail = fit_pareto_tail(excesses_);
  const double ratio = options_.risk * static_cast<double>(seen_) / static_cast<double>(excesses_.size());
  const double beyond = std::fabs(tail.shape) < 1e-12 ? -tail.scale * std::log(ratio)
                                                      : tail.scale / tail.shape * (std::pow(ratio, -tail.shape) - 1);
  alarm_ = peak_ + std::max(beyond, 0.0);
}

Dspot::Dspot(std::span<const double> values, std::size_t depth, const SpotOptions& options)
    : depth_(std::max<std::size_t>(depth, 1)) {
  std::vector<double> differences;
  for (const double value : values) {
    if (window_.size() == depth_) differences.push_back(value - mean());
    remember(value);
  }
  spot_.emplace(differences, options);
}

bool Dspot::observe(double value) {
  if (window_.size() == depth_ && spot_ && spot_->observe(value - mean())) return true;
  remember(value);
  return false;
}

double Dspot::alarm_threshold() const {
  return window_.size() == depth_ && spot_ ? mean() + spot_->alarm_threshold() : kInfinity;
}

double Dspot::mean() const {
  return sum_ / static_cast<double>(window_.size());
}

void Dspot::remember(double value) {
  window_.push_back(value);
  sum_ += value;
  if (window_.size() <= depth_) return;
  sum_ -= window_.front();
  window_.pop_front();
}

}  // namespace rca
