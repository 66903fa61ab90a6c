// Recording and alerting rules for Prometheus from the SLOs of a configuration: what `rcatool generate rules` prints.
#pragma once

#include <string>
#include <vector>

#include "common/result.h"
#include "exporter/config/config.h"

namespace exporter {

struct RuleOptions {
  std::string docs_url = "https://rca-exporter.example/docs";  // without a slash at its end; runbooks are in /runbooks
};

// A rule file as YAML. Per SLO the share of bad events over the windows of kBurnWindows and over the budget window
// (slo:sli_error:ratio_rate5m …, names that Sloth's users know), what is left of the budget, and multiwindow,
// multi-burn-rate alerts (The Site Reliability Workbook, chapter 5), one critical and one warning. Rules of an SLO with
// selectors of its own need nothing but its counters; those of any other SLO stand on what the exporter measured
// (rca_slo_sli_ratio). Error invalid_argument: a selector that does not parse.
rca::Result<std::string> generate_rules(const std::vector<Slo>& slos, const RuleOptions& options = {});

}  // namespace exporter
