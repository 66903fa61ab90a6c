// What Prometheus and Loki's ruler say of their own rules.
#include "tests/testbed/llmsim/exporters/exporter.h"
#include "tests/testbed/llmsim/hooks/logs.h"
#include "tests/testbed/llmsim/hooks/rule_groups.h"

namespace llmsim {
namespace {

using enum MetricType;

class RulesExporter : public Exporter {
 public:
  explicit RulesExporter(std::string_view evaluator) : evaluator_(evaluator) {}

  void render(const Simulation& simulation, Sink& sink) const override {
    const Rules* rules = find_rules(simulation);
    const Logs* logs = find_logs(simulation);
    if (rules == nullptr || logs == nullptr) return;
    std::vector<const RuleGroup*> groups;
    for (const RuleGroup& group : rules->groups()) groups.push_back(&group);
    groups.push_back(&logs->ruler());
    // Loki puts its own name in front.
    const std::string prefix = evaluator_ == kLokiRuler ? "loki_prometheus_" : "prometheus_";
    const auto family = [&](const std::string& name, MetricType type, std::string_view help, auto value) {
      sink.family(prefix + name, type, help);
      for (const RuleGroup* group : groups) {
        if (group->evaluator() != evaluator_) continue;
        sink.sample(prefix + name, label_text({{"rule_group", "/etc/rules/rules.yml;" + group->name()}}),
                    static_cast<double>(value(*group)));
      }
    };
    family("rule_group_iterations_total", counter,
           "The total number of scheduled rule group evaluations, whether executed or missed.",
           [](const RuleGroup& group) { return group.due(); });
    family("rule_group_iterations_missed_total", counter,
           "The total number of rule group evaluations missed due to slow rule group evaluation.",
           [](const RuleGroup& group) { return group.missed(); });
    family("rule_group_last_duration_seconds", gauge, "The duration of the last rule group evaluation.",
           [](const RuleGroup& group) { return group.last_seconds(); });
    family("rule_group_interval_seconds", gauge, "The interval of a rule group.",
           [](const RuleGroup& group) { return group.interval(); });
  }

 private:
  std::string evaluator_;
};

Target rules_target(std::string_view evaluator, std::string path, std::string_view instance) {
  rca::Labels labels;
  rca::set_label(labels, "namespace", "monitoring");
  rca::set_label(labels, "pod", evaluator);
  return make_target(std::move(path), instance, std::move(labels), std::make_unique<RulesExporter>(evaluator));
}

const ExporterRegistration kRulesExporter{
    {.job = "monitoring",
     .port_offset = 35,
     .make_targets =
         [](const Topology&) {
           std::vector<Target> targets;
           targets.push_back(rules_target(kPrometheus, "/metrics/prometheus", "10.244.0.35:9090"));
           targets.push_back(rules_target(kLokiRuler, "/metrics/loki", "10.244.0.36:3100"));
           return targets;
         },
     .stack = Stack::full}};

}  // namespace
}  // namespace llmsim
