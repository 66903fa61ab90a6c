#include "exporter/incident/report.h"

#include "exporter/incident/report_content.h"

namespace exporter {

const rca::Finding* first_symptom(const Incident& incident) {
  if (!incident.diagnosis) return nullptr;
  const rca::Finding* first = nullptr;
  for (const rca::Finding& finding : incident.diagnosis->findings) {
    if (finding.evidence.since_ms <= 0) continue;
    if (first == nullptr || finding.evidence.since_ms < first->evidence.since_ms) first = &finding;
  }
  return first;
}

Document report_document(const Incident& incident, std::span<const rca::ChangeEvent> changes,
                         const ReportOptions& options) {
  const report::Source source{incident, changes, options};
  Document document;
  document.title = "Incident " + incident.id;
  for (const auto& make :
       {report::problem_section, report::cause_section, report::whys_section, report::timeline_section,
        report::findings_section, report::changes_section, report::scope_section, report::actions_section,
        report::fishbone_section, report::budget_section, report::recurrence_section, report::telemetry_section,
        report::rankings_section, report::ranking_details}) {
    if (Section section = make(source); !section.blocks.empty()) document.sections.push_back(std::move(section));
  }
  return document;
}

std::string report_markdown(const Incident& incident, std::span<const rca::ChangeEvent> changes,
                            const ReportOptions& options) {
  return to_markdown(report_document(incident, changes, options));
}

std::string report_terminal(const Incident& incident, std::span<const rca::ChangeEvent> changes,
                            const ReportOptions& options, std::size_t width) {
  return to_terminal(report_document(incident, changes, options), width);
}

}  // namespace exporter
