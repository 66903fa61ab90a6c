// Whole answers: frames, their payloads, SAMPLES messages, and a sink that keeps what it is given.
#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "common/labels.h"
#include "common/samples.h"
#include "remote_read/remote.pb.h"
#include "remote_read/sink.h"

namespace remote_read::testing {

// One frame: length, checksum, payload.
std::string write_frame(std::string_view payload);

struct TestChunk {
  int encoding = 1;
  std::string data;
};

// A ChunkedSeries with these labels in this order.
wire::ChunkedSeries chunked_series(const rca::Labels& labels, const std::vector<TestChunk>& chunks);

// A payload with one series.
std::string chunked_payload(std::int64_t query_index, const rca::Labels& labels, const std::vector<TestChunk>& chunks);

wire::TimeSeries time_series(const rca::Labels& labels, rca::SampleView samples);

std::string snappy_block(std::string_view plain);

// Keeps everything; checks the contract of SeriesSink as it goes.
class KeepingSink : public SeriesSink {
 public:
  using Key = std::pair<std::size_t, std::string>;  // query, labels as text

  void begin(std::size_t first_query, std::size_t count) override;
  rca::Result<void> on_samples(std::size_t query, const rca::Labels& labels, rca::SampleView samples) override;

  std::map<Key, rca::Samples> series;
  std::size_t calls = 0;
  rca::Result<void> answer;  // what on_samples returns
};

}  // namespace remote_read::testing
