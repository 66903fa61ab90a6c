// One series of an answer, from its decoded parts to the sink.
#pragma once

#include <cstddef>

#include "common/labels.h"
#include "common/result.h"
#include "remote_read/histogram.h"
#include "remote_read/read_usage.h"
#include "remote_read/sample_buffer.h"
#include "remote_read/sink.h"

namespace remote_read {

// The decoders fill `labels`, `floats` and `histograms` in any order of time and then call give(). Memory is kept from
// series to series.
class SeriesAssembler {
 public:
  SeriesAssembler(ReadUsage& usage, SeriesSink& sink) : usage_(usage), sink_(sink) {}

  rca::Labels labels;
  SampleBuffer floats;
  HistogramSamples histograms;

  // Whether `count` more samples may be taken in. Error: limit.
  rca::Result<void> reserve(std::size_t count) const;

  // How many more bucket counts may be taken in.
  [[nodiscard]] std::size_t buckets_left() const;

  // Sorts and merges the samples, gives them to the sink for query number `query`, and forgets them (not the labels).
  // A series without samples is not given. Errors: limit, or what the sink returned.
  rca::Result<void> give(std::size_t query);

  // `error` with the series in front.
  [[nodiscard]] rca::Error in_series(const rca::Error& error) const;

  [[nodiscard]] const DecodeStats& stats() const { return stats_; }

 private:
  rca::Result<void> give_floats(std::size_t query);

  ReadUsage& usage_;
  SeriesSink& sink_;
  DecodeStats stats_;
};

}  // namespace remote_read
