#include "tests/testbed/llmsim/faults/fault.h"
#include "tests/testbed/llmsim/faults/parts.h"
#include "tests/testbed/llmsim/simulation.h"
#include "tests/testbed/llmsim/stack/full_stack.h"

namespace llmsim {
namespace {

// A tool's service in trouble: part of the calls fail at once, part are never answered, the rest is slow.
class ToolFailure : public Fault {
 public:
  explicit ToolFailure(const FaultParameters& p)
      : trouble_{.error_ratio = p.at("errors"), .slower = p.at("slower"), .hang_ratio = p.at("hangs")} {}

  void begin(Simulation& simulation, std::string_view target) override { set(simulation, target, trouble_); }
  void end(Simulation& simulation, std::string_view target) override { set(simulation, target, {}); }

 private:
  static void set(Simulation& simulation, std::string_view target, const ToolApi::Trouble& trouble) {
    simulation.full()->tools().set_trouble(index_of(simulation.topology().tools, target), trouble);
  }
  ToolApi::Trouble trouble_;
};

const FaultRegistration kToolFailure{
    {.name = "tool_failure",
     .fault_class = "tool_failure",
     .description = "Of a tool's calls half fail, a quarter are never answered, and the rest take three times as long",
     .make = [](const FaultParameters& p) -> std::unique_ptr<Fault> { return std::make_unique<ToolFailure>(p); },
     .stack = Stack::full,
     .parameters = {{"errors", 0.5}, {"hangs", 0.25}, {"slower", 3}},
     .default_target = "web_search",
     .targets = tool_names}};

}  // namespace
}  // namespace llmsim
