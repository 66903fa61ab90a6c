// Power, clock and temperature of one GPU. Dynamic power follows the cube of the SM clock (voltage scales with
// frequency), HBM power does not; the power controller picks the highest clock whose average stays below the limit.
#pragma once

#include "tests/testbed/llmsim/calibration.h"

namespace llmsim {

class Gpu {
 public:
  // One phase of work, at the nominal clock.
  struct Work {
    double decode_seconds = 0;
    double prefill_seconds = 0;
  };

  void set_power_limit(double watts) { limit_w_ = watts; }
  // Memory that smaller weights leave free, in MiB.
  void set_freed_mib(double mib) { freed_mib_ = mib; }
  [[nodiscard]] double freed_mib() const { return freed_mib_; }
  [[nodiscard]] double power_limit() const { return limit_w_; }
  // The way of the heat out of the chip resists so many times as much (1: it is as it should be).
  void set_thermal_resistance(double factor) { thermal_resistance_ = factor; }

  // Does the work at the present clock; returns how long it takes, in seconds.
  double run(const Work& work);
  // Ends a sampling interval of `seconds`: averages power, moves clock and temperature. `noise` is a standard normal.
  void sample(double seconds, double noise);

  [[nodiscard]] double clock_ratio() const { return clock_ratio_; }
  [[nodiscard]] double clock_mhz() const;
  [[nodiscard]] double power() const { return power_w_; }
  [[nodiscard]] double temperature() const { return temperature_c_; }
  [[nodiscard]] double utilization() const { return utilization_; }                // 0..1, time with a kernel running
  [[nodiscard]] double memory_utilization() const { return memory_utilization_; }  // 0..1, time with HBM busy
  [[nodiscard]] double tensor_activity() const { return tensor_activity_; }        // 0..1
  [[nodiscard]] double energy_joules() const { return energy_j_; }
  [[nodiscard]] double power_violation_seconds() const { return violation_s_; }
  [[nodiscard]] double thermal_violation_seconds() const { return thermal_violation_s_; }
  // Bits of nvmlClocksThrottleReasons: 0x1 idle, 0x4 software power cap, 0x20 software thermal slowdown.
  [[nodiscard]] unsigned throttle_reasons() const;

 private:
  double limit_w_ = calibration::kPowerLimitW;
  double clock_ratio_ = 1;
  double power_w_ = calibration::kStaticPowerW;
  double temperature_c_ = calibration::kTemperatureBaseC + calibration::kTemperaturePerW * calibration::kStaticPowerW;
  double utilization_ = 0;
  double memory_utilization_ = 0;
  double tensor_activity_ = 0;
  double freed_mib_ = 0;
  double energy_j_ = 0;
  double violation_s_ = 0;
  double thermal_violation_s_ = 0;
  double thermal_resistance_ = 1;
  double thermal_ratio_ = 1;  // clock that the temperature allows
  bool capped_ = false;

  // Since the last sample.
  double busy_s_ = 0;
  double decode_s_ = 0;
  double prefill_s_ = 0;
  // Averages that the power controller sees: power that follows the clock (at the nominal clock), and that does not.
  double dynamic_w_ = 0;
  double fixed_w_ = 0;
};

}  // namespace llmsim
