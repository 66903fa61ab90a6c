// What a person sees at /.
#pragma once

#include <string>

#include "exporter/metrics/families.h"
#include "exporter/pipeline/snapshot.h"

namespace exporter {

// A whole HTML document without external assets; everything from outside is escaped.
std::string landing_page(const Snapshot& snapshot, const BuildLabels& build);

}  // namespace exporter
