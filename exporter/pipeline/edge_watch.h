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
// length of the window after it last grew, the others as their newest samples say. A series that ends may only have
// missed a scrape, which Prometheus marks alike: its edges go on for kGraceScrapes scrapes, unless others of the same
// source say that it is elsewhere now. What a read brings is staged, as in SeriesTable. Not thread-safe.
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

  // So many times the distance from its last sample to its end a series that ended may come back.
  static constexpr std::int64_t kGraceScrapes = 3;

 private:
  struct State {
    std::int64_t live_ms = 0;   // newest sample that showed it alive; 0: none
    std::int64_t ended_ms = 0;  // the marker after it with which the series ended; 0: it goes on
  };
  struct Edge {
    EdgeMatch match;
    State now;
    State staged;
  };
  static void judge(const EdgeSpec& spec, rca::SampleView samples, State& state);
  [[nodiscard]] bool in_grace(const State& state) const;

  std::shared_ptr<const Resolver> resolver_;
  std::map<SeriesId, std::vector<Edge>> edges_;
  std::map<SeriesId, std::vector<Edge>> staged_;  // of new series
  std::int64_t newest_ms_ = 0;                    // of all watched series: how far time has come
  std::int64_t staged_newest_ms_ = 0;
};

}  // namespace exporter
