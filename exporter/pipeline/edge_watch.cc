#include "exporter/pipeline/edge_watch.h"

#include <utility>

namespace exporter {

void EdgeWatch::bind(SeriesId series, std::vector<EdgeMatch> edges) {
  std::vector<Edge>& staged = staged_[series];
  staged.clear();
  for (EdgeMatch& match : edges) staged.push_back({std::move(match), 0, 0});
}

void EdgeWatch::observe(SeriesId series, rca::SampleView samples) {
  if (samples.empty()) return;
  const auto fresh = staged_.find(series);
  const auto known = edges_.find(series);
  if (fresh == staged_.end() && known == edges_.end()) return;  // watched for something else
  for (Edge& edge : fresh != staged_.end() ? fresh->second : known->second) {
    const EdgeSpec& spec = resolver_->catalog().edges[edge.match.spec];
    edge.staged_ms = edge.live_ms;
    if (edge_is_live(spec, samples)) {
      edge.staged_ms = samples.times.back();
    } else if (spec.live != EdgeSpec::Live::increasing) {
      edge.staged_ms = 0;
    }
  }
}

void EdgeWatch::commit(const std::vector<SeriesId>& added) {
  for (const SeriesId id : added) {
    if (const auto fresh = staged_.find(id); fresh != staged_.end()) edges_[id] = std::move(fresh->second);
  }
  staged_.clear();
  for (auto& [series, edges] : edges_) {
    for (Edge& edge : edges) edge.live_ms = edge.staged_ms;
  }
}

void EdgeWatch::rollback() {
  staged_.clear();
  for (auto& [series, edges] : edges_) {
    for (Edge& edge : edges) edge.staged_ms = edge.live_ms;
  }
}

void EdgeWatch::remove(const std::vector<SeriesId>& series) {
  for (const SeriesId id : series) edges_.erase(id);
}

rca::EntityGraph EdgeWatch::graph(std::int64_t since_ms, const std::vector<CallEdge>& calls) const {
  std::vector<EdgeMatch> live;
  for (const auto& [series, edges] : edges_) {
    for (const Edge& edge : edges) {
      if (edge.live_ms > 0 && edge.live_ms >= since_ms) live.push_back(edge.match);
    }
  }
  return build_graph(resolver_->catalog(), live, calls);
}

}  // namespace exporter
