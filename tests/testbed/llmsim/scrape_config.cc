#include "tests/testbed/llmsim/scrape_config.h"

namespace llmsim {

std::string scrape_config(const std::vector<Target>& targets, int base_port, const std::string& interval) {
  std::string out = "scrape_configs:\n";
  std::string job;
  for (const Target& target : targets) {
    if (target.job != job) {
      job = target.job;
      out += "  - job_name: " + job + "\n    scrape_interval: " + interval + "\n    scrape_timeout: " + interval + "\n";
      if (target.honor_labels) out += "    honor_labels: true\n";
      out += "    static_configs:\n";
    }
    out += "      - targets: [\"127.0.0.1:" + std::to_string(base_port + target.port_offset) + "\"]\n        labels:\n";
    out += "          __metrics_path__: " + target.path + "\n";
    for (const rca::Label& label : target.labels) {
      if (label.name != "job") out += "          " + label.name + ": \"" + label.value + "\"\n";
    }
  }
  return out;
}

}  // namespace llmsim
