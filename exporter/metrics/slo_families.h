// The series of objectives and error budgets. For this folder only.
#pragma once

#include <vector>

#include "exporter/metrics/family_table.h"

namespace exporter::metrics {

// The rows of the table that speak of SLOs, in the order of exposition.
std::vector<Row> slo_rows();

}  // namespace exporter::metrics
