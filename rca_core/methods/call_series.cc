#include "rca_core/methods/call_series.h"

#include <algorithm>
#include <cmath>
#include <map>
#include <utility>

#include "rca_core/methods/candidates.h"
#include "rca_core/methods/signal_nature.h"
#include "rca_core/stats/birch.h"
#include "rca_core/stats/robust.h"

namespace rca {
namespace {

constexpr Eigen::Index kPoints = 10;     // that stand for a window
constexpr double kThreshold = 0.1;       // of the normal level: radius of a cluster
constexpr Eigen::Index kSmoothing = 10;  // rows, at most; MicroRCA's

constexpr double kLargest = 1e150;

// Empty when there is no value.
Eigen::VectorXd filled(const Eigen::Ref<const Eigen::VectorXd>& values) {
  double last = 0;
  Eigen::Index first = 0;
  while (first < values.size() && !(std::fabs(values(first)) <= kLargest)) ++first;
  if (first == values.size()) return {};
  last = values(first);
  Eigen::VectorXd out(values.size());
  for (Eigen::Index row = 0; row < values.size(); ++row) {
    if (std::fabs(values(row)) <= kLargest) last = values(row);
    out(row) = last;
  }
  return out;
}

std::optional<Eigen::Index> signal_of_nature(const Frame& frame, std::string_view entity, SignalNature nature) {
  for (std::size_t i = 0; i < frame.signals.size(); ++i) {
    const Signal& signal = frame.signals[i];
    if (signal.entity == entity && nature_of(signal) == nature) return static_cast<Eigen::Index>(i);
  }
  return std::nullopt;
}

// Quantiles of the trailing means over `window` rows.
Eigen::VectorXd representatives(const Eigen::Ref<const Eigen::VectorXd>& values, Eigen::Index window) {
  std::vector<double> smooth;
  double sum = 0;
  for (Eigen::Index row = 0; row < values.size(); ++row) {
    sum += values(row);
    if (row >= window) sum -= values(row - window);
    smooth.push_back(sum / static_cast<double>(std::min(row + 1, window)));
  }
  Eigen::VectorXd out(kPoints);
  for (Eigen::Index i = 0; i < kPoints; ++i) {
    out(i) = quantile_in_place(smooth, (static_cast<double>(i) + 0.5) / static_cast<double>(kPoints));
  }
  return out;
}

struct Judgement {
  bool anomalous = false;
  double moved = 0;  // distance of the medians, of the scale
};

Judgement judge(const Eigen::VectorXd& latency, const Windows& windows) {
  const Eigen::Index smoothing =
      std::max<Eigen::Index>(1, std::min(kSmoothing, std::min(windows.normal_rows, windows.anomalous_rows) / 3));
  const auto before = latency.head(windows.normal_rows);
  const auto after = latency.tail(windows.anomalous_rows);
  constexpr double kSmallestLevel = 0.05;  // of the largest value: a level of 0 must not make everything anomalous
  const double scale = std::max(std::sqrt(before.squaredNorm() / static_cast<double>(before.size())),
                                kSmallestLevel * latency.cwiseAbs().maxCoeff());
  if (!(scale > 0)) return {};
  Eigen::MatrixXd points(2 * kPoints, 1);
  points.col(0) << representatives(before, smoothing) / scale, representatives(after, smoothing) / scale;
  const Result<BirchClusters> clusters = birch(points, {.threshold = kThreshold});
  if (!clusters.ok()) return {};
  const auto middle = clusters->labels.begin() + kPoints;
  const auto apart = std::count_if(middle, clusters->labels.end(), [&](Eigen::Index label) {
    return std::find(clusters->labels.begin(), middle, label) == middle;
  });
  Judgement out;
  out.anomalous = 2 * apart > kPoints;
  out.moved = std::fabs(points.col(0).tail(kPoints).mean() - points.col(0).head(kPoints).mean());
  return out;
}

void mark_anomalous(CallSeries& calls) {
  CallEdge* most = nullptr;
  double farthest = -1;
  bool any = false;
  for (CallEdge& edge : calls.edges) {
    const Judgement judgement = judge(edge.latency, calls.windows);
    edge.anomalous = judgement.anomalous;
    any = any || judgement.anomalous;
    if (judgement.moved <= farthest) continue;
    farthest = judgement.moved;
    most = &edge;
  }
  if (!any && most != nullptr) most->anomalous = true;
}

// |Pearson correlation|; 0 where one of them does not vary.
double correlation_size(const Eigen::VectorXd& a, const Eigen::VectorXd& b) {
  // In proportion to the largest value, so that squares neither overflow nor vanish.
  const double largest_a = a.cwiseAbs().maxCoeff();
  const double largest_b = b.cwiseAbs().maxCoeff();
  if (!(largest_a > 0) || !(largest_b > 0)) return 0;
  const Eigen::VectorXd x = (a.array() / largest_a - (a.array() / largest_a).mean()).matrix();
  const Eigen::VectorXd y = (b.array() / largest_b - (b.array() / largest_b).mean()).matrix();
  constexpr double kRounding = 1e-12;
  if (x.norm() < kRounding || y.norm() < kRounding) return 0;
  return std::min(1.0, std::fabs(x.dot(y)) / (x.norm() * y.norm()));
}

Eigen::VectorXd mean_of(const std::vector<const CallEdge*>& edges) {
  if (edges.empty()) return {};
  Eigen::VectorXd sum = Eigen::VectorXd::Zero(edges.front()->latency.size());
  for (const CallEdge* edge : edges) sum += edge->latency;
  return sum / static_cast<double>(edges.size());
}

void add_measured_calls(const IncidentView& view, CallSeries& calls) {
  const CallLatencies* latencies = view.call_latencies;
  if (latencies == nullptr || latencies->seconds.rows() != view.frame.values.rows()) return;
  const Eigen::Index columns = std::min(latencies->seconds.cols(), static_cast<Eigen::Index>(latencies->edges.size()));
  for (Eigen::Index column = 0; column < columns; ++column) {
    const CallLatencies::Edge& edge = latencies->edges[static_cast<std::size_t>(column)];
    calls.graph.add_call(edge.caller, edge.callee);
    Eigen::VectorXd latency = filled(latencies->seconds.col(column).segment(
        calls.windows.normal_begin, calls.windows.end() - calls.windows.normal_begin));
    if (latency.size() == 0) continue;
    calls.seen_by_callers = true;
    calls.edges.push_back(
        {calls.graph.add_entity(edge.caller), calls.graph.add_entity(edge.callee), std::move(latency), false});
  }
}

// Calls of the graph that were not measured have the latency of their callee.
void add_other_calls(const IncidentView& view, CallSeries& calls) {
  for (EntityGraph::Node caller = 0; caller < calls.graph.size(); ++caller) {
    for (const EntityGraph::Node callee : calls.graph.callees(caller)) {
      const bool there = std::any_of(calls.edges.begin(), calls.edges.end(), [&](const CallEdge& edge) {
        return edge.caller == caller && edge.callee == callee;
      });
      if (there) continue;
      const auto column = signal_of_nature(view.frame, calls.graph.name(callee), SignalNature::latency);
      if (!column) continue;
      Eigen::VectorXd latency = series_of(view.frame, calls.windows, *column);
      if (latency.size() > 0) calls.edges.push_back({caller, callee, std::move(latency), false});
    }
  }
}

}  // namespace

Eigen::VectorXd CallSeries::incoming(EntityGraph::Node node) const {
  std::vector<const CallEdge*> to;
  for (const CallEdge& edge : edges) {
    if (edge.callee == node) to.push_back(&edge);
  }
  return mean_of(to);
}

double CallSeries::similarity(const Eigen::VectorXd& a, const Eigen::VectorXd& b) const {
  constexpr Eigen::Index kFewestNormalRows = 10;
  if (a.size() == 0 || a.size() != b.size()) return 0;
  const Eigen::Index normal = std::max(kFewestNormalRows, windows.anomalous_rows);
  const Eigen::Index rows = std::min(a.size(), windows.anomalous_rows + normal);
  return correlation_size(a.tail(rows), b.tail(rows));
}

std::vector<bool> CallSeries::anomalous_nodes() const {
  std::vector<bool> out(graph.size());
  for (const CallEdge& edge : edges) {
    if (edge.anomalous) out[edge.callee] = true;
  }
  return out;
}

Result<CallSeries> make_call_series(const IncidentView& view, const MethodOptions& options) {
  CallSeries calls;
  RCA_ASSIGN(calls.windows, make_windows(view, options, view.onset_row));
  if (view.graph != nullptr) calls.graph = *view.graph;
  add_measured_calls(view, calls);
  bool any_call = false;
  for (EntityGraph::Node node = 0; node < calls.graph.size(); ++node) {
    any_call = any_call || !calls.graph.callees(node).empty();
  }
  if (!any_call) return Error{ErrorKind::missing_input, "there is no call graph"};
  add_other_calls(view, calls);
  if (calls.edges.empty()) {
    return Error{ErrorKind::missing_input,
                 "there are neither latencies of calls nor latency signals of the entities that are called"};
  }
  mark_anomalous(calls);
  calls.changes = median_changes(view.frame, calls.windows);
  return calls;
}

Eigen::VectorXd series_of(const Frame& frame, const Windows& windows, Eigen::Index column) {
  return filled(frame.values.col(column).segment(windows.normal_begin, windows.end() - windows.normal_begin));
}

Eigen::VectorXd felt_series(const IncidentView& view, const CallSeries& calls) {
  if (view.sli_column && *view.sli_column >= 0 && *view.sli_column < view.frame.values.cols()) {
    Eigen::VectorXd sli = series_of(view.frame, calls.windows, *view.sli_column);
    if (sli.size() > 0) return sli;
  }
  if (const auto column = signal_of_nature(view.frame, view.entry, SignalNature::latency)) {
    Eigen::VectorXd latency = series_of(view.frame, calls.windows, *column);
    if (latency.size() > 0) return latency;
  }
  std::vector<const CallEdge*> from_entry;
  std::vector<const CallEdge*> all;
  for (const CallEdge& edge : calls.edges) {
    if (calls.graph.name(edge.caller) == view.entry) from_entry.push_back(&edge);
    all.push_back(&edge);
  }
  return mean_of(from_entry.empty() ? all : from_entry);
}

Eigen::VectorXd node_series(const IncidentView& view, const CallSeries& calls, EntityGraph::Node node) {
  const Frame& frame = view.frame;
  const std::string& name = calls.graph.name(node);
  if (view.sli_column && *view.sli_column >= 0 && *view.sli_column < frame.values.cols() &&
      nature_of(frame.signals[static_cast<std::size_t>(*view.sli_column)]) == SignalNature::failures) {
    if (const auto column = signal_of_nature(frame, name, SignalNature::failures)) {
      return series_of(frame, calls.windows, *column);
    }
  }
  Eigen::VectorXd latency = calls.incoming(node);
  if (latency.size() > 0) return latency;
  if (const auto column = signal_of_nature(frame, name, SignalNature::latency)) {
    return series_of(frame, calls.windows, *column);
  }
  return {};
}

ResourceMatch best_resource(const Frame& frame, const CallSeries& calls, std::string_view entity,
                            const Eigen::VectorXd& series) {
  ResourceMatch best;
  for (std::size_t i = 0; i < frame.signals.size(); ++i) {
    const Signal& signal = frame.signals[i];
    if (signal.entity != entity || nature_of(signal) != SignalNature::internal) continue;
    const auto column = static_cast<Eigen::Index>(i);
    const double correlation = calls.similarity(series, series_of(frame, calls.windows, column));
    if (best.column && correlation <= best.correlation) continue;
    best = {correlation, column};
  }
  return best;
}

Candidate node_candidate(const IncidentView& view, const CallSeries& calls, EntityGraph::Node node, double score,
                         std::optional<Eigen::Index> column, std::string_view because) {
  const Frame& frame = view.frame;
  Candidate candidate;
  candidate.entity = calls.graph.name(node);
  candidate.signal = "latency";
  candidate.score = score;
  candidate.evidence.text = because;
  SignalScore best;
  bool found = false;
  for (const SignalScore& change : calls.changes) {
    const Signal& signal = frame.signals[static_cast<std::size_t>(change.column)];
    if (signal.entity != candidate.entity || (column && change.column != *column)) continue;
    if (found && change.score <= best.score) continue;
    best = change;
    found = true;
  }
  if (!found) return candidate;
  candidate.signal = frame.signals[static_cast<std::size_t>(best.column)].role;
  candidate.evidence = evidence_of(frame, best, because);
  return candidate;
}

}  // namespace rca
