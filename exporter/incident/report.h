// What the on-call engineer reads about one incident: problem statement, timeline, ranking with evidence, changes.
#pragma once

#include <cstdint>
#include <span>
#include <string>

#include "exporter/incident/incident.h"
#include "rca_core/methods/method.h"

namespace exporter {

struct ReportOptions {
  std::int64_t now_ms = 0;                     // for "open for …"
  std::size_t top_k = 10;                      // candidates listed per method
  std::int64_t changes_before_ms = 3'600'000;  // changes from so long before the onset until the resolution are listed
};

// Markdown (CommonMark with tables). Text from outside is escaped: it cannot add markup.
std::string report_markdown(const Incident& incident, std::span<const rca::ChangeEvent> changes,
                            const ReportOptions& options);

// The same as one JSON object; times are RFC 3339, missing numbers null.
std::string report_json(const Incident& incident, std::span<const rca::ChangeEvent> changes,
                        const ReportOptions& options);

// One incident as GET /api/v1/incidents/ID gives it, and a list as GET /api/v1/incidents does ({"incidents": [...]},
// without the rankings' evidence).
std::string incident_json(const Incident& incident, std::size_t top_k);
std::string incidents_json(std::span<const Incident> incidents);

// One sentence: "95th percentile of time_to_first_token of the whole service was 4.2 seconds (objective: at most 1
// seconds) …".
std::string problem_statement(const Incident& incident, std::int64_t now_ms);

}  // namespace exporter
