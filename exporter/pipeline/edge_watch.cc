#include "exporter/pipeline/edge_watch.h"

#include <algorithm>
#include <set>
#include <string_view>
#include <utility>

namespace exporter {

void EdgeWatch::bind(SeriesId series, std::vector<EdgeMatch> edges) {
  std::vector<Edge>& staged = staged_[series];
  staged.clear();
  for (EdgeMatch& match : edges) staged.push_back({std::move(match), {}, {}});
}

void EdgeWatch::judge(const EdgeSpec& spec, rca::SampleView samples, State& state) {
  if (spec.live == EdgeSpec::Live::increasing) {
    if (edge_is_live(spec, samples)) state = {samples.times.back(), 0};
    return;
  }
  for (std::size_t i = 0; i < samples.size(); ++i) {
    if (edge_is_live(spec, samples.subview(i, 1))) {
      state = {samples.times[i], 0};
    } else if (!rca::is_stale(samples.values[i])) {
      state = {};
    } else if (state.live_ms > 0 && state.ended_ms == 0) {
      state.ended_ms = samples.times[i];
    }
  }
}

void EdgeWatch::observe(SeriesId series, rca::SampleView samples) {
  if (samples.empty()) return;
  const auto fresh = staged_.find(series);
  const auto known = edges_.find(series);
  if (fresh == staged_.end() && known == edges_.end()) return;  // watched for something else
  staged_newest_ms_ = std::max(staged_newest_ms_, samples.times.back());
  for (Edge& edge : fresh != staged_.end() ? fresh->second : known->second) {
    edge.staged = edge.now;
    judge(resolver_->catalog().edges[edge.match.spec], samples, edge.staged);
  }
}

void EdgeWatch::commit(const std::vector<SeriesId>& added) {
  for (const SeriesId id : added) {
    if (const auto fresh = staged_.find(id); fresh != staged_.end()) edges_[id] = std::move(fresh->second);
  }
  staged_.clear();
  newest_ms_ = std::max(newest_ms_, staged_newest_ms_);
  for (auto& [series, edges] : edges_) {
    for (Edge& edge : edges) edge.now = edge.staged;
  }
}

void EdgeWatch::rollback() {
  staged_.clear();
  staged_newest_ms_ = newest_ms_;
  for (auto& [series, edges] : edges_) {
    for (Edge& edge : edges) edge.staged = edge.now;
  }
}

void EdgeWatch::remove(const std::vector<SeriesId>& series) {
  for (const SeriesId id : series) edges_.erase(id);
}

bool EdgeWatch::in_grace(const State& state) const {
  return newest_ms_ <= state.ended_ms + kGraceScrapes * (state.ended_ms - state.live_ms);
}

rca::EntityGraph EdgeWatch::graph(std::int64_t since_ms, const std::vector<CallEdge>& calls) const {
  std::vector<EdgeMatch> live;
  std::vector<const EdgeMatch*> ended;
  std::set<std::pair<std::size_t, std::string_view>> going_on;
  for (const auto& [series, edges] : edges_) {
    for (const Edge& edge : edges) {
      if (edge.now.live_ms == 0 || edge.now.live_ms < since_ms) continue;
      if (edge.now.ended_ms == 0) {
        live.push_back(edge.match);
        going_on.emplace(edge.match.spec, edge.match.source);
      } else if (in_grace(edge.now)) {
        ended.push_back(&edge.match);
      }
    }
  }
  for (const EdgeMatch* const match : ended) {
    if (!going_on.contains({match->spec, match->source})) live.push_back(*match);
  }
  return build_graph(resolver_->catalog(), live, calls);
}

}  // namespace exporter
