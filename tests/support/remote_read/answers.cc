#include "tests/support/remote_read/answers.h"

#include <snappy.h>

#include <algorithm>
#include <functional>
#include <stdexcept>

#include "remote_read/crc32c.h"
#include "tests/support/remote_read/bit_writer.h"

namespace remote_read::testing {

std::string write_frame(std::string_view payload) {
  BitWriter out;
  out.put_uvarint(payload.size());
  out.put(crc32c(payload), 32);
  return out.bytes() + std::string(payload);
}

wire::ChunkedSeries chunked_series(const rca::Labels& labels, const std::vector<TestChunk>& chunks) {
  wire::ChunkedSeries series;
  for (const rca::Label& label : labels) {
    wire::Label& out = *series.add_labels();
    out.set_name(label.name);
    out.set_value(label.value);
  }
  for (const TestChunk& chunk : chunks) {
    wire::Chunk& out = *series.add_chunks();
    out.set_type(chunk.encoding);
    out.set_data(chunk.data);
  }
  return series;
}

std::string chunked_payload(std::int64_t query_index, const rca::Labels& labels, const std::vector<TestChunk>& chunks) {
  wire::ChunkedReadResponse response;
  response.set_query_index(query_index);
  *response.add_chunked_series() = chunked_series(labels, chunks);
  return response.SerializeAsString();
}

wire::TimeSeries time_series(const rca::Labels& labels, rca::SampleView samples) {
  wire::TimeSeries series;
  for (const rca::Label& label : labels) {
    wire::Label& out = *series.add_labels();
    out.set_name(label.name);
    out.set_value(label.value);
  }
  for (std::size_t i = 0; i < samples.size(); ++i) {
    wire::Sample& out = *series.add_samples();
    out.set_timestamp(samples.times[i]);
    out.set_value(samples.values[i]);
  }
  return series;
}

std::string snappy_block(std::string_view plain) {
  std::string block;
  snappy::Compress(plain.data(), plain.size(), &block);
  return block;
}

void KeepingSink::begin(std::size_t first_query, std::size_t count) {
  std::erase_if(series, [=](const auto& entry) {
    return entry.first.first >= first_query && entry.first.first - first_query < count;
  });
}

rca::Result<void> KeepingSink::on_samples(std::size_t query, const rca::Labels& labels, rca::SampleView samples) {
  ++calls;
  rca::Samples& kept = series[{query, rca::to_string(labels)}];
  kept.append(samples);
  if (samples.empty()) throw std::logic_error("no samples");
  if (!std::is_sorted(labels.begin(), labels.end())) throw std::logic_error("labels are not sorted");
  if (std::adjacent_find(kept.times.begin(), kept.times.end(), std::greater_equal<>()) != kept.times.end()) {
    throw std::logic_error("times do not increase: " + rca::to_string(labels));
  }
  return answer;
}

}  // namespace remote_read::testing
