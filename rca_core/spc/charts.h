// The two charts with memory, in standardised or in natural units. See control_chart.h for what is built of them.
#pragma once

#include <cstddef>

namespace rca {

// Two-sided tabular CUSUM. Montgomery, chapter 9.1: high = max(0, high + x − target − k), low = max(0, low + target − k
// − x); it signals beyond h.
class Cusum {
 public:
  Cusum(double target, double k, double h) : target_(target), k_(k), h_(h) {}

  void add(double x);
  void restart() { *this = Cusum(target_, k_, h_); }

  [[nodiscard]] double high() const { return high_; }
  [[nodiscard]] double low() const { return low_; }
  [[nodiscard]] std::size_t high_run() const { return high_run_; }  // steps since it was 0: when the change began
  [[nodiscard]] std::size_t low_run() const { return low_run_; }
  [[nodiscard]] bool signals_high() const { return high_ > h_; }
  [[nodiscard]] bool signals_low() const { return low_ > h_; }

 private:
  double target_;
  double k_;
  double h_;
  double high_ = 0;
  double low_ = 0;
  std::size_t high_run_ = 0;
  std::size_t low_run_ = 0;
};

// Exponentially weighted moving average. S. W. Roberts, "Control Chart Tests Based on Geometric Moving Averages",
// Technometrics 1959, with the limits that hold from the first value on.
class Ewma {
 public:
  // `autocorrelation` φ of an AR(1) process (N. F. Zhang, Technometrics 1998); 0: independent values. `center_error`:
  // standard error of the centre, in sigmas, which widens the limits.
  Ewma(double center, double sigma, double lambda, double limit, double autocorrelation = 0, double center_error = 0)
      : center_(center),
        sigma_(sigma),
        lambda_(lambda),
        limit_(limit),
        phi_(autocorrelation),
        center_error_(center_error),
        value_(center) {}

  void add(double x);
  void restart();

  [[nodiscard]] double value() const { return value_; }
  [[nodiscard]] double half_width() const;  // of the band around the centre; 0 before the first value
  [[nodiscard]] bool signals() const;

 private:
  double center_;
  double sigma_;
  double lambda_;
  double limit_;
  double phi_;
  double center_error_;
  double value_;
  double variance_ = 0;    // of value_, in sigma²
  double covariance_ = 0;  // of value_ and the newest x, in sigma²
};

}  // namespace rca
