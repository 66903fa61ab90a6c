#include "tests/testbed/llmsim/faults/fault.h"
#include "tests/testbed/llmsim/hooks/rollout.h"
#include "tests/testbed/llmsim/hooks/traces.h"

namespace llmsim {
namespace {

// What the pod forwards to others is untouched: only its own part of every trace is missing.
class MissingTraces : public Fault {
 public:
  void begin(Simulation& simulation, std::string_view target) override {
    if (Traces* traces = find_traces(simulation)) traces->set_exporting(target, false);
  }
  void end(Simulation& simulation, std::string_view target) override {
    if (Traces* traces = find_traces(simulation)) traces->set_exporting(target, true);
  }
};

const FaultRegistration kMissingTraces{
    {.name = "missing_traces",
     .fault_class = "missing_traces",
     .description = "spans of the pod do not arrive: its exporter sends them to a wrong address",
     .make = [](const FaultParameters&) -> std::unique_ptr<Fault> { return std::make_unique<MissingTraces>(); },
     .stack = Stack::full,
     .default_target = "chat-app",
     .targets = serving_containers}};

}  // namespace
}  // namespace llmsim
