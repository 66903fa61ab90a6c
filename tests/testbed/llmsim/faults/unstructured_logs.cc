#include "tests/testbed/llmsim/faults/fault.h"
#include "tests/testbed/llmsim/hooks/logs.h"
#include "tests/testbed/llmsim/hooks/rollout.h"

namespace llmsim {
namespace {

// A logger falls back to its default format. Sidecars log as before.
class UnstructuredLogs : public Fault {
 public:
  void begin(Simulation& simulation, std::string_view target) override {
    if (Logs* logs = find_logs(simulation)) logs->set_structured(target, false);
  }
  void end(Simulation& simulation, std::string_view target) override {
    if (Logs* logs = find_logs(simulation)) logs->set_structured(target, true);
  }
};

const FaultRegistration kUnstructuredLogs{
    {.name = "unstructured_logs",
     .fault_class = "unstructured_logs",
     .description = "the pod logs plain text without numbers of traces",
     .make = [](const FaultParameters&) -> std::unique_ptr<Fault> { return std::make_unique<UnstructuredLogs>(); },
     .stack = Stack::full,
     .default_target = "chat-app",
     .targets = serving_containers}};

}  // namespace
}  // namespace llmsim
