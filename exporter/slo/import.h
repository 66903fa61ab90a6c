// SLOs of other tools as `slos:` of our configuration: what `rcatool import` prints.
#pragma once

#include <string>
#include <vector>

#include "exporter/config/config.h"

namespace exporter {

struct ImportResult {
  std::string yaml;                     // `slos:` with what could be carried over; of the rest a comment says why not
  std::vector<Diagnostic> diagnostics;  // SLOs and keys that were not carried over, in file order; empty: all were
};

// Sloth's prometheus/v1 (github.com/slok/sloth, pkg/prometheus/api/v1), also as Kubernetes' PrometheusServiceLevel
// (sloth.slok.dev/v1); several documents in one text are taken one after the other.
ImportResult import_sloth(const std::string& text, const std::string& file_name);

// OpenSLO's openslo/v1 (github.com/OpenSLO/OpenSLO) with Prometheus as data source: the kinds SLO and SLI, of
// DataSource the type; the other kinds carry nothing that an SLO here has.
ImportResult import_openslo(const std::string& text, const std::string& file_name);

}  // namespace exporter
