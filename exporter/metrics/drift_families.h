// The series of drift and of control charts. For this folder only.
#pragma once

#include "exporter/metrics/family_table.h"

namespace exporter::metrics {

// Rows of the table, in the order of exposition.
std::vector<Row> drift_rows();
std::vector<Row> spc_rows();
void add_drift_limits(const Source& source, Series& series);

}  // namespace exporter::metrics
