// Which of the series that tell of edges count at the moment.
#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <memory>
#include <vector>

#include "common/samples.h"
#include "exporter/pipeline/series_table.h"
#include "exporter/signals/resolver.h"

namespace exporter {

// Liveness is judged read by read, so that no history of these series is kept: an edge that must grow counts for the
// length of the window after it last grew, the others as their newest samples say. What a read brings is staged, as in
// SeriesTable. Not thread-safe.
class EdgeWatch {
 public:
  explicit EdgeWatch(std::shared_ptr<const Resolver> resolver) : resolver_(std::move(resolver)) {}

  void bind(SeriesId series, std::vector<EdgeMatch> edges);
  void observe(SeriesId series, rca::SampleView samples);
  // `added`: the series that are new and stay.
  void commit(const std::vector<SeriesId>& added);
  void rollback();
  void remove(const std::vector<SeriesId>& series);

  // The graph of the edges that were live at or after `since_ms`, and of `calls`.
  [[nodiscard]] rca::EntityGraph graph(std::int64_t since_ms, const std::vector<CallEdge>& calls) const;

 private:
  struct Edge {
    EdgeMatch match;
    std::int64_t live_ms = 0;  // newest sample that showed it alive; 0: none
    std::int64_t staged_ms = 0;
  };
  std::shared_ptr<const Resolver> resolver_;
  std::map<SeriesId, std::vector<Edge>> edges_;
  std::map<SeriesId, std::vector<Edge>> staged_;  // of new series
};

}  // namespace exporter
