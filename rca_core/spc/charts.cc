#include "rca_core/spc/charts.h"

#include <algorithm>
#include <cmath>

namespace rca {

void Cusum::add(double x) {
  high_ = std::max(0.0, high_ + x - target_ - k_);
  low_ = std::max(0.0, low_ + target_ - k_ - x);
  high_run_ = high_ > 0 ? high_run_ + 1 : 0;
  low_run_ = low_ > 0 ? low_run_ + 1 : 0;
}

void Ewma::add(double x) {
  value_ = lambda_ * x + (1 - lambda_) * value_;
  // x_t is φ x_{t−1} plus noise, so that it has the covariance φ · covariance_ with the value before.
  const double with_before = phi_ * covariance_;
  const double rest = 1 - lambda_;
  variance_ = rest * rest * variance_ + 2 * lambda_ * rest * with_before + lambda_ * lambda_;
  covariance_ = rest * with_before + lambda_;
}

void Ewma::restart() {
  value_ = center_;
  variance_ = 0;
  covariance_ = 0;
}

double Ewma::half_width() const {
  if (variance_ <= 0) return 0;
  return limit_ * sigma_ * std::sqrt(variance_ + center_error_ * center_error_);
}

bool Ewma::signals() const {
  return variance_ > 0 && std::fabs(value_ - center_) > half_width();
}

}  // namespace rca
