#include "rca_core/graph/trace_index.h"

#include <algorithm>
#include <cstdint>
#include <functional>
#include <limits>
#include <string_view>
#include <unordered_map>
#include <utility>

namespace rca {
namespace {

struct Interval {
  std::int64_t begin = 0;
  std::int64_t end = 0;
};

// Length of the union.
std::int64_t covered(std::vector<Interval>& intervals) {
  std::sort(intervals.begin(), intervals.end(), [](const Interval& a, const Interval& b) { return a.begin < b.begin; });
  std::int64_t total = 0;
  std::int64_t until = std::numeric_limits<std::int64_t>::min();
  for (const Interval& interval : intervals) {
    const std::int64_t begin = std::max(interval.begin, until);
    if (interval.end > begin) total += interval.end - begin;
    until = std::max(until, interval.end);
  }
  return total;
}

Interval inside(const Span& child, const Span& parent) {
  const std::int64_t length = std::clamp<std::int64_t>(child.duration_us, 0, parent.duration_us);
  const std::int64_t begin = std::clamp(child.start_us, parent.start_us, parent.start_us + parent.duration_us - length);
  return {begin, begin + length};
}

void link_parents(std::span<const Span> spans, const std::vector<std::size_t>& trace, TraceIndex& index) {
  std::vector<std::pair<std::string_view, std::size_t>> by_id;
  by_id.reserve(trace.size());
  for (const std::size_t span : trace) by_id.emplace_back(spans[span].span_id, span);
  std::sort(by_id.begin(), by_id.end());
  for (const std::size_t span : trace) {
    const std::string_view id = spans[span].parent_id;
    if (id.empty()) continue;
    const auto parent = std::lower_bound(by_id.begin(), by_id.end(), std::pair(id, std::size_t{0}));
    if (parent != by_id.end() && parent->first == id && parent->second != span) index.parent_of[span] = parent->second;
  }
}

using OperationKey = std::pair<std::string_view, std::string_view>;

struct OperationHash {
  std::size_t operator()(const OperationKey& key) const {
    constexpr std::size_t kMix = 31;
    return std::hash<std::string_view>()(key.first) * kMix + std::hash<std::string_view>()(key.second);
  }
};

constexpr double kMicrosPerMilli = 1000;

void measure_own_time(std::span<const Span> spans, TraceIndex& index) {
  std::vector<std::vector<std::size_t>> children(spans.size());
  for (std::size_t span = 0; span < spans.size(); ++span) {
    if (index.parent_of[span] != TraceIndex::kNone) children[index.parent_of[span]].push_back(span);
  }
  std::vector<Interval> intervals;
  for (std::size_t span = 0; span < spans.size(); ++span) {
    const std::int64_t duration = std::max<std::int64_t>(0, spans[span].duration_us);
    const std::vector<std::size_t>& below = children[span];
    if (below.size() == 1 && spans[below.front()].entity != spans[span].entity) {
      const std::int64_t waited = std::max<std::int64_t>(0, duration - spans[below.front()].duration_us);
      index.client[span] = 1;
      if (spans[span].error) index.failed[below.front()] = 1;
      index.waited_ms[below.front()] = static_cast<double>(waited) / kMicrosPerMilli;
      continue;
    }
    intervals.clear();
    const bool child_failed =
        std::any_of(below.begin(), below.end(), [&](std::size_t child) { return spans[child].error; });
    if (spans[span].error && !child_failed) index.failed[span] = 1;
    for (const std::size_t child : below) {
      if (duration > 0) intervals.push_back(inside(spans[child], spans[span]));
    }
    index.own_ms[span] = static_cast<double>(duration - covered(intervals)) / kMicrosPerMilli;
  }
}

}  // namespace

TraceIndex index_traces(std::span<const Span> spans) {
  TraceIndex index;
  index.operation_of.resize(spans.size());
  index.parent_of.assign(spans.size(), TraceIndex::kNone);
  index.own_ms.assign(spans.size(), 0);
  index.failed.assign(spans.size(), 0);
  index.client.assign(spans.size(), 0);
  index.waited_ms.assign(spans.size(), std::numeric_limits<double>::quiet_NaN());
  std::unordered_map<OperationKey, std::size_t, OperationHash> operations;
  std::unordered_map<std::string_view, std::size_t> traces;
  for (std::size_t i = 0; i < spans.size(); ++i) {
    const Span& span = spans[i];
    const auto [operation, new_operation] = operations.emplace(
        std::pair(std::string_view(span.entity), std::string_view(span.operation)), index.operations.size());
    if (new_operation) index.operations.push_back({span.entity, span.operation});
    index.operation_of[i] = operation->second;
    const auto [trace, new_trace] = traces.emplace(span.trace_id, index.traces.size());
    if (new_trace) index.traces.emplace_back();
    index.traces[trace->second].push_back(i);
  }
  for (const std::vector<std::size_t>& trace : index.traces) link_parents(spans, trace, index);
  measure_own_time(spans, index);
  return index;
}

}  // namespace rca
