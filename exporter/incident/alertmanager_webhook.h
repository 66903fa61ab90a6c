// What Alertmanager sends to its webhook receivers.
// Format: https://prometheus.io/docs/alerting/latest/configuration/#webhook_config (version "4").
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "common/labels.h"
#include "common/result.h"

namespace exporter {

struct Alert {
  std::string name;            // the label `alertname`, never empty
  bool firing = false;         // otherwise resolved
  rca::Labels labels;          // sorted
  rca::Labels annotations;     // sorted
  std::int64_t starts_ms = 0;  // 0: not said
  std::int64_t ends_ms = 0;    // 0: not said (Alertmanager writes the year 1 for that)
  std::string fingerprint;     // of the label set; made from the labels when the sender gives none
  std::string generator_url;
};

// Bounds on one message.
inline constexpr std::size_t kMaxAlerts = 1000;
inline constexpr std::size_t kMaxAlertLabels = 64;           // labels, and annotations, of one alert
inline constexpr std::size_t kMaxAlertTextBytes = 16 << 10;  // of one name or value

// The alerts of one webhook message. Errors: malformed (no JSON, wrong type, missing field; names the field, e.g.
// "alerts[2].labels.alertname"), limit (a bound above). A message is taken whole or not at all.
rca::Result<std::vector<Alert>> parse_alertmanager_webhook(std::string_view body);

}  // namespace exporter
