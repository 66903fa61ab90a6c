#include "tests/testbed/llmsim/faults/fault.h"
#include "tests/testbed/llmsim/faults/parts.h"
#include "tests/testbed/llmsim/simulation.h"
#include "tests/testbed/llmsim/stack/full_stack.h"

namespace llmsim {
namespace {

// netem on the egress of any pod that answers over the network: with the vector store, only searches are slow.
class NetworkLatency : public Fault {
 public:
  explicit NetworkLatency(const FaultParameters& p)
      : delay_{.mean = p.at("milliseconds") / 1000, .jitter = p.at("jitter") / 1000, .correlation = 0.25} {}

  void begin(Simulation& simulation, std::string_view target) override {
    if (Host* host = simulation.find_host(target)) host->set_egress(delay_);
  }
  void end(Simulation& simulation, std::string_view target) override {
    if (Host* host = simulation.find_host(target)) host->set_egress({});
  }

 private:
  NetemDelay delay_;
};

const FaultRegistration kNetworkLatency{
    {.name = "network_latency",
     .fault_class = "network_latency",
     .description = "1000 ms ± 100 ms (correlation 0.25) on packets that leave the pod",
     .make = [](const FaultParameters& p) -> std::unique_ptr<Fault> { return std::make_unique<NetworkLatency>(p); },
     .stack = Stack::full,
     .parameters = {{"milliseconds", 1000}, {"jitter", 100}},
     .default_target = "vector-store",
     .targets = serving_pods}};

}  // namespace
}  // namespace llmsim
