// The host side of one pod: CPU time under a CFS quota, memory under a limit, and its link.
#pragma once

#include "tests/testbed/llmsim/calibration.h"
#include "tests/testbed/llmsim/random.h"

namespace llmsim {

// What netem does to packets that leave a pod: delay = mean + jitter × u, u uniform in -1..1 and correlated with the
// packet before (sch_netem, get_crandom). Zero mean: no delay.
struct NetemDelay {
  double mean = 0;    // seconds
  double jitter = 0;  // seconds
  double correlation = 0;
};

// What a pod may use, and what its processes need when nothing is wrong.
struct HostProfile {
  int node_cpus = 0;
  double cpu_limit = 0;        // CPUs
  double memory_limit = 0;     // bytes
  double anon = 0;             // bytes of the processes
  double hot_files = 0;        // bytes of file pages that are touched again and again
  double cold_files = 0;       // bytes of file pages that nobody misses
  double background_cpus = 0;  // processes beside the engine
};

// One pod's cgroup and the threads in it. Counters only ever grow.
class Host {
 public:
  Host(std::uint64_t seed, std::size_t index, const HostProfile& profile);

  // --- what faults turn
  // -------------------------------------------------------------------------------------------------
  void set_stress_workers(int workers) { stress_workers_ = workers; }  // each would use one CPU fully
  void set_memory_hog(double bytes) { hog_target_ = bytes; }           // held until set to 0
  void set_egress(const NetemDelay& delay);
  [[nodiscard]] const NetemDelay& egress() const { return egress_; }
  // Other pods of the node make each piece of work take so many times as long (1: no others).
  void set_contention(double stretch) { contention_ = stretch; }

  // --- what the simulation asks
  // ----------------------------------------------------------------------------------------- Wall time that
  // `cpu_seconds` of one thread take when started at `now`: stalls on major faults included, and the throttled part of
  // every CFS period.
  double run(double now, double cpu_seconds);
  // Work that is only booked, by other threads of the pod.
  void book(double cpu_seconds) { cpu_pending_ += cpu_seconds; }
  // Delay of one packet that leaves the pod, in seconds, netem only.
  double packet_delay();
  // One data segment that leaves; `reordered` when it would overtake or be overtaken. Keeps the estimate of the round
  // trip (RFC 6298) and counts spurious retransmissions.
  void segment(double round_trip, bool reordered);
  void transfer(double received_bytes, double sent_bytes);
  // A streamed token leaves: one segment out, half an acknowledgement in.
  void stream_segment(double bytes);

  // `pages` file pages that came from the disk, for which a thread waited `seconds`.
  void read_from_disk(double bytes, double pages, double seconds);

  // Ends a sampling interval of `seconds`; `engine_busy` is the time the engine's thread was busy (or spun) within it.
  void sample(double seconds, double engine_busy);

  // --- what exporters show
  // ----------------------------------------------------------------------------------------------
  struct Counters {
    double cpu_user = 0, cpu_system = 0;  // seconds
    double cfs_periods = 0, throttled_periods = 0, throttled_seconds = 0;
    double cpu_waiting = 0, memory_waiting = 0, memory_stalled = 0, io_waiting = 0;  // pressure, seconds
    double major_faults = 0, minor_faults = 0;
    double read_bytes = 0;
    double received_bytes = 0, sent_bytes = 0, received_packets = 0, sent_packets = 0, retransmits = 0;
    Counters& operator+=(const Counters& other);
  };
  [[nodiscard]] const Counters& counters() const { return counters_; }
  [[nodiscard]] double cpu_usage() const { return cpu_usage_; }  // CPUs in use over the last interval
  [[nodiscard]] const HostProfile& profile() const { return profile_; }
  [[nodiscard]] double anon_bytes() const { return anon_; }
  [[nodiscard]] double cache_bytes() const { return hot_ + cold_; }
  [[nodiscard]] double working_set() const { return anon_ + hot_; }
  [[nodiscard]] double usage_bytes() const { return anon_ + hot_ + cold_; }
  [[nodiscard]] bool throttled() const { return stress_workers_ > 0; }

 private:
  [[nodiscard]] double runnable() const { return stress_workers_ + calibration::kEngineThreads; }
  void settle_memory(double seconds);

  Random random_;
  Random network_random_;
  HostProfile profile_;
  int stress_workers_ = 0;
  double contention_ = 1;
  NetemDelay egress_;
  double netem_last_ = 0.5;
  double smoothed_rtt_ = 0.001, rtt_deviation_ = 0.0005;

  double hog_target_ = 0, hog_ = 0;
  double anon_, hot_, cold_;
  double miss_ = 0;  // share of the hot file pages that are not in memory

  double cpu_pending_ = 0;
  double cpu_usage_ = 0;
  Counters counters_;
};

}  // namespace llmsim
