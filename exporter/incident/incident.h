// Incidents: opened when an objective is broken, resolved with hysteresis, kept in SQLite.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "common/result.h"
#include "exporter/config/config.h"
#include "rca_core/methods/method.h"

namespace exporter {

enum class IncidentSource { slo, alertmanager };

struct Incident {
  std::string id;   // "<slo>-<detected, UTC as 20261122T073000Z>", unique
  std::string slo;  // the SLO's name; for alertmanager the alert's name
  IncidentSource source = IncidentSource::slo;
  std::int64_t onset_ms = 0;     // estimated by change-point detection on the SLI
  std::int64_t detected_ms = 0;  // when the objective was seen broken
  std::int64_t resolved_ms = 0;  // 0: open
  double sli_value = 0;          // worst value seen, in the SLI's unit
  double threshold = 0;
  std::vector<rca::Ranking>
      rankings;               // per method, in the order of the configuration; the last evaluation of the open incident
  std::string answer_method;  // whose ranking names the root cause; empty: none yet
  // What was measured, kept with the incident so that its report reads the same after the configuration changed.
  std::string sli;      // `sli_name` of the SLO's indicator, e.g. "time_to_first_token"; empty for an alert's incident
  std::string unit;     // of sli_value and threshold, e.g. "seconds"; empty: not known
  double quantile = 0;  // of the latencies; 0: the indicator is no quantile
  std::string scope;    // the entity that was measured; empty: the whole service
  std::string summary;  // of an alert: its annotation `summary` (or `description`)
  // The alert that opened it and the fingerprints of the alerts of that name that hold it open; empty for an SLO's.
  std::string alert;
  std::vector<std::string> alert_fingerprints;

  [[nodiscard]] bool open() const { return resolved_ms == 0; }
  // The entity ranked first by the answer method; nullptr: none.
  [[nodiscard]] const rca::Candidate* answer() const;
};

// Values of one SLI on the grid: NaN = missing.
struct SliSeries {
  const Slo* slo = nullptr;
  rca::TimeGrid grid;
  std::vector<double> values;
};

// Whether `value` breaks the objective / keeps it with the resolve margin. NaN does neither. The margin of an
// availability is taken from its distance to 1 (0.99 with ratio 0.9 is kept from 0.991 on), since 0.99 / 0.9 could
// never be reached.
bool breaks(const Slo& slo, double value);
bool keeps_with_margin(const Slo& slo, const IncidentOptions& options, double value);

}  // namespace exporter
