// The labels of a series, as prompb.TimeSeries and prompb.ChunkedSeries hold them (field 1).
#pragma once

#include <string_view>

#include "common/labels.h"
#include "common/result.h"

namespace remote_read {

// Reads the labels of the message `series` into `labels`, reusing its memory: sorted by name, without those that have
// an empty value. Error: malformed (protobuf, a label without a name, a name twice, text that is not UTF-8).
rca::Result<void> read_labels(std::string_view series, rca::Labels& labels);

// Whether `text` is well-formed UTF-8 (Unicode 15, table 3-7).
bool is_utf8(std::string_view text);

}  // namespace remote_read
