// A sink that checks the contract of SeriesSink.
#pragma once

#include <algorithm>
#include <cstddef>
#include <functional>
#include <span>

#include "remote_read/query.h"
#include "remote_read/sink.h"
#include "tests/fuzz/remote_read/require.h"

namespace remote_read {

class CheckingSink : public SeriesSink {
 public:
  explicit CheckingSink(std::span<const Query> queries) : queries_(queries) {}

  void begin(std::size_t /*first_query*/, std::size_t /*count*/) override {}

  rca::Result<void> on_samples(std::size_t query, const rca::Labels& labels, rca::SampleView samples) override {
    require(query < queries_.size() && !samples.empty() && samples.times.size() == samples.values.size());
    require(std::is_sorted(labels.begin(), labels.end()));
    require(std::adjacent_find(samples.times.begin(), samples.times.end(), std::greater_equal<>()) ==
            samples.times.end());
    require(samples.times.front() >= queries_[query].start_ms && samples.times.back() <= queries_[query].end_ms);
    ++series_;
    samples_ += samples.size();
    return {};
  }

  [[nodiscard]] std::size_t series() const { return series_; }
  [[nodiscard]] std::size_t samples() const { return samples_; }

 private:
  std::span<const Query> queries_;
  std::size_t series_ = 0;
  std::size_t samples_ = 0;
};

// Small enough that an input that reaches a limit is still quick.
inline Limits fuzz_limits() {
  Limits limits;
  limits.max_bytes = std::size_t{1} << 20;
  limits.max_frame_bytes = std::size_t{1} << 16;
  limits.max_series = 1000;
  limits.max_samples = 200'000;
  return limits;
}

}  // namespace remote_read
