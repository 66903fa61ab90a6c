// What a report says, before it is Markdown, JSON or lines of a terminal. For this folder only.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "exporter/incident/document.h"
#include "exporter/incident/report.h"

namespace exporter::report {

struct TimelineEntry {
  std::int64_t time_ms = 0;
  std::string kind;  // "change", "onset", "first_symptom", "detection", "peak", "mitigation", "resolution"
  std::string text;
};

// What all sections are made from.
struct Source {
  const Incident& incident;
  std::span<const rca::ChangeEvent> changes;
  const ReportOptions& options;

  [[nodiscard]] const rca::Diagnosis* diagnosis() const { return incident.diagnosis.get(); }
};

// Changes around the incident, oldest first, with what the diagnosis thinks of each. Those that it has seen come from
// it; those that became known later have a likelihood of NaN.
std::vector<rca::ChangeAnalysis> changes_around(const Source& source);

std::vector<TimelineEntry> timeline(const Source& source);

// Milliseconds from the onset to the detection, and to the mitigation; -1: not yet.
std::int64_t time_to_detect_ms(const Incident& incident);
std::int64_t time_to_repair_ms(const Incident& incident);

// "14:00:05"; the whole time where the date is not that of `day_ms`.
std::string clock(std::int64_t ms, std::int64_t day_ms);

// "Compute saturation"; the name itself where the table has no such row.
std::string class_title(const std::string& fault_class);

// The sections, one function each. Sections with nothing to say have no blocks.
Section problem_section(const Source& source);
Section cause_section(const Source& source);
Section timeline_section(const Source& source);
Section whys_section(const Source& source);
Section findings_section(const Source& source);
Section fishbone_section(const Source& source);
Section changes_section(const Source& source);
Section scope_section(const Source& source);
Section actions_section(const Source& source);
Section budget_section(const Source& source);
Section recurrence_section(const Source& source);
Section telemetry_section(const Source& source);
Section rankings_section(const Source& source);  // the methods side by side
Section ranking_details(const Source& source);   // every candidate with its evidence

}  // namespace exporter::report
