// From what is seen of an incident to the rankings of the methods and to the diagnosis.
#pragma once

#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "common/result.h"
#include "exporter/config/config.h"
#include "exporter/incident/incident.h"
#include "exporter/pipeline/incident_input.h"
#include "rca_core/diagnosis/diagnosis.h"
#include "rca_core/methods/method.h"

namespace exporter {

struct MethodFailure {
  std::string method;
  rca::Error error;
};

struct RankingSet {
  std::vector<rca::Ranking> rankings;               // of the methods that could be run, in the order of `methods`
  std::string answer_method;                        // the first whose ranking is not empty; empty: none
  std::vector<MethodFailure> failures;              // of the others; of the diagnosis under the name kDiagnosis
  std::shared_ptr<const rca::Diagnosis> diagnosis;  // null: it failed
  Impact impact;
  std::string peer_group;  // of the entity that the diagnosis names; empty: none
};
inline constexpr std::string_view kDiagnosis = "diagnosis";

// Runs the diagnosis and the methods side by side on one frame. Unknown methods are failures like others. `gaps`: what
// the audit of the telemetry found.
RankingSet rank_incident(const IncidentInput& input, const Config& config, std::span<const std::string> methods,
                         std::span<const rca::ObservabilityGap> gaps = {});

}  // namespace exporter
