// One past window, analysed on the spot: what `rcatool analyze` does.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "common/result.h"
#include "exporter/config/config.h"
#include "exporter/incident/incident.h"
#include "exporter/pipeline/incident_ranker.h"
#include "exporter/pipeline/sources.h"

namespace exporter {

// Shown what the methods see, before they run.
using ViewInspector = std::function<void(const rca::IncidentView& view)>;

struct AnalysisRequest {
  std::int64_t start_ms = 0;
  std::int64_t end_ms = 0;
  std::optional<std::int64_t> onset_ms;  // nothing: found on the SLIs
  std::vector<std::string> methods;      // empty: the configuration's
  ViewInspector inspect = {};            // for tests and evaluations
};

struct Analysis {
  // With its rankings and its diagnosis; nothing: no objective was broken in the window.
  std::optional<Incident> incident;
  std::vector<Incident> others;           // further incidents in the window, not ranked
  std::vector<rca::ChangeEvent> changes;  // seen in the series of the window
  std::vector<MethodFailure> failures;
  std::size_t signals = 0;
  std::size_t series = 0;
  std::int64_t rows = 0;
};

// At most so many rows of the grid in one window.
inline constexpr std::int64_t kMaxAnalysisRows = 200'000;

// Reads the window whole and ranks the incident in it with the earliest onset before which there is history. Its normal
// window reaches back to the window's start at most, its anomalous window to its resolution or the window's end. With
// an onset given the incident is that of the SLO which is broken first after it, or none's. Errors: invalid_argument
// (the window, the onset, an unknown method), missing_input (no history on one side of the onset), those of the
// sources.
rca::Result<Analysis> analyze_window(const Config& config, const AnalysisRequest& request);
rca::Result<Analysis> analyze_window(const Config& config, const AnalysisRequest& request,
                                     std::shared_ptr<const Resolver> resolver, Sources& sources);

// What does not arrive although it should, in the configured window that ends at `now_ms`. Errors: those of the
// sources.
struct TelemetryAudit {
  std::vector<rca::ObservabilityGap> gaps;
  std::size_t entities = 0;
  std::size_t signals = 0;
};
rca::Result<TelemetryAudit> audit_telemetry(const Config& config, std::int64_t now_ms);
rca::Result<TelemetryAudit> audit_telemetry(const Config& config, std::int64_t now_ms,
                                            std::shared_ptr<const Resolver> resolver, Sources& sources);

}  // namespace exporter
