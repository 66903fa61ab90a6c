#include <algorithm>
#include <memory>

#include "tests/testbed/llmsim/faults/fault.h"
#include "tests/testbed/llmsim/simulation.h"

namespace llmsim {
namespace {

// A process of the pod that grows for hours: first the page cache goes, then pages that are needed are read again and
// again. What is left to the kernel is too little to serve, long before the limit is reached.
class MemoryLeak : public Fault {
 public:
  explicit MemoryLeak(const FaultParameters& p) : bytes_per_second_(p.at("megabytes_per_minute") * 1e6 / 60) {}

  void begin(Simulation& simulation, std::string_view target) override {
    if (Host* host = simulation.find_host(target)) grow(simulation, host, open_, bytes_per_second_, 0);
  }
  void end(Simulation& simulation, std::string_view target) override {
    *open_ = false;
    if (Host* host = simulation.find_host(target)) host->set_memory_hog(0);
  }

 private:
  static void grow(Simulation& simulation, Host* host, const std::shared_ptr<bool>& open, double rate, double held) {
    constexpr double kStep = 10;
    if (!*open) return;
    // The kernel reclaims and the allocator fails before the pod is killed: it stops short of the limit.
    const double most = 0.985 * host->profile().memory_limit - host->profile().anon;
    const double now = std::min(most, held + rate * kStep);
    host->set_memory_hog(now);
    simulation.at(simulation.now() + kStep,
                  [&simulation, host, open, rate, now] { grow(simulation, host, open, rate, now); });
  }

  double bytes_per_second_;
  std::shared_ptr<bool> open_ = std::make_shared<bool>(true);
};

const FaultRegistration kMemoryLeak{
    {.name = "memory_leak",
     .fault_class = "memory_exhaustion",
     .description = "A process in the pod grows by 60 MB a minute, over hours, until 98.5 % of its limit",
     .make = [](const FaultParameters& p) -> std::unique_ptr<Fault> { return std::make_unique<MemoryLeak>(p); },
     .stack = Stack::full,
     .parameters = {{"megabytes_per_minute", 60}},
     .typical_seconds = 4 * 3600}};

}  // namespace
}  // namespace llmsim
