// The scrape_configs of prometheus.yml that fit the ports and labels of `llmsim serve`.
#pragma once

#include <string>
#include <vector>

#include "tests/testbed/llmsim/exporters/exporter.h"

namespace llmsim {

// YAML: the key scrape_configs with one job an exporter. `interval` as Prometheus writes it, for example 5s.
std::string scrape_config(const std::vector<Target>& targets, int base_port, const std::string& interval);

}  // namespace llmsim
