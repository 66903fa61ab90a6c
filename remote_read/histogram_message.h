// Native histograms in answers of type SAMPLES (prompb.Histogram).
#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>

#include "common/result.h"
#include "remote_read/histogram.h"

namespace remote_read {

// Appends the histogram if its time is in [first, last] (ms). Errors: malformed; unsupported_encoding (schema); limit,
// when it holds more than `max_buckets` bucket counts.
rca::Result<void> decode_histogram_message(std::string_view message, std::int64_t first, std::int64_t last,
                                           std::size_t max_buckets, HistogramSamples& out);

}  // namespace remote_read
