#include "tests/testbed/llmsim/gpu.h"

#include <algorithm>
#include <cmath>

namespace llmsim {

namespace cal = calibration;

double Gpu::run(const Work& work) {
  const double slow = 1 / clock_ratio_;
  const double decode = work.decode_seconds * (cal::kDecodeMemoryBound + (1 - cal::kDecodeMemoryBound) * slow);
  const double prefill = work.prefill_seconds * slow;
  decode_s_ += decode;
  prefill_s_ += prefill;
  busy_s_ += decode + prefill;
  return decode + prefill;
}

void Gpu::sample(double seconds, double noise) {
  // Work is booked when it starts, so an interval may be booked a little over its length; the rest moves on.
  const double busy = std::min(busy_s_, seconds);
  const double part = busy_s_ > 0 ? busy / busy_s_ : 0;
  const double decode = decode_s_ * part / seconds;
  const double prefill = prefill_s_ * part / seconds;
  decode_s_ *= 1 - part;
  prefill_s_ *= 1 - part;
  busy_s_ -= busy;

  const double dynamic = (cal::kDecodePowerW - cal::kStaticPowerW - cal::kMemoryPowerW) * decode +
                         (cal::kPrefillPowerW - cal::kStaticPowerW - cal::kMemoryPowerW) * prefill;
  const double memory = cal::kMemoryPowerW * (decode * std::min(1.0, 0.5 + 0.5 * clock_ratio_) + prefill * 0.5);
  const double cube = clock_ratio_ * clock_ratio_ * clock_ratio_;
  power_w_ = (cal::kStaticPowerW + memory + dynamic * cube) * (1 + 0.006 * noise);
  energy_j_ += power_w_ * seconds;
  if (capped_) violation_s_ += seconds;

  utilization_ = decode + prefill;
  memory_utilization_ = 0.62 * decode * clock_ratio_ + 0.25 * prefill;
  tensor_activity_ = 0.06 * decode + 0.62 * prefill;
  const double target = cal::kTemperatureBaseC + cal::kTemperaturePerW * thermal_resistance_ * power_w_;
  temperature_c_ += (target - temperature_c_) * (1 - std::exp(-seconds / cal::kThermalSeconds));

  const double keep = std::exp(-seconds / cal::kPowerControlSeconds);
  dynamic_w_ = keep * dynamic_w_ + (1 - keep) * dynamic;
  fixed_w_ = keep * fixed_w_ + (1 - keep) * (cal::kStaticPowerW + memory);
  const double room = std::max(0.0, limit_w_ - fixed_w_);
  const double lowest = cal::kMinClockMhz / cal::kMaxClockMhz;
  const double allowed = dynamic_w_ > room ? std::cbrt(room / dynamic_w_) : 1.0;
  // Above the slowdown temperature the driver takes the clock back step by step, and gives it back below.
  const double step = (temperature_c_ > cal::kSlowdownC ? -1 : temperature_c_ < cal::kSlowdownC - 2 ? 1 : 0) * 0.02;
  thermal_ratio_ = std::clamp(thermal_ratio_ + step * seconds, lowest, 1.0);
  if (thermal_ratio_ < 1) thermal_violation_s_ += seconds;
  clock_ratio_ = std::clamp(std::min(allowed, thermal_ratio_), lowest, 1.0);
  capped_ = allowed < 1;
}

double Gpu::clock_mhz() const {
  // The driver moves in steps of 15 MHz.
  const double step = 15;
  const double top = utilization_ > 0.01 ? cal::kMaxClockMhz : cal::kIdleClockMhz;
  return std::floor(clock_ratio_ * top / step) * step;
}

unsigned Gpu::throttle_reasons() const {
  if (capped_ || thermal_ratio_ < 1) return (capped_ ? 0x4U : 0U) | (thermal_ratio_ < 1 ? 0x20U : 0U);
  return utilization_ > 0.01 ? 0x0 : 0x1;
}

}  // namespace llmsim
