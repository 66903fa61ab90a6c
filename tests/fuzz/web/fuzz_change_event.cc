// POST /api/v1/changes, and the report that shows such an event.
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "exporter/incident/change_event.h"
#include "exporter/incident/report.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view body(static_cast<const char*>(static_cast<const void*>(data)), size);
  constexpr std::int64_t kNow = 1795332600000;
  const auto events = exporter::parse_change_events(body, kNow);
  if (!events.ok()) {
    if (events.error().message.empty()) std::abort();
    return 0;
  }
  if (events->size() > exporter::kMaxChangeEvents) std::abort();
  for (const rca::ChangeEvent& event : *events) {
    if (event.kind.empty() || event.entity.empty()) std::abort();
  }
  exporter::Incident incident;
  incident.id = "fuzz";
  incident.onset_ms = incident.detected_ms = kNow;
  exporter::ReportOptions options;
  options.now_ms = kNow;
  options.changes_before_ms = kNow;
  if (exporter::report_markdown(incident, *events, options).empty()) std::abort();
  if (exporter::report_json(incident, *events, options).empty()) std::abort();
  return 0;
}
