// What the indicators mean: names, units, and which direction is worse.
#pragma once

#include <string>
#include <string_view>

#include "exporter/incident/incident.h"

namespace exporter {

// The name under which the configuration, the API and the reports know the indicator, e.g. "time_to_first_token".
std::string_view sli_name(SliKind kind);

// Base unit of the indicator: "seconds", "ratio" or "tokens_per_second".
std::string_view sli_unit(SliKind kind);

// Whether small values are the bad ones (availability, throughput, quality).
bool higher_is_better(SliKind kind);

// Whether the indicator is a quantile of a latency, so that Slo::quantile means something.
bool is_latency(SliKind kind);

// The indicator of the incident's SLO for a sentence: "p90 time to first token", "share of failed requests"; empty for
// an alert's incident.
std::string indicator_words(const Incident& incident);

// The worse of two values of the indicator; a NaN loses against a number.
double worse(SliKind kind, double a, double b);

}  // namespace exporter
