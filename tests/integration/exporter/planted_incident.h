// A small service's history with a planted culprit, as OpenMetrics text for promtool.
#pragma once

#include <cstdint>
#include <string>

namespace exporter_test {

struct PlantedIncident {
  std::int64_t start_s = 0;  // of the history
  std::int64_t end_s = 0;
  std::int64_t onset_s = 0;  // from then on …
  int culprit = 1;           // … the GPU of this of the four replicas is slow, and its requests with it
};

// Series of vLLM and DCGM of the pods replica-0 to replica-3, a sample every 5 s.
std::string openmetrics(const PlantedIncident& incident);

// A configuration for the source at `url`; an SLO `e2e` at 6 s.
std::string config_for(const std::string& url, const std::string& extra = "");

}  // namespace exporter_test
