// What the names of data.csv's columns say: "<entity>_<role>".
#pragma once

#include <Eigen/Core>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "common/result.h"
#include "rca_core/frame/frame.h"
#include "rca_core/frame/signal.h"
#include "rca_core/methods/method.h"

namespace exporter::dataset {

// Not a signal of an entity: an index without a name, the median of a latency (its 90th percentile is there too), names
// and addresses of pods and nodes, numbers of the node (they are alike for all that runs on it), what could not be
// attributed.
bool is_dropped_column(std::string_view name);

// Part before the first underscore, and the rest. Without an underscore: the name, and "value".
std::pair<std::string, std::string> split_column(std::string_view name);

// One signal per column, in order. "<entity>_latency-90" is called "<entity>_latency" where that is free. Units only
// where the name states one (…-seconds, …-bytes, …-ratio): elsewhere the unit differs between datasets. Entities whose
// names differ in a number at the end only are peers when there are at least three. Errors: malformed (two columns are
// one signal), in a sentence without the file.
rca::Result<std::vector<rca::Signal>> signals_of_columns(const std::vector<std::string>& names);

// The name of a column after the renaming of signals_of_columns, given all names.
std::string renamed_column(std::string_view name, const std::vector<std::string>& names);

// The signal of `entity` that its users feel: latency before errors before success; -1 when it has none.
Eigen::Index felt_signal(const rca::Frame& frame, std::string_view entity);

// What an SLI of that role is about; unknown where its words do not tell.
rca::SliNature sli_nature_of(std::string_view role);

}  // namespace exporter::dataset
