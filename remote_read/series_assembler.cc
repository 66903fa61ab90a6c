#include "remote_read/series_assembler.h"

#include <algorithm>
#include <functional>
#include <string>

#include "remote_read/histogram_series.h"

namespace remote_read {

using rca::Result;

Result<void> SeriesAssembler::reserve(std::size_t count) const {
  const std::size_t held = floats.size() + histograms.points.size();
  const std::size_t left = usage_.samples_left();
  if (held <= left && count <= left - held) return {};
  return rca::Error{rca::ErrorKind::limit, "the answer has more than the permitted " +
                                               std::to_string(usage_.limits().max_samples) + " samples"};
}

std::size_t SeriesAssembler::buckets_left() const {
  const std::size_t left = usage_.samples_left();
  return left - std::min(left, histograms.buckets.size());
}

Result<void> SeriesAssembler::give(std::size_t query) {
  RCA_TRY(give_floats(query));
  histograms.sort_and_merge();
  RCA_TRY(give_histograms(query, labels, histograms, usage_, stats_, sink_));
  floats.clear();
  histograms.clear();
  return {};
}

Result<void> SeriesAssembler::give_floats(std::size_t query) {
  if (floats.empty()) return {};
  const auto times = floats.view().times;
  if (std::adjacent_find(times.begin(), times.end(), std::greater_equal<>()) != times.end()) floats.sort_and_merge();
  RCA_TRY(usage_.take_series(1));
  ++stats_.series;
  RCA_TRY(usage_.take_samples(floats.size()));
  stats_.samples += floats.size();
  return sink_.on_samples(query, labels, floats.view());
}

rca::Error SeriesAssembler::in_series(const rca::Error& error) const {
  return error.with_context("series " + rca::to_string(labels));
}

}  // namespace remote_read
