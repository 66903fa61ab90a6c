#include "tests/integration/exporter/planted_incident.h"

#include <array>
#include <cmath>
#include <map>
#include <utility>

namespace exporter_test {
namespace {

constexpr int kReplicas = 4;
constexpr std::array<std::pair<const char*, double>, 4> kBounds{{{"2.5", 2.5}, {"5", 5}, {"10", 10}, {"+Inf", 1e9}}};

std::string labels(int replica) {
  return "pod=\"replica-" + std::to_string(replica) + "\"";
}

void line(std::string& out, const std::string& series, double value, std::int64_t second) {
  out += series + " " + std::to_string(value) + " " + std::to_string(second) + "\n";
}

}  // namespace

std::string openmetrics(const PlantedIncident& incident) {
  std::string latency = "# TYPE vllm:e2e_request_latency_seconds histogram\n";
  std::string clock = "# TYPE DCGM_FI_DEV_SM_CLOCK gauge\n";
  for (int replica = 0; replica < kReplicas; ++replica) {
    double count = 0;
    double sum = 0;
    std::map<std::string, double> buckets;
    for (std::int64_t t = incident.start_s; t < incident.end_s; t += 5) {
      const bool slow = replica == incident.culprit && t >= incident.onset_s;
      const double seconds = slow ? 9 : 4;
      count += 6;
      sum += 6 * seconds;
      const std::string common = "model_name=\"m\"," + labels(replica);
      for (const auto& [le, bound] : kBounds) {
        if (seconds <= bound) buckets[le] += 6;
        line(latency, "vllm:e2e_request_latency_seconds_bucket{" + common + ",le=\"" + le + "\"}", buckets[le], t);
      }
      line(latency, "vllm:e2e_request_latency_seconds_count{" + common + "}", count, t);
      line(latency, "vllm:e2e_request_latency_seconds_sum{" + common + "}", sum, t);
      const double wobble = 5 * std::sin(static_cast<double>(t % 1000 + replica));
      line(clock, "DCGM_FI_DEV_SM_CLOCK{exported_" + labels(replica) + ",gpu=\"0\",modelName=\"A100\"}",
           (slow ? 800 : 1400) + wobble, t);
    }
  }
  return latency + clock + "# EOF\n";
}

std::string config_for(const std::string& url, const std::string& extra) {
  return "sources:\n  - name: prom\n    url: " + url +
         "/api/v1/read\nevaluation: {interval: 1s}\n"
         "slos: [{name: e2e, sli: end_to_end_latency, threshold: 6}]\n"
         "catalog: {exporters: [vllm, dcgm]}\n" +
         extra;
}

}  // namespace exporter_test
