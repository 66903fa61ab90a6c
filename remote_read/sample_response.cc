#include "remote_read/sample_response.h"

#include <snappy.h>

#include "remote_read/histogram_message.h"
#include "remote_read/label_reader.h"
#include "remote_read/series_assembler.h"
#include "remote_read/wire_reader.h"

namespace remote_read {

using rca::ErrorKind;
using rca::Result;
using Type = WireReader::Type;

namespace {

rca::Error malformed(const std::string& what) {
  return {ErrorKind::malformed, what};
}

Result<void> read_sample(std::string_view message, const Query& query, SampleBuffer& out) {
  double value = 0;
  std::int64_t time = 0;
  WireReader fields(message);
  while (fields.next()) {
    if (fields.is(1, Type::fixed64)) value = fields.real();
    if (fields.is(2, Type::varint)) time = fields.signed_number();
  }
  if (fields.failed()) return malformed("a sample is not valid protobuf");
  if (time >= query.start_ms && time <= query.end_ms) out.push_back(time, value);
  return {};
}

Result<void> read_samples(std::string_view message, const Query& query, SeriesAssembler& series) {
  WireReader fields(message);
  while (fields.next()) {
    if (fields.is(2, Type::bytes)) {
      RCA_TRY(series.reserve(1));
      RCA_TRY(read_sample(fields.bytes(), query, series.floats));
    } else if (fields.is(4, Type::bytes)) {
      RCA_TRY(series.reserve(1));
      RCA_TRY(decode_histogram_message(fields.bytes(), query.start_ms, query.end_ms, series.buckets_left(),
                                       series.histograms));
    }
  }
  return {};
}

Result<void> read_result(std::string_view result, const Query& query, std::size_t query_number,
                         SeriesAssembler& series) {
  WireReader fields(result);
  while (fields.next()) {
    if (!fields.is(1, Type::bytes)) continue;
    RCA_TRY(read_labels(fields.bytes(), series.labels));
    if (auto read = read_samples(fields.bytes(), query, series); !read.ok()) return series.in_series(read.error());
    RCA_TRY(series.give(query_number));
  }
  if (fields.failed()) return malformed("the result of a query is not valid protobuf");
  return {};
}

}  // namespace

Result<std::string> snappy_decompress(std::string_view block, std::size_t max_bytes) {
  std::size_t size = 0;
  if (!snappy::GetUncompressedLength(block.data(), block.size(), &size)) {
    return malformed("the snappy block has no valid length");
  }
  if (size > max_bytes) {
    return rca::Error{ErrorKind::limit, "the snappy block says it holds " + std::to_string(size) +
                                            " bytes, more than the permitted " + std::to_string(max_bytes)};
  }
  // Three bytes copy 64 at most: a short block that claims more must not cost the memory.
  if (size / 22 > block.size()) return malformed("the snappy block says it holds more than it can");
  std::string plain;
  if (!snappy::Uncompress(block.data(), block.size(), &plain)) return malformed("the snappy block is damaged");
  return plain;
}

Result<DecodeStats> decode_sample_response(std::string_view response, std::span<const Query> queries,
                                           std::size_t first_query, ReadUsage& usage, SeriesSink& sink) {
  SeriesAssembler series(usage, sink);
  std::size_t results = 0;
  WireReader fields(response);
  while (fields.next()) {
    if (!fields.is(1, Type::bytes)) continue;
    if (results < queries.size()) {
      RCA_TRY(read_result(fields.bytes(), queries[results], first_query + results, series));
    }
    ++results;
  }
  if (fields.failed()) return malformed("the answer is not valid protobuf");
  if (results != queries.size()) {
    return malformed("the answer has " + std::to_string(results) + " results for " + std::to_string(queries.size()) +
                     " queries");
  }
  return series.stats();
}

}  // namespace remote_read
