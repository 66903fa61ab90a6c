// Frame payloads of a streamed answer (prompb.ChunkedReadResponse) to samples.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <string_view>

#include "common/result.h"
#include "remote_read/query.h"
#include "remote_read/read_usage.h"
#include "remote_read/sink.h"

namespace remote_read {

// Decodes the frames of one request, in the order in which they arrive. Each series is given to the sink once it is
// complete (when another one begins, or at finish()), in one call for each query: trimmed to the query's range,
// strictly increasing in time. Chunks of one series may overlap; of two samples with the same time the one from the
// chunk that came first is kept, as Prometheus' own merge does. Native histograms become the series
// that histogram_series.h describes. Memory: one frame's scratch and the samples of one series.
class ChunkedDecoder {
 public:
  // `queries` are those of the request; the sink sees `first_query` + their index. All references must outlive it.
  ChunkedDecoder(std::span<const Query> queries, std::size_t first_query, ReadUsage& usage, SeriesSink& sink);
  ~ChunkedDecoder();

  // Decodes one payload. Errors: malformed, limit, unsupported_encoding (all name the series where there is one), or
  // what the sink returned. The decoder must not be used any more after an error.
  rca::Result<void> decode(std::string_view payload);

  // Gives the last series. To be called after the last frame.
  rca::Result<void> finish();

  [[nodiscard]] DecodeStats stats() const;

 private:
  class Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace remote_read
