// Sinks, queries, and hand-made answers for the tests of the client.
#pragma once

#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "remote_read/client.h"

namespace remote_read_test {

using SeriesMap = std::map<rca::Labels, rca::Samples>;

// Keeps everything, by query; drops what begin() says. Calls that break the sink's contract are errors.
class CollectingSink : public remote_read::SeriesSink {
 public:
  void begin(std::size_t first_query, std::size_t count) override;
  rca::Result<void> on_samples(std::size_t query, const rca::Labels& labels, rca::SampleView samples) override;
  // Of query number `query`; empty when nothing came.
  [[nodiscard]] const SeriesMap& series(std::size_t query = 0) const;
  [[nodiscard]] std::size_t begins() const { return begins_; }

 private:
  std::map<std::size_t, SeriesMap> series_;
  std::size_t begins_ = 0;
};

// Options with quick retries.
remote_read::EndpointOptions endpoint(const std::string& url);

// A query by selector; the selector must be right.
remote_read::Query query(const std::string& selector, std::int64_t start_ms, std::int64_t end_ms);

// A regular series of one constant value.
struct ConstantSeries {
  rca::Labels labels;
  std::int64_t start_ms = 1'000;
  std::int64_t step_ms = 1'000;
  int count = 3;
  double value = 1.5;
};

// Headers of the two kinds of answers.
extern const std::vector<std::string> kStreamedHeaders;
extern const std::vector<std::string> kSamplesHeaders;

// A frame of a streamed answer with one series in one chunk of encoding `encoding` (1: XOR).
std::string streamed_frame(const ConstantSeries& series, int encoding = 1, std::int64_t query_index = 0);
// The snappy block of a SAMPLES answer to one query.
std::string samples_block(const std::vector<ConstantSeries>& series);
// What a sink should have after either.
SeriesMap expected(const std::vector<ConstantSeries>& series);

// prompb.ReadRequest as a server sees it: the accepted response types of a request's body.
std::vector<int> accepted_types(const std::string& request_body);

}  // namespace remote_read_test
