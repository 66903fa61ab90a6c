#include <algorithm>
#include <memory>

#include "tests/testbed/llmsim/faults/fault.h"
#include "tests/testbed/llmsim/faults/parts.h"
#include "tests/testbed/llmsim/simulation.h"
#include "tests/testbed/llmsim/stack/full_stack.h"

namespace llmsim {
namespace {

// Blocks of the KV cache that finished requests do not give back, as with a reference count that is off: the cache
// shrinks until requests wait for blocks and running ones are preempted.
class KvCacheLeak : public Fault {
 public:
  explicit KvCacheLeak(const FaultParameters& p) : rate_(p.at("blocks_per_second")), share_(p.at("share")) {}

  void begin(Simulation& simulation, std::string_view target) override {
    step(simulation, simulation.find_replica(target), open_);
  }
  void end(Simulation& simulation, std::string_view target) override {
    *open_ = false;
    if (Replica* replica = simulation.find_replica(target)) {
      replica->engine.return_leaked_blocks();
      simulation.wake(*replica);
    }
  }

 private:
  // The object may be gone when a planned turn comes: it only knows what it was given.
  void step(Simulation& simulation, Replica* replica, const std::shared_ptr<bool>& open) const {
    leak(simulation, replica, open, rate_, share_);
  }
  static void leak(Simulation& simulation, Replica* replica, const std::shared_ptr<bool>& open, double rate,
                   double share) {
    if (!*open || replica == nullptr) return;
    const int most = static_cast<int>(share * replica->engine.cache().capacity());
    const int room = most - replica->engine.leak_blocks(0);
    replica->engine.leak_blocks(std::clamp(static_cast<int>(rate), 0, std::max(0, room)));
    simulation.at(simulation.now() + 1,
                  [&simulation, replica, open, rate, share] { leak(simulation, replica, open, rate, share); });
  }

  double rate_, share_;
  std::shared_ptr<bool> open_ = std::make_shared<bool>(true);
};

const FaultRegistration kKvCacheLeak{
    {.name = "memory_exhaustion",
     .fault_class = "memory_exhaustion",
     .description = "500 blocks of the KV cache a second are not given back, until 99 % of it are lost",
     .make = [](const FaultParameters& p) -> std::unique_ptr<Fault> { return std::make_unique<KvCacheLeak>(p); },
     .stack = Stack::full,
     .parameters = {{"blocks_per_second", 500}, {"share", 0.99}}}};

}  // namespace
}  // namespace llmsim
