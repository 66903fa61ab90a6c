// caller_edge: what callers see of the entity, filed under the entity that is called. A slow network or a service that
// does not answer shows there and not in its own signals.
//
// The latency or failure signal, as seen by a caller, that changed most: roles "…-from-<caller>", or the latencies of
// calls where the frame has none and they tell more than the callee's own latency. As in exclusive_flow what it calls
// explains a part. Value: (1 + size) / √(1 + the largest that it sees of its own callees) − 1 (flow_size, flow.h).
//
// What an entity's client side measures of its own calls ("client_latency") says nothing about it as a callee.

#include <algorithm>
#include <cmath>
#include <memory>
#include <utility>

#include "rca_core/evidence/evidence_source.h"
#include "rca_core/evidence/flow.h"
#include "rca_core/evidence/signal_kind.h"
#include "rca_core/methods/candidates.h"
#include "rca_core/methods/evidence.h"

namespace rca {
namespace {

// How the calls from one entity to another changed.
struct EdgeChange {
  std::size_t caller = 0;
  std::size_t callee = 0;
  FlowChange change;  // column: of the frame, or of call_latencies
};

// The latencies of calls as a frame, so that they are judged like any other signal.
Frame frame_of_calls(const IncidentView& view) {
  Frame frame;
  frame.grid = view.frame.grid;
  const CallLatencies& calls = *view.call_latencies;
  for (const CallLatencies::Edge& edge : calls.edges) {
    Signal& signal = frame.signals.emplace_back();
    signal.entity = edge.callee;
    signal.role = "latency-from-" + edge.caller;
    signal.kind = SignalKind::quantile;
  }
  frame.values = calls.seconds;
  return frame;
}

struct Edges {
  Frame calls;  // of call_latencies; empty where the frame has signals of callers
  bool of_calls = false;
  std::vector<EdgeChange> changes;
};

Edges edges_of_frame(const EvidenceContext& context) {
  Edges out;
  const Frame& frame = context.view->frame;
  for (std::size_t i = 0; i < context.entities.size(); ++i) {
    for (const Eigen::Index column : context.entities[i].columns) {
      const auto& change = context.changes[static_cast<std::size_t>(column)];
      const auto caller = context.find(caller_in_role(frame.signals[static_cast<std::size_t>(column)].role));
      if (!change || !caller) continue;
      const double size = flow_size(frame.signals[static_cast<std::size_t>(column)], *change);
      out.changes.push_back({*caller, i, {*change, size}});
    }
  }
  return out;
}

// Whether the callee's own latency tells the same, in whatever unit: some sources file it under the calls. Correlation
// of the rows that both have.
bool tells_the_same(const Eigen::Ref<const Eigen::VectorXd>& a, const Eigen::Ref<const Eigen::VectorXd>& b) {
  constexpr double kSame = 0.98;
  constexpr double kLargest = 1e150;
  std::vector<double> x;
  std::vector<double> y;
  for (Eigen::Index row = 0; row < a.size(); ++row) {
    if (!(std::fabs(a(row)) <= kLargest) || !(std::fabs(b(row)) <= kLargest)) continue;
    x.push_back(a(row));
    y.push_back(b(row));
  }
  if (x.size() < 3) return false;
  Eigen::Map<Eigen::VectorXd> u(x.data(), static_cast<Eigen::Index>(x.size()));
  Eigen::Map<Eigen::VectorXd> v(y.data(), static_cast<Eigen::Index>(y.size()));
  u.array() -= u.mean();
  v.array() -= v.mean();
  const double sizes = u.stableNorm() * v.stableNorm();
  return sizes > 0 && u.dot(v) >= kSame * sizes;
}

bool is_own_latency(const EvidenceContext& context, std::size_t callee, const Eigen::Ref<const Eigen::VectorXd>& call) {
  const Frame& frame = context.view->frame;
  const std::vector<Eigen::Index>& columns = context.entities[callee].columns;
  return std::any_of(columns.begin(), columns.end(), [&](Eigen::Index column) {
    const Signal& signal = frame.signals[static_cast<std::size_t>(column)];
    return nature_for_evidence(signal) == SignalNature::latency && !seen_by_caller(signal.role) &&
           tells_the_same(frame.values.col(column), call);
  });
}

Edges edges_of_calls(const EvidenceContext& context) {
  Edges out;
  const IncidentView& view = *context.view;
  const CallLatencies* const calls = view.call_latencies;
  if (calls == nullptr || calls->seconds.rows() != view.frame.values.rows() ||
      calls->seconds.cols() != static_cast<Eigen::Index>(calls->edges.size())) {
    return out;
  }
  out.calls = frame_of_calls(view);
  out.of_calls = true;
  for (const SignalScore& change : median_changes(out.calls, context.windows)) {
    const CallLatencies::Edge& edge = calls->edges[static_cast<std::size_t>(change.column)];
    const auto caller = context.find(edge.caller);
    const auto callee = context.find(edge.callee);
    if (!caller || !callee || is_own_latency(context, *callee, calls->seconds.col(change.column))) continue;
    const double size = flow_size(out.calls.signals[static_cast<std::size_t>(change.column)], change);
    out.changes.push_back({*caller, *callee, {change, size}});
  }
  return out;
}

class CallerEdge final : public EvidenceSource {
 public:
  [[nodiscard]] std::string_view name() const override { return "caller_edge"; }
  [[nodiscard]] std::string_view description() const override {
    return "change of the latency or the failures that its callers see";
  }

  [[nodiscard]] std::vector<EvidenceItem> measure(const EvidenceContext& context) const override {
    std::vector<std::optional<FlowChange>> seen = flow_changes(context, true);
    const bool in_frame = std::any_of(seen.begin(), seen.end(), [](const auto& one) { return one.has_value(); });
    const Edges edges = in_frame ? edges_of_frame(context) : edges_of_calls(context);
    std::vector<double> below(seen.size(), 0);
    for (const EdgeChange& edge : edges.changes) {
      below[edge.caller] = std::max(below[edge.caller], edge.change.size);
      if (!edges.of_calls) continue;
      std::optional<FlowChange>& best = seen[edge.callee];
      if (!best || edge.change.size > best->size) best = edge.change;
    }
    std::vector<EvidenceItem> items;
    for (std::size_t i = 0; i < seen.size(); ++i) {
      if (!seen[i]) continue;
      const double value = std::max(0.0, (1 + seen[i]->size) / std::sqrt(1 + below[i]) - 1);
      constexpr std::string_view kBecause = "this is what its callers see";
      if (!edges.of_calls) {
        items.push_back(item_of_flow(context, i, seen[i]->change, value, kBecause));
        continue;
      }
      EvidenceItem& item = items.emplace_back();
      item.entity = context.entities[i].name;
      item.value = finite_score(value);
      item.evidence = evidence_of(edges.calls, seen[i]->change, kBecause);
    }
    return items;
  }
};

const EvidenceRegistration registration(std::make_unique<CallerEdge>());

}  // namespace
}  // namespace rca
