// The blameless postmortem of one incident: problem statement, root cause, whys, timeline, findings, changes, scope,
// actions, fishbone, error budget, recurrence, missing telemetry, rankings. The same input gives the same text.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>

#include "exporter/incident/document.h"
#include "exporter/incident/incident.h"
#include "rca_core/methods/method.h"

namespace exporter {

struct ReportOptions {
  std::int64_t now_ms = 0;                     // for "open for …"
  std::size_t top_k = 10;                      // candidates listed per method, findings, gaps
  std::int64_t changes_before_ms = 3'600'000;  // changes from so long before the onset until the resolution are listed
};

// `changes`: all that are known; those that the diagnosis has judged may be among them.
Document report_document(const Incident& incident, std::span<const rca::ChangeEvent> changes,
                         const ReportOptions& options);

// For a terminal of `width` columns, without the rankings in detail.
std::string report_terminal(const Incident& incident, std::span<const rca::ChangeEvent> changes,
                            const ReportOptions& options, std::size_t width);

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

// The finding whose signal left its usual range first; nullptr: there is no diagnosis, or no finding knows when.
const rca::Finding* first_symptom(const Incident& incident);

// "p90 time to first token of falcon-h1-7b rose from 0.31 s to 2.9 s between 14:00:05 and 14:01:10 UTC on 2026-11-22;
// 33 % of requests, those served by ray-replicas-1; traffic unchanged. The objective is at most 1 s. It lasted 4 min 5
// s." What was not measured is left out.
std::string problem_statement(const Incident& incident, std::int64_t now_ms);

}  // namespace exporter
