// Where decoded samples go, as they arrive.
#pragma once

#include <cstddef>
#include <cstdint>

#include "common/labels.h"
#include "common/result.h"
#include "common/samples.h"

namespace remote_read {

// Receives one read. The calls come from one thread at a time; calls that belong to different requests interleave.
class SeriesSink {
 public:
  virtual ~SeriesSink() = default;

  // A request for the queries [first_query, first_query + count) starts (the first attempt, or a retry): forget
  // everything that was received for them before.
  virtual void begin(std::size_t first_query, std::size_t count) = 0;

  // Some samples of one series that matched query number `query`, within the query's range, in time order, stale
  // markers included. A series that spans frames comes in several calls, one after the other, with equal labels.
  // `labels` and `samples` are only valid during the call. An error stops the read, which then returns it.
  virtual rca::Result<void> on_samples(std::size_t query, const rca::Labels& labels, rca::SampleView samples) = 0;
};

// Bounds on what is accepted from an endpoint, each checked before memory is taken.
struct Limits {
  std::size_t max_bytes = std::size_t{1} << 30;  // of one read, as it comes off the wire, and of a snappy block decoded
  std::size_t max_frame_bytes = std::size_t{50} << 20;  // of one frame of the streamed answer
  std::size_t max_series = 200'000;                     // of one read, after histograms became series
  std::size_t max_samples = 200'000'000;                // of one read
};

}  // namespace remote_read
