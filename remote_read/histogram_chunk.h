// Prometheus' chunks of native histograms: integer counts (encoding 2) and float counts (encoding 3).
//
// Layout: a big-endian u16 with the number of samples; a byte whose two highest bits say whether a counter reset began
// the chunk (not needed here: resets show in the counts); then, in bits, the zero threshold (0: none; 1..254:
// 2^(byte-244); 255: a double follows), the schema, the positive and the negative spans, and with schema -53 the custom
// bounds. Then the samples. Integer: time, count, zero count and each bucket as varbit deltas of deltas, a bucket being
// the difference to the one before it; the sum XOR-coded. Float: time as above, all else XOR-coded, buckets absolute.
// A stale sample has a stale sum and no buckets.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>

#include "common/result.h"
#include "remote_read/histogram.h"

namespace remote_read {

enum class HistogramEncoding { integer = 2, floating = 3 };

// Appends those samples of the chunk that lie in [first, last] (ms). Errors: malformed; unsupported_encoding (schema);
// limit, when the chunk holds more than `max_buckets` bucket counts. `out` may have some of the samples after an error.
rca::Result<void> decode_histogram_chunk(HistogramEncoding encoding, std::string_view chunk, std::int64_t first,
                                         std::int64_t last, std::size_t max_buckets, HistogramSamples& out);

}  // namespace remote_read
