// A network-attached volume: so many operations and bytes a second, served in order, and a latency of its own.
#pragma once

#include <algorithm>

namespace llmsim {

class Disk {
 public:
  struct Limits {
    double operations = 3000;         // per second; assumed: what clouds give a general-purpose volume
    double bytes_per_second = 400e6;  // assumed
  };
  static constexpr double kLatency = 0.6e-3;  // assumed: seconds of one operation on an idle volume

  void set_limits(const Limits& limits) { limits_ = limits; }
  [[nodiscard]] const Limits& limits() const { return limits_; }

  // Somebody else reads in a stream and gets this share (0..1) of the volume; `seconds` is how long since the last
  // call.
  void set_stolen(double share, double seconds) {
    stolen_ = std::clamp(share, 0.0, 0.99);
    busy_ += stolen_ * seconds;
    bytes_ += stolen_ * limits_.bytes_per_second * seconds;
  }

  // `operations` one after the other that read `bytes` together, asked for at `now`: how long they take, in seconds.
  double read(double now, double operations, double bytes) {
    if (operations <= 0) return 0;
    const double left = 1 - stolen_;
    const double service =
        std::max(operations / (left * limits_.operations), bytes / (left * limits_.bytes_per_second));
    const double start = std::max(now, free_at_);
    free_at_ = start + service;
    busy_ += left * service;
    bytes_ += bytes;
    return start - now + std::max(service, operations * kLatency);
  }

  [[nodiscard]] double busy_seconds() const { return busy_; }
  [[nodiscard]] double bytes() const { return bytes_; }

 private:
  Limits limits_;
  double stolen_ = 0;
  double free_at_ = 0;
  double busy_ = 0, bytes_ = 0;
};

}  // namespace llmsim
