#include "tests/testbed/llmsim/faults/fault.h"
#include "tests/testbed/llmsim/hooks/logs.h"
#include "tests/testbed/llmsim/hooks/rollout.h"
#include "tests/testbed/llmsim/hooks/rule_groups.h"

namespace llmsim {
namespace {

// Rules became so expensive that an iteration takes minutes: those that fall due meanwhile are missed, and alerts come
// when the next one ends.
class LateAlerting : public Fault {
 public:
  explicit LateAlerting(double factor) : factor_(factor) {}

  void begin(Simulation& simulation, std::string_view target) override { set(simulation, target, factor_); }
  void end(Simulation& simulation, std::string_view target) override { set(simulation, target, 1); }

 private:
  static void set(Simulation& simulation, std::string_view target, double factor) {
    if (target == kLokiRuler) {
      if (Logs* logs = find_logs(simulation)) logs->ruler().set_cost(factor);
    } else if (Rules* rules = find_rules(simulation)) {
      rules->set_cost(factor);
    }
  }

  double factor_;
};

const FaultRegistration kLateAlerting{{.name = "late_alerting",
                                       .fault_class = "late_alerting",
                                       .description = "an iteration of the rules takes `factor` times as long",
                                       .make = [](const FaultParameters& parameters) -> std::unique_ptr<Fault> {
                                         return std::make_unique<LateAlerting>(parameters.at("factor"));
                                       },
                                       .stack = Stack::full,
                                       .parameters = {{"factor", 1500}},
                                       .default_target = std::string(kPrometheus),
                                       .targets = [](const Topology&) -> std::vector<std::string> {
                                         return {std::string(kPrometheus), std::string(kLokiRuler)};
                                       },
                                       .entity = same_name}};

}  // namespace
}  // namespace llmsim
