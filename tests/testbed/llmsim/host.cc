#include "tests/testbed/llmsim/host.h"

#include <algorithm>
#include <cmath>

namespace llmsim {

namespace cal = calibration;

Host::Counters& Host::Counters::operator+=(const Counters& other) {
  cpu_user += other.cpu_user;
  cpu_system += other.cpu_system;
  cfs_periods += other.cfs_periods;
  throttled_periods += other.throttled_periods;
  throttled_seconds += other.throttled_seconds;
  cpu_waiting += other.cpu_waiting;
  memory_waiting += other.memory_waiting;
  memory_stalled += other.memory_stalled;
  io_waiting += other.io_waiting;
  major_faults += other.major_faults;
  minor_faults += other.minor_faults;
  read_bytes += other.read_bytes;
  received_bytes += other.received_bytes;
  sent_bytes += other.sent_bytes;
  received_packets += other.received_packets;
  sent_packets += other.sent_packets;
  retransmits += other.retransmits;
  return *this;
}

Host::Host(std::uint64_t seed, std::size_t index, const HostProfile& profile)
    : random_(seed, "host", index),
      network_random_(seed, "network", index),
      profile_(profile),
      anon_(profile.anon),
      hot_(profile.hot_files),
      cold_(profile.cold_files) {
  // No two pods are equally old: their memory differs a little.
  profile_.anon *= 1 + 0.02 * random_.normal();
  anon_ = profile_.anon;
  cold_ *= 1 + 0.05 * random_.normal();
}

void Host::set_egress(const NetemDelay& delay) {
  egress_ = delay;
}

double Host::run(double now, double cpu_seconds) {
  double time = now;
  if (miss_ > 0) {
    const int faults = random_.poisson(cpu_seconds * cal::kPageTouches * miss_);
    double stall = 0;
    for (int i = 0; i < faults; ++i) stall += random_.exponential(cal::kMajorFaultMs * 1e-3);
    counters_.major_faults += faults;
    counters_.read_bytes += faults * 65536.0;  // readahead
    counters_.memory_waiting += stall;
    counters_.memory_stalled += 0.6 * stall;
    counters_.io_waiting += stall;
    time += stall;
  }
  cpu_seconds *= contention_;
  if (stress_workers_ == 0) return time + cpu_seconds - now;

  // All runnable threads share the CPUs of the node; together they use up the quota early in each period, and then
  // everything in the pod waits for the next one.
  const double parallel = std::min<double>(profile_.node_cpus, runnable());
  const double share = std::min(1.0, profile_.node_cpus / runnable());
  const double window = std::min(cal::kCfsPeriod, profile_.cpu_limit * cal::kCfsPeriod / parallel);
  double remaining = cpu_seconds;
  while (true) {
    // The tolerance: a time that was rounded just below the start of a period belongs to that period.
    const double period = std::floor(time / cal::kCfsPeriod + 1e-6);
    const double phase = std::max(0.0, time - period * cal::kCfsPeriod);
    if (phase < window) {
      const double possible = (window - phase) * share;
      if (remaining <= possible) return time + remaining / share - now;
      remaining -= possible;
    }
    time = (period + 1) * cal::kCfsPeriod;
  }
}

double Host::packet_delay() {
  if (egress_.mean <= 0) return 0;
  netem_last_ = egress_.correlation * netem_last_ + (1 - egress_.correlation) * network_random_.uniform();
  return egress_.mean + egress_.jitter * (2 * netem_last_ - 1);
}

void Host::segment(double round_trip, bool reordered) {
  const double timeout = std::max(0.2, smoothed_rtt_ + 4 * rtt_deviation_);
  double waited = timeout;
  while (waited < round_trip) {
    counters_.retransmits += 1;
    waited *= 2;
  }
  if (reordered && network_random_.uniform() < 0.05) counters_.retransmits += 1;
  rtt_deviation_ += 0.25 * (std::abs(smoothed_rtt_ - round_trip) - rtt_deviation_);
  smoothed_rtt_ += 0.125 * (round_trip - smoothed_rtt_);
}

void Host::transfer(double received_bytes, double sent_bytes) {
  const double in = std::ceil(received_bytes / cal::kMss);
  const double out = std::ceil(sent_bytes / cal::kMss);
  counters_.received_bytes += received_bytes + 66 * (in + out / 2);
  counters_.sent_bytes += sent_bytes + 66 * (out + in / 2);
  counters_.received_packets += in + out / 2;
  counters_.sent_packets += out + in / 2;
}

void Host::stream_segment(double bytes) {
  counters_.sent_packets += 1;
  counters_.sent_bytes += bytes + 66;
  counters_.received_packets += 0.5;
  counters_.received_bytes += 33;
}

void Host::read_from_disk(double bytes, double pages, double seconds) {
  counters_.read_bytes += bytes;
  counters_.major_faults += pages;
  counters_.io_waiting += seconds;
}

void Host::settle_memory(double seconds) {
  const double fill_rate = 2e9;  // bytes/s that a process can touch for the first time
  if (hog_ < hog_target_) {
    const double grown = std::min(hog_target_ - hog_, fill_rate * seconds);
    hog_ += grown;
    cpu_pending_ += grown / fill_rate;
    counters_.minor_faults += grown / 4096;
  } else if (hog_ > hog_target_) {
    hog_ = hog_target_;
  }
  const double own = profile_.anon * (1 + 0.0008 * random_.normal());
  anon_ += 0.05 * (own + hog_ - anon_);
  if (hog_ > 0 || anon_ > 1.1 * own) anon_ = own + hog_;
  // The cache has what the limit leaves; pages that nobody misses go first.
  const double room = std::max(0.1 * profile_.hot_files, profile_.memory_limit - anon_);
  hot_ = std::min(profile_.hot_files, 0.9 * room);
  const double cold_room = std::min(profile_.cold_files, std::max(0.0, room - hot_));
  // Evicted at once, read again slowly.
  cold_ = cold_ > cold_room ? cold_room : cold_ + (cold_room - cold_) * (1 - std::exp(-seconds / 120));
  miss_ = 1 - hot_ / profile_.hot_files;
}

void Host::sample(double seconds, double engine_busy) {
  settle_memory(seconds);
  // Ray's own processes, the API server, health checks.
  const double background = profile_.background_cpus * (1 + 0.1 * random_.normal()) * seconds;
  const double wanted = engine_busy + cpu_pending_ + std::max(0.0, background) + stress_workers_ * seconds;
  cpu_pending_ = 0;
  const double used = std::min(wanted, profile_.cpu_limit * seconds);
  counters_.cpu_user += 0.88 * used;
  counters_.cpu_system += 0.12 * used;
  cpu_usage_ = used / seconds;

  counters_.cpu_waiting += seconds * (1 - 1 / contention_);

  const double periods = seconds / cal::kCfsPeriod;
  counters_.cfs_periods += periods;
  if (stress_workers_ > 0) {
    const double parallel = std::min<double>(profile_.node_cpus, runnable());
    const double stopped = 1 - std::min(1.0, profile_.cpu_limit / parallel);
    counters_.throttled_periods += periods;
    counters_.throttled_seconds += stopped * parallel * seconds;
    counters_.cpu_waiting += seconds * std::min(1.0, stopped + 0.3);
  } else {
    // A burst of threads can use up one period's quota now and then.
    const int unlucky = random_.poisson(0.004 * periods);
    counters_.throttled_periods += unlucky;
    counters_.throttled_seconds += 0.01 * unlucky;
    counters_.cpu_waiting += 0.002 * seconds;
  }
  counters_.minor_faults += 900 * seconds * (1 + 0.05 * random_.normal());
  counters_.read_bytes += 2000 * seconds;
}

}  // namespace llmsim
