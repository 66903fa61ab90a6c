// Batch jobs that share a node with the pods that serve, and what they take from them: CPU time and the volume.
#pragma once

#include <cstddef>
#include <deque>
#include <string_view>
#include <vector>

#include "tests/testbed/llmsim/host.h"
#include "tests/testbed/llmsim/random.h"
#include "tests/testbed/llmsim/stack/disk.h"
#include "tests/testbed/llmsim/topology.h"

namespace llmsim {

class Neighbours {
 public:
  // One batch job a pod of `topology` whose container is called batch-…
  Neighbours(std::uint64_t seed, const Topology& topology);

  // What a job does beside its usual trickle.
  struct Load {
    double threads = 0;     // that would each use a CPU fully
    double disk_share = 0;  // 0..1: of the volume
  };
  // False: no batch job of this name.
  bool set_load(std::string_view container, const Load& load);

  // Ends a sampling interval: books what the jobs used and what those beside them wait for. `hosts` are the pods'.
  void sample(double seconds, const std::vector<Host*>& hosts, std::deque<Disk>& disks);

 private:
  struct Job {
    std::size_t pod = 0;
    std::size_t node = 0;
    Load load = {};
    double phase = 0;  // of its usual small batches, seconds
  };
  const Topology& topology_;
  std::vector<Job> jobs_;
  double now_ = 0;
};

}  // namespace llmsim
