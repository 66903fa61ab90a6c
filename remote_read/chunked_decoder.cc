#include "remote_read/chunked_decoder.h"

#include <limits>
#include <optional>
#include <string>
#include <utility>

#include "remote_read/histogram_chunk.h"
#include "remote_read/label_reader.h"
#include "remote_read/series_assembler.h"
#include "remote_read/wire_reader.h"
#include "remote_read/xor_chunk.h"

namespace remote_read {

using rca::ErrorKind;
using rca::Result;
using Type = WireReader::Type;

namespace {

// prompb.Chunk.Encoding; 4 (XOR2), 5 and 6 (histograms with start times) exist in Prometheus but are not known here.
constexpr std::uint64_t kXor = 1;
constexpr std::uint64_t kHistogram = 2;
constexpr std::uint64_t kFloatHistogram = 3;

rca::Error malformed(const std::string& what) {
  return {ErrorKind::malformed, what};
}

}  // namespace

class ChunkedDecoder::Impl {
 public:
  Impl(std::span<const Query> queries, std::size_t first_query, ReadUsage& usage, SeriesSink& sink)
      : queries_(queries), first_query_(first_query), series_(usage, sink) {}

  Result<void> decode(std::string_view payload) {
    // The query's index stands behind the series in the frame, so it is looked for first.
    std::uint64_t index = 0;
    WireReader frame(payload);
    while (frame.next()) {
      if (frame.is(2, Type::varint)) index = frame.number();
    }
    if (frame.failed()) return malformed("a frame is not valid protobuf");
    if (index >= queries_.size()) {
      return malformed("a frame answers query " + std::to_string(index) + " of a request with " +
                       std::to_string(queries_.size()));
    }
    WireReader again(payload);
    while (again.next()) {
      if (again.is(1, Type::bytes)) RCA_TRY(decode_series(index, again.bytes()));
    }
    return {};
  }

  Result<void> finish() {
    if (!query_) return {};
    const std::size_t query = *std::exchange(query_, std::nullopt);
    auto given = series_.give(first_query_ + query);
    return given;
  }

  [[nodiscard]] DecodeStats stats() const { return series_.stats(); }

 private:
  Result<void> decode_series(std::size_t query, std::string_view message) {
    RCA_TRY(read_labels(message, labels_));
    if (query_ != query || labels_ != series_.labels) {
      RCA_TRY(finish());
      query_ = query;
      std::swap(series_.labels, labels_);
    }
    WireReader fields(message);
    while (fields.next()) {
      if (!fields.is(2, Type::bytes)) continue;
      if (auto decoded = decode_chunk(fields.bytes()); !decoded.ok()) return series_.in_series(decoded.error());
    }
    return {};
  }

  Result<void> decode_chunk(std::string_view message) {
    std::uint64_t encoding = 0;
    std::string_view data;
    WireReader fields(message);
    while (fields.next()) {
      if (fields.is(3, Type::varint)) encoding = fields.number();
      if (fields.is(4, Type::bytes)) data = fields.bytes();
    }
    if (fields.failed()) return malformed("a chunk is not valid protobuf");
    switch (encoding) {
      case kXor: return decode_xor(data);
      case kHistogram: return decode_histogram(HistogramEncoding::integer, data);
      case kFloatHistogram: return decode_histogram(HistogramEncoding::floating, data);
      default: break;
    }
    return rca::Error{ErrorKind::unsupported_encoding, "unknown chunk encoding " + std::to_string(encoding)};
  }

  Result<void> decode_xor(std::string_view data) {
    RCA_ASSIGN(const std::size_t count, xor_chunk_size(data));
    RCA_TRY(series_.reserve(count));
    const std::size_t before = series_.floats.size();
    RCA_TRY(decode_xor_chunk(data, series_.floats));
    const Query& query = queries_[*query_];
    series_.floats.trim(before, query.start_ms, query.end_ms);
    return {};
  }

  Result<void> decode_histogram(HistogramEncoding encoding, std::string_view data) {
    const Query& query = queries_[*query_];
    RCA_TRY(decode_histogram_chunk(encoding, data, query.start_ms, query.end_ms, series_.buckets_left(),
                                   series_.histograms));
    return series_.reserve(0);
  }

  std::span<const Query> queries_;
  std::size_t first_query_;
  SeriesAssembler series_;
  rca::Labels labels_;                // of the series being read, before it is known whether it continues the last
  std::optional<std::size_t> query_;  // of the series in `series_`, if there is one
};

ChunkedDecoder::ChunkedDecoder(std::span<const Query> queries, std::size_t first_query, ReadUsage& usage,
                               SeriesSink& sink)
    : impl_(std::make_unique<Impl>(queries, first_query, usage, sink)) {}
ChunkedDecoder::~ChunkedDecoder() = default;

Result<void> ChunkedDecoder::decode(std::string_view payload) {
  return impl_->decode(payload);
}
Result<void> ChunkedDecoder::finish() {
  return impl_->finish();
}
DecodeStats ChunkedDecoder::stats() const {
  return impl_->stats();
}

}  // namespace remote_read
