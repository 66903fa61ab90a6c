#include "tests/testbed/llmsim/stack/neighbours.h"

#include <algorithm>
#include <cmath>

namespace llmsim {
namespace {
constexpr double kUsualCpus = 0.35;   // assumed: of a batch job that has little to do
constexpr double kBatchPeriod = 300;  // assumed: seconds, from one small batch to the next
constexpr double kBatchLength = 40;   // assumed: seconds
constexpr double kBatchCpus = 1.1;    // assumed: of a small batch
constexpr double kServingCpus = 1.5;  // assumed: of the pods that serve, on a node
// assumed: each runnable thread beyond the node's CPUs stretches the work of the others by so much: waiting for a slice
// after every wake-up, and caches and memory bandwidth shared with strangers
constexpr double kStretch = 0.9;
constexpr double kLongestStretch = 5;
}  // namespace

Neighbours::Neighbours(std::uint64_t seed, const Topology& topology) : topology_(topology) {
  for (std::size_t pod = 0; pod < topology.pods.size(); ++pod) {
    if (!topology.pods[pod].container.starts_with("batch-")) continue;
    Random random(seed, "batch", pod);
    jobs_.push_back({.pod = pod, .node = topology.pods[pod].node, .phase = kBatchPeriod * random.uniform()});
  }
}

bool Neighbours::set_load(std::string_view container, const Load& load) {
  const auto at = std::find_if(jobs_.begin(), jobs_.end(),
                               [&](const Job& job) { return topology_.pods[job.pod].container == container; });
  if (at == jobs_.end()) return false;
  at->load = load;
  return true;
}

void Neighbours::sample(double seconds, const std::vector<Host*>& hosts, std::deque<Disk>& disks) {
  now_ += seconds;
  for (const Job& job : jobs_) {
    const double cpus = topology_.nodes[job.node].cpus;
    const bool batch = std::fmod(now_ + job.phase, kBatchPeriod) < kBatchLength;
    const double usual = batch ? kBatchCpus : kUsualCpus;
    const double used = std::min(cpus - kServingCpus, usual + job.load.threads);
    Host& host = *hosts[job.pod];
    host.book(std::max(0.0, used) * seconds);
    const double overload = (usual + job.load.threads + kServingCpus) / cpus - 1;
    const double stretch = std::clamp(1 + kStretch * overload, 1.0, kLongestStretch);
    for (std::size_t pod = 0; pod < topology_.pods.size(); ++pod) {
      if (pod != job.pod && topology_.pods[pod].node == job.node) hosts[pod]->set_contention(stretch);
    }
    Disk& disk = disks[job.node];
    disk.set_stolen(job.load.disk_share, seconds);
    host.read_from_disk(job.load.disk_share * disk.limits().bytes_per_second * seconds, 0, 0);
  }
}

}  // namespace llmsim
