// Alertmanager's webhook, and what the tracker makes of it.
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "exporter/incident/tracker.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view body(static_cast<const char*>(static_cast<const void*>(data)), size);
  const auto alerts = exporter::parse_alertmanager_webhook(body);
  if (!alerts.ok()) {
    if (alerts.error().message.empty()) std::abort();
    return 0;
  }
  if (alerts->size() > exporter::kMaxAlerts) std::abort();
  exporter::IncidentTracker tracker({}, {});
  tracker.on_alerts(*alerts, 1795332600000);
  for (const exporter::Incident* incident : tracker.open_incidents()) {
    // Ids go into URLs and labels; the onset is never after the detection.
    if (incident->id.empty() || incident->id.size() > 200 || incident->onset_ms > incident->detected_ms) std::abort();
  }
  return 0;
}
