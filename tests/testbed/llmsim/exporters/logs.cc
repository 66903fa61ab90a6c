// What Loki's ruler writes to Prometheus with the rules of alerts/loki/rca-logs.yml.
#include "tests/testbed/llmsim/hooks/logs.h"

#include "tests/testbed/llmsim/exporters/exporter.h"

namespace llmsim {
namespace {

using enum MetricType;

// Prometheus' lookback: what was written longer ago is not seen any more.
constexpr double kLookback = 300;

class LogExporter : public Exporter {
 public:
  explicit LogExporter(const Topology& topology) : topology_(topology) {}

  void render(const Simulation& simulation, Sink& sink) const override {
    const Logs* logs = find_logs(simulation);
    if (logs == nullptr || logs->recorded_ago() < 0 || logs->recorded_ago() > kLookback) return;
    const auto family = [&](std::string_view name, double LogRates::*which) {
      sink.family(name, gauge, "Recorded by Loki's ruler.");
      for (const auto& [key, stream] : logs->streams()) {
        // A stream without lines has no series.
        if (stream.recorded.lines <= 0) continue;
        sink.sample(
            name,
            label_text(
                {{"namespace", kNamespace}, {"pod", pod_entity(topology_, key.first)}, {"container", key.second}}),
            stream.recorded.*which);
      }
    };
    family("pod:log_lines:rate1m", &LogRates::lines);
    family("pod:log_lines_error:rate1m", &LogRates::errors);
    family("pod:log_lines_unstructured:rate1m", &LogRates::unstructured);
    family("pod:log_lines_without_trace_id:rate1m", &LogRates::without_trace_id);
  }

 private:
  Topology topology_;
};

const ExporterRegistration kLogExporter{
    {.job = "loki-ruler-series",
     .port_offset = 33,
     .make_targets =
         [](const Topology& topology) {
           std::vector<Target> targets;
           targets.push_back(make_target("/metrics", "10.244.0.33:9201", {}, std::make_unique<LogExporter>(topology)));
           targets.back().honor_labels = true;
           return targets;
         },
     .stack = Stack::full}};

}  // namespace
}  // namespace llmsim
