// An answer of type SAMPLES (prompb.ReadResponse) to samples.
#pragma once

#include <cstddef>
#include <span>
#include <string>
#include <string_view>

#include "common/result.h"
#include "remote_read/query.h"
#include "remote_read/read_usage.h"
#include "remote_read/sink.h"

namespace remote_read {

// The content of a snappy block (not the framed format). Its declared length is checked against `max_bytes` before
// memory is taken. Errors: limit, malformed.
rca::Result<std::string> snappy_decompress(std::string_view block, std::size_t max_bytes);

// Decodes a whole answer to the request for `queries`; the sink sees `first_query` + their index. Samples are
// trimmed to each query's range and given in strictly increasing order, one call a series; labels and samples that
// the server did not sort are sorted. Native histograms become the series that histogram_series.h describes.
// `response` is the plain protobuf. Errors: malformed, limit, unsupported_encoding, or what the sink returned.
rca::Result<DecodeStats> decode_sample_response(std::string_view response, std::span<const Query> queries,
                                                std::size_t first_query, ReadUsage& usage, SeriesSink& sink);

}  // namespace remote_read
