#include "read_support.h"

#include <snappy.h>

#include <bit>
#include <stdexcept>
#include <utility>

#include "remote_read/crc32c.h"
#include "remote_read/remote.pb.h"

namespace remote_read_test {

using rca::Error;
using rca::ErrorKind;
using rca::Result;

void CollectingSink::begin(std::size_t first_query, std::size_t count) {
  ++begins_;
  for (std::size_t i = first_query; i < first_query + count; ++i) series_.erase(i);
}

Result<void> CollectingSink::on_samples(std::size_t query, const rca::Labels& labels, rca::SampleView samples) {
  rca::Samples& to = series_[query][labels];
  for (std::size_t i = 0; i < samples.size(); ++i) {
    if (!to.times.empty() && to.times.back() >= samples.times[i]) {
      return Error{ErrorKind::internal, "samples of " + rca::to_string(labels) + " are not in order"};
    }
    to.push_back(samples.times[i], samples.values[i]);
  }
  return {};
}

const SeriesMap& CollectingSink::series(std::size_t query) const {
  static const SeriesMap kNone;
  const auto it = series_.find(query);
  return it == series_.end() ? kNone : it->second;
}

remote_read::EndpointOptions endpoint(const std::string& url) {
  remote_read::EndpointOptions options;
  options.name = "test";
  options.url = url;
  options.timeout = std::chrono::milliseconds(60'000);
  options.retry.min_backoff = std::chrono::milliseconds(1);
  options.retry.max_backoff = std::chrono::milliseconds(20);
  return options;
}

remote_read::Query query(const std::string& selector, std::int64_t start_ms, std::int64_t end_ms) {
  auto matchers = remote_read::parse_selector(selector);
  if (!matchers.ok()) throw std::invalid_argument(matchers.error().message);
  remote_read::Query out;
  out.start_ms = start_ms;
  out.end_ms = end_ms;
  out.matchers = *std::move(matchers);
  return out;
}

const std::vector<std::string> kStreamedHeaders = {
    "Content-Type: application/x-streamed-protobuf; proto=prometheus.ChunkedReadResponse"};
const std::vector<std::string> kSamplesHeaders = {"Content-Type: application/x-protobuf", "Content-Encoding: snappy"};

namespace {

void append_uvarint(std::string& out, std::uint64_t value) {
  for (; value >= 0x80; value >>= 7U) out += static_cast<char>(value | 0x80U);
  out += static_cast<char>(value);
}

// An XOR chunk of a regular series of one value: after the first delta every bit is zero (no change of the delta, no
// change of the value).
std::string constant_chunk(const ConstantSeries& series) {
  std::string out;
  out += static_cast<char>(series.count >> 8);
  out += static_cast<char>(series.count);
  const auto start = static_cast<std::uint64_t>(series.start_ms);
  append_uvarint(out, start << 1U);  // zigzag of a positive number
  const auto bits = std::bit_cast<std::uint64_t>(series.value);
  for (unsigned shift = 64; shift > 0; shift -= 8) out += static_cast<char>(bits >> (shift - 8));
  if (series.count < 2) return out;
  append_uvarint(out, static_cast<std::uint64_t>(series.step_ms));
  out.append((static_cast<std::size_t>(series.count - 2) * 2 + 1 + 7) / 8, '\0');
  return out;
}

}  // namespace

std::string streamed_frame(const ConstantSeries& series, int encoding, std::int64_t query_index) {
  remote_read::wire::ChunkedReadResponse response;
  response.set_query_index(query_index);
  auto& wire = *response.add_chunked_series();
  for (const rca::Label& label : series.labels) {
    auto& to = *wire.add_labels();
    to.set_name(label.name);
    to.set_value(label.value);
  }
  auto& chunk = *wire.add_chunks();
  chunk.set_min_time_ms(series.start_ms);
  chunk.set_max_time_ms(series.start_ms + series.step_ms * (series.count - 1));
  chunk.set_type(encoding);
  chunk.set_data(constant_chunk(series));
  const std::string payload = response.SerializeAsString();
  std::string frame;
  append_uvarint(frame, payload.size());
  const std::uint32_t crc = remote_read::crc32c(payload);
  for (unsigned shift = 32; shift > 0; shift -= 8) frame += static_cast<char>(crc >> (shift - 8));
  return frame + payload;
}

std::string samples_block(const std::vector<ConstantSeries>& series) {
  remote_read::wire::ReadResponse response;
  auto& result = *response.add_results();
  for (const auto& [labels, samples] : expected(series)) {
    auto& wire = *result.add_timeseries();
    for (const rca::Label& label : labels) {
      auto& to = *wire.add_labels();
      to.set_name(label.name);
      to.set_value(label.value);
    }
    for (std::size_t i = 0; i < samples.size(); ++i) {
      auto& to = *wire.add_samples();
      to.set_timestamp(samples.times[i]);
      to.set_value(samples.values[i]);
    }
  }
  const std::string plain = response.SerializeAsString();
  std::string block;
  snappy::Compress(plain.data(), plain.size(), &block);
  return block;
}

SeriesMap expected(const std::vector<ConstantSeries>& series) {
  SeriesMap out;
  for (const ConstantSeries& one : series) {
    rca::Samples& samples = out[one.labels];
    for (int i = 0; i < one.count; ++i) samples.push_back(one.start_ms + i * one.step_ms, one.value);
  }
  return out;
}

std::vector<int> accepted_types(const std::string& request_body) {
  std::string plain;
  remote_read::wire::ReadRequest request;
  if (!snappy::Uncompress(request_body.data(), request_body.size(), &plain) || !request.ParseFromString(plain)) {
    throw std::runtime_error("not a read request");
  }
  return {request.accepted_response_types().begin(), request.accepted_response_types().end()};
}

}  // namespace remote_read_test
