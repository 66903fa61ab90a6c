#include "rca_core/methods/budget.h"

#include <algorithm>
#include <cmath>
#include <map>
#include <span>
#include <utility>

#include "rca_core/methods/candidates.h"
#include "rca_core/methods/evidence.h"
#include "rca_core/stats/robust.h"
#include "rca_core/stats/scalers.h"

namespace rca {
namespace {

const Signal& signal_at(const Frame& frame, Eigen::Index column) {
  return frame.signals[static_cast<std::size_t>(column)];
}

double bad_sign(const Signal& signal, SliNature nature) {
  if (nature == SliNature::throughput) return -1;
  return nature == SliNature::failures && falls_when_bad(signal.role) ? -1 : 1;
}

// One deviation around 0 of what an entity adds on normal rows.
double noise_of(std::span<const double> normal, std::vector<double>& scratch) {
  copy_present(normal, scratch);
  if (scratch.empty()) return 0;
  double squares = 0;
  for (double& value : scratch) {
    squares += value * value / static_cast<double>(scratch.size());
    value = std::fabs(value);
  }
  const double robust = kMadToSigma * median_in_place(scratch);
  return robust > 0 ? robust : std::sqrt(squares);
}

struct Baseline {
  double centre = 0;
  double deviation = 0;  // with the scale floor
};

std::optional<Baseline> baseline_of(const Frame& frame, const Windows& windows, Eigen::Index column) {
  std::vector<double> scratch;
  const std::span<const double> normal = column_rows(frame, column, windows.normal_begin, windows.normal_rows);
  const Scale scale = or_standard(mad_scale(normal, scratch), normal, 1.0);
  if (scale.count == 0 || !std::isfinite(scale.centre)) return std::nullopt;
  double largest = 0;
  for (const double value : column_rows(frame, column, windows.normal_begin, windows.end() - windows.normal_begin)) {
    if (std::isfinite(value)) largest = std::max(largest, std::fabs(value));
  }
  const double floor = scale_floor(signal_at(frame, column).unit, scale.centre, largest);
  return Baseline{scale.centre, scale.constant || !std::isfinite(scale.spread) ? floor : std::max(scale.spread, floor)};
}

// What the entity adds to what users feel, on each row of both windows; NaN where that is not measured.
std::vector<double> added_rows(const Frame& frame, const Windows& windows, const BudgetShare& share,
                               const Baseline& baseline, SliNature nature, bool by_traffic) {
  const Signal& signal = signal_at(frame, share.quality.column);
  const bool count = nature == SliNature::failures && is_count_of_failures(signal);
  constexpr double kMoreThanAShare = 1.5;
  constexpr double kPercent = 100;
  const auto values =
      column_rows(frame, share.quality.column, windows.normal_begin, windows.end() - windows.normal_begin);
  const bool percent = nature == SliNature::failures && !count &&
                       std::any_of(values.begin(), values.end(),
                                   [&](double value) { return std::isfinite(value) && value > kMoreThanAShare; });
  const double unit = bad_sign(signal, nature) / (by_traffic ? (percent ? kPercent : 1.0) : baseline.deviation);
  std::vector<double> out;
  out.reserve(values.size());
  for (std::size_t row = 0; row < values.size(); ++row) {
    double added = (values[row] - baseline.centre) * unit;
    if (by_traffic && !count) {
      const double requests =
          frame.values(windows.normal_begin + static_cast<Eigen::Index>(row), *share.quality.traffic);
      added *= std::max(0.0, requests);
    }
    out.push_back(std::isfinite(added) ? finite_score(added) : std::nan(""));
  }
  return out;
}

// Rows that were not measured count as nothing where there is traffic (no calls, nothing to lose), else not at all.
double weighted_mean(std::span<const double> values, const Eigen::VectorXd& weights, bool missing_is_nothing) {
  double sum = 0;
  double total = 0;
  for (std::size_t row = 0; row < values.size(); ++row) {
    const double weight = weights(static_cast<Eigen::Index>(row));
    if (std::isfinite(values[row])) sum += weight * finite_score(values[row]);
    if (std::isfinite(values[row]) || missing_is_nothing) total += weight;
  }
  return total > 0 ? sum / total : 0.0;
}

void measure_share(const Frame& frame, const Windows& windows, const Eigen::VectorXd& weights, const Baseline& baseline,
                   const Budget& budget, BudgetShare& share) {
  const std::vector<double> rows = added_rows(frame, windows, share, baseline, budget.nature, budget.by_traffic);
  const std::span<const double> all(rows);
  const auto normal = static_cast<std::size_t>(windows.normal_rows);
  std::vector<double> scratch;
  share.noise = noise_of(all.first(normal), scratch);
  const double felt = weighted_mean(all.subspan(normal), weights, budget.by_traffic);
  const Eigen::VectorXd unfelt_rows = (weights.array() > 0).select(Eigen::VectorXd::Zero(weights.size()), 1.0);
  const double unfelt = weighted_mean(all.subspan(normal), unfelt_rows, budget.by_traffic);
  share.added = std::max(0.0, felt - std::max(share.noise, unfelt));
  const auto window = [&](Eigen::Index column) {
    return column_rows(frame, column, windows.anomalous_begin, windows.anomalous_rows);
  };
  share.before = finite_score(baseline.centre);
  share.after = weighted_mean(window(share.quality.column), weights, false);
  if (budget.by_traffic && share.quality.traffic) {
    share.requests = weighted_mean(window(*share.quality.traffic), weights, true);
  }
}

// What callers wait for or lose at the entity, where signals "…-from-<caller>" tell: it counts for the entity if it is
// more than its own signal shows (a slow network, calls that do not arrive), and explains what its callers add.
// Several signals of one caller measure the same calls; the calls of several callers are taken for equally many.
void consider_callers(const IncidentView& view, const Windows& windows, const Eigen::VectorXd& weights,
                      const std::vector<Eigen::Index>& columns, const Budget& budget, BudgetShare& share) {
  std::map<std::string_view, BudgetShare> of_caller;
  for (const Eigen::Index column : columns) {
    const std::string_view caller = caller_in_role(signal_at(view.frame, column).role);
    if (caller.empty() || !is_of_nature(signal_at(view.frame, column), budget.nature)) continue;
    const auto baseline = baseline_of(view.frame, windows, column);
    if (!baseline) continue;
    BudgetShare seen;
    seen.quality = {column, share.quality.traffic, {}};
    measure_share(view.frame, windows, weights, *baseline, budget, seen);
    const auto [best, added] = of_caller.emplace(caller, seen);
    if (!added && seen.added > best->second.added) best->second = seen;
  }
  BudgetShare most;
  double sum = 0;
  double noise = 0;
  for (const auto& [caller, seen] : of_caller) {
    sum += seen.added;
    noise += seen.noise;
    if (seen.added > most.added) most = seen;
  }
  const double callers = budget.by_traffic ? static_cast<double>(of_caller.size()) : 1.0;
  const double added = budget.by_traffic ? sum / std::max(1.0, callers) : most.added;
  if (added <= share.added) return;
  share.quality.column = most.quality.column;
  share.before = most.before;
  share.after = most.after;
  share.requests = most.requests;
  share.noise = budget.by_traffic ? noise / callers : most.noise;
  share.added = added;
}

void consider_other_quantities(const Frame& frame, const Windows& windows, const Eigen::VectorXd& weights,
                               const Budget& budget, BudgetShare& share) {
  share.passed_on = share.added;
  for (const Eigen::Index column : share.quality.others) {
    if (signal_at(frame, column).unit != signal_at(frame, share.quality.column).unit) continue;
    const auto baseline = baseline_of(frame, windows, column);
    if (!baseline) continue;
    BudgetShare other;
    other.quality = {column, share.quality.traffic, {}};
    measure_share(frame, windows, weights, *baseline, budget, other);
    share.passed_on = std::max(share.passed_on, other.added);
  }
}

void explain_by_callees(const EntityGraph& graph, Budget& budget) {
  // Several entities of the frame may stand for one node: the replicas of a service.
  std::map<EntityGraph::Node, double> added;
  for (const BudgetShare& share : budget.shares) {
    if (!share.node) continue;
    double& of_node = added[*share.node];
    of_node = budget.by_traffic ? of_node + share.passed_on : std::max(of_node, share.passed_on);
  }
  for (BudgetShare& share : budget.shares) {
    if (!share.node) continue;
    double sum = 0;
    double largest = 0;
    for (const EntityGraph::Node callee : graph.callees(*share.node)) {
      const auto found = added.find(callee);
      if (callee == *share.node || found == added.end()) continue;
      sum += found->second;
      if (found->second <= largest) continue;
      largest = found->second;
      share.explained_by = graph.name(callee);
    }
    // Deviations do not add up: there the largest explains.
    share.explained = std::min(share.added, budget.by_traffic ? sum : largest);
  }
}

void mark_reached(const IncidentView& view, const EntityGraph& graph, Budget& budget) {
  if (!view.sli_column || *view.sli_column < 0 || *view.sli_column >= view.frame.values.cols()) return;
  const auto root = node_of_entity(graph, signal_at(view.frame, *view.sli_column).entity);
  if (!root || graph.callees(*root).empty()) return;
  std::vector<bool> reached(graph.size());
  std::vector<EntityGraph::Node> open{*root};
  reached[*root] = true;
  while (!open.empty()) {
    const EntityGraph::Node node = open.back();
    open.pop_back();
    for (const EntityGraph::Node callee : graph.callees(node)) {
      if (!reached[callee]) open.push_back(callee);
      reached[callee] = true;
    }
  }
  for (BudgetShare& share : budget.shares) share.reached = !share.node || reached[*share.node];
}

}  // namespace

Eigen::VectorXd felt_weights(const IncidentView& view, const Windows& windows, SliNature nature) {
  const Eigen::Index rows = windows.anomalous_rows;
  Eigen::VectorXd alike = Eigen::VectorXd::Constant(rows, 1.0 / static_cast<double>(rows));
  const Frame& frame = view.frame;
  if (!view.sli_column || *view.sli_column < 0 || *view.sli_column >= frame.values.cols()) return alike;
  if (sli_nature_of(view) != nature) return alike;
  const auto baseline = baseline_of(frame, windows, *view.sli_column);
  if (!baseline) return alike;
  const double sign = bad_sign(signal_at(frame, *view.sli_column), nature);
  Eigen::VectorXd weights = Eigen::VectorXd::Zero(rows);
  for (Eigen::Index row = 0; row < rows; ++row) {
    const double value = frame.values(windows.anomalous_begin + row, *view.sli_column);
    const double deviation = finite_score(sign * (value - baseline->centre) / baseline->deviation);
    weights(row) = std::max(0.0, deviation - 1);
  }
  const double sum = weights.sum();
  return sum > 0 ? Eigen::VectorXd(weights / sum) : alike;
}

double Budget::own_of_all() const {
  double sum = 0;
  for (const BudgetShare& share : shares) sum += share.own();
  return sum;
}

Result<Budget> attribute_budget(const IncidentView& view, const Windows& windows, SliNature nature) {
  if (nature != SliNature::latency && nature != SliNature::failures) {
    return Error{ErrorKind::missing_input, "the SLI is neither about latency nor about failures"};
  }
  const Frame& frame = view.frame;
  std::vector<std::string_view> order;
  std::map<std::string_view, std::vector<Eigen::Index>> columns;
  for (std::size_t i = 0; i < frame.signals.size(); ++i) {
    std::vector<Eigen::Index>& of_entity = columns[frame.signals[i].entity];
    if (of_entity.empty()) order.push_back(frame.signals[i].entity);
    of_entity.push_back(static_cast<Eigen::Index>(i));
  }
  Budget budget;
  budget.nature = nature;
  std::vector<Baseline> baselines;
  std::size_t with_traffic = 0;
  for (const std::string_view entity : order) {
    const auto quality = call_quality(view, columns[entity], nature);
    const auto baseline = quality ? baseline_of(frame, windows, quality->column) : std::nullopt;
    if (!baseline) continue;
    BudgetShare& share = budget.shares.emplace_back();
    share.entity = entity;
    share.quality = *quality;
    if (view.graph != nullptr) share.node = node_of_entity(*view.graph, entity);
    with_traffic += share.quality.traffic ? 1U : 0U;
    baselines.push_back(*baseline);
  }
  if (budget.shares.empty()) {
    return Error{ErrorKind::missing_input, nature == SliNature::latency
                                               ? "no entity has a latency with values before the onset"
                                               : "no entity has a signal of failures with values before the onset"};
  }
  // Seconds and deviations do not mix: a few entities without traffic are left out, many mean that none is weighed.
  budget.by_traffic = 2 * with_traffic > budget.shares.size();
  const Eigen::VectorXd weights = felt_weights(view, windows, nature);
  std::vector<BudgetShare> measured;
  for (std::size_t i = 0; i < budget.shares.size(); ++i) {
    BudgetShare& share = budget.shares[i];
    if (budget.by_traffic && !share.quality.traffic) continue;
    measure_share(frame, windows, weights, baselines[i], budget, share);
    consider_other_quantities(frame, windows, weights, budget, share);
    consider_callers(view, windows, weights, columns[share.entity], budget, share);
    share.passed_on = std::max(share.passed_on, share.added);
    measured.push_back(std::move(share));
  }
  budget.shares = std::move(measured);
  if (view.graph != nullptr) {
    explain_by_callees(*view.graph, budget);
    mark_reached(view, *view.graph, budget);
  }
  return budget;
}

std::string describe_share(const Frame& frame, const Budget& budget, const BudgetShare& share) {
  const Signal& signal = signal_at(frame, share.quality.column);
  const auto amount = [&](double value) {
    if (!budget.by_traffic) return format_quantity(value, "") + " robust deviations";
    return budget.nature == SliNature::latency ? format_quantity(value, "seconds") + " of waiting"
                                               : format_quantity(value, "") + " lost requests";
  };
  std::string text = signal.role + " of " + share.entity + " went from " + format_quantity(share.before, signal.unit) +
                     " to " + format_quantity(share.after, signal.unit);
  if (budget.by_traffic) text += " at " + format_quantity(share.requests, "") + " requests";
  text += " while users felt it: it adds " + amount(share.added) + (budget.by_traffic ? " per sample" : "");
  if (share.explained > 0) {
    text += ", of which what it calls explains " + amount(share.explained) + " (most of it " + share.explained_by + ")";
  } else if (share.added > 0) {
    text += ", which nothing that it calls explains";
  }
  if (!share.reached) text += "; the calls that the SLI is about do not reach it";
  return text;
}

Evidence evidence_of_share(const Frame& frame, const Budget& budget, const BudgetShare& share) {
  Evidence evidence;
  evidence.before = share.before;
  evidence.after = share.after;
  const std::string& unit = signal_at(frame, share.quality.column).unit;
  const double floor = scale_floor(unit, share.before, std::max(std::fabs(share.before), std::fabs(share.after)));
  evidence.scale = floor;
  evidence.deviation = finite_score((share.after - share.before) / floor);
  evidence.text = describe_share(frame, budget, share);
  return evidence;
}

}  // namespace rca
