// The series of incidents and of their root causes. For this folder only.
#pragma once

#include "exporter/metrics/family_table.h"

namespace exporter::metrics {

void fill_active(const Source& source, Series& series);
void fill_info(const Source& source, Series& series);
void fill_scores(const Source& source, Series& series);
void fill_ranks(const Source& source, Series& series);

}  // namespace exporter::metrics
