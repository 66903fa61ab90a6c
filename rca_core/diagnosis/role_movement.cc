#include "rca_core/diagnosis/role_movement.h"

#include <algorithm>
#include <cmath>
#include <map>
#include <string>

#include "rca_core/stats/robust.h"

namespace rca {
namespace {

// Deviations of a median from which a movement begins to stand out, and does so beyond doubt.
constexpr double kFaint = 1.5;
constexpr double kClear = 4;
// The same for its size, as a share of the level.
constexpr double kSmall = 0.02;
constexpr double kLarge = 0.08;
// A ratio this close to 1 is near its limit.
constexpr double kBelowLimit = 0.8;
constexpr double kAtLimit = 0.95;

constexpr auto kNobody = static_cast<std::size_t>(-1);

double level_of(const SignalScore& change) {
  return std::max(std::fabs(change.before), std::fabs(change.after));
}

// The part of `own` that the peers' typical shift does not explain: nothing when it only stayed behind. Not empty.
double apart_of(double own, std::span<const double> sorted_others) {
  const double low = sorted_others[(sorted_others.size() - 1) / 2];
  const double high = sorted_others[sorted_others.size() / 2];
  const double relative = own - std::clamp(own, low, high);
  if (relative * own <= 0) return 0;
  return std::copysign(std::min(std::fabs(relative), std::fabs(own)), own);
}

// The same in proportion to the levels: where peers differ in size and all are multiplied, the largest stands apart by
// its shift only. nullopt: it, or every peer, was at 0.
std::optional<double> apart_in_proportion(const SignalScore& own, std::span<const SignalScore> group) {
  if (!(std::fabs(own.before) > own.scale)) return std::nullopt;
  std::vector<double> others;
  for (const SignalScore& other : group) {
    if (other.column == own.column || !(std::fabs(other.before) > other.scale)) continue;
    others.push_back((other.after - other.before) / std::fabs(other.before));
  }
  if (others.empty()) return std::nullopt;
  std::sort(others.begin(), others.end());
  return apart_of((own.after - own.before) / std::fabs(own.before), others) * std::fabs(own.before);
}

}  // namespace

double ramp(double value, double low, double high) {
  if (!(value > low)) return 0;
  return value >= high ? 1.0 : (value - low) / (high - low);
}

double movement_degree(double shift, double scale, double level) {
  if (!std::isfinite(shift) || !(scale > 0) || !(level > 0)) return 0;
  const double degree = ramp(std::fabs(shift) / scale, kFaint, kClear) * ramp(std::fabs(shift) / level, kSmall, kLarge);
  return std::copysign(degree, shift);
}

RoleMovements::RoleMovements(const EvidenceContext& context) : context_(context) {
  index_columns();
  compare_with_peers();
  find_saturation();
  index_places();
}

void RoleMovements::index_columns() {
  const std::vector<Signal>& signals = context_.view->frame.signals;
  movements_.resize(signals.size());
  entity_of_column_.assign(signals.size(), kNobody);
  roles_.resize(context_.entities.size());
  std::map<std::string_view, std::vector<std::size_t>> having;
  for (std::size_t entity = 0; entity < context_.entities.size(); ++entity) {
    for (const Eigen::Index column : context_.entities[entity].columns) {
      const auto at = static_cast<std::size_t>(column);
      entity_of_column_[at] = entity;
      const std::optional<SignalScore>& change = context_.changes[at];
      if (!change) continue;
      RoleMovement movement;
      movement.column = column;
      movement.own = movement_degree(change->after - change->before, change->scale, level_of(*change));
      movement.apart = movement.own;
      movements_[at] = movement;
      roles_[entity].emplace_back(signals[at].role, column);
      std::vector<std::size_t>& entities = having[signals[at].role];
      if (entities.empty() || entities.back() != entity) entities.push_back(entity);
    }
    std::sort(roles_[entity].begin(), roles_[entity].end());
  }
  having_.assign(having.begin(), having.end());
}

void RoleMovements::compare_with_peers() {
  const std::vector<Signal>& signals = context_.view->frame.signals;
  std::map<std::pair<std::string_view, std::string_view>, std::vector<std::size_t>> groups;
  for (std::size_t column = 0; column < signals.size(); ++column) {
    if (signals[column].peer_group.empty() || !movements_[column]) continue;
    groups[{signals[column].peer_group, signals[column].role}].push_back(column);
  }
  std::vector<double> shifts;
  std::vector<double> scales;
  std::vector<SignalScore> group;
  for (const auto& [key, columns] : groups) {
    if (columns.size() < 2) continue;
    shifts.clear();
    scales.clear();
    group.clear();
    for (const std::size_t column : columns) {
      const SignalScore change = context_.changes[column].value_or(SignalScore{});
      group.push_back(change);
      shifts.push_back(change.after - change.before);
      if (level_of(change) > 0) scales.push_back(change.scale);  // one that is always 0 says nothing about noise
    }
    const std::vector<double> own_shifts = shifts;
    std::sort(shifts.begin(), shifts.end());
    const double group_scale = scales.empty() ? 0 : median_in_place(scales);
    for (std::size_t i = 0; i < columns.size(); ++i) {
      std::optional<RoleMovement>& movement = movements_[columns[i]];
      const SignalScore change = context_.changes[columns[i]].value_or(SignalScore{});
      if (!movement) continue;
      std::vector<double> others = shifts;
      others.erase(std::lower_bound(others.begin(), others.end(), own_shifts[i]));
      movement->peers = others.size();
      double apart = apart_of(own_shifts[i], others);
      const std::optional<double> proportional = apart_in_proportion(change, group);
      if (proportional && std::fabs(*proportional) < std::fabs(apart)) apart = *proportional;
      movement->apart = movement_degree(apart, std::max(change.scale, group_scale), level_of(change));
    }
  }
}

void RoleMovements::find_saturation() {
  const std::vector<Signal>& signals = context_.view->frame.signals;
  for (std::size_t column = 0; column < signals.size(); ++column) {
    std::optional<RoleMovement>& movement = movements_[column];
    if (!movement || !context_.changes[column]) continue;
    double used = context_.changes[column]->after;
    if (signals[column].role == "memory_working_set") {
      const RoleMovement* const limit = find(entity_of_column_[column], "memory_limit");
      const auto at = limit == nullptr ? column : static_cast<std::size_t>(limit->column);
      const double most = limit == nullptr || !context_.changes[at] ? 0 : context_.changes[at]->after;
      if (!(most > 0)) continue;
      used /= most;
    } else if (signals[column].unit != "ratio") {
      continue;
    }
    movement->saturation = ramp(used, kBelowLimit, kAtLimit);
  }
}

void RoleMovements::index_places() {
  const std::size_t entities = context_.entities.size();
  callees_.resize(entities);
  callers_.resize(entities);
  nodes_.resize(entities);
  residents_.resize(entities);
  members_.resize(entities);
  std::map<std::string_view, std::size_t> by_name;
  for (std::size_t entity = 0; entity < entities; ++entity) by_name.emplace(context_.entities[entity].name, entity);
  for (std::size_t entity = 0; entity < entities; ++entity) {
    for (const Eigen::Index column : context_.entities[entity].columns) {
      const std::string& group = context_.view->frame.signals[static_cast<std::size_t>(column)].peer_group;
      const auto whole = group.empty() ? by_name.end() : by_name.find(group);
      if (whole == by_name.end() || whole->second == entity) continue;
      std::vector<std::size_t>& members = members_[whole->second];
      if (members.empty() || members.back() != entity) members.push_back(entity);
    }
  }
  const EntityGraph* const graph = context_.view->graph;
  if (graph == nullptr) return;
  std::vector<std::size_t> entity_of(graph->size(), kNobody);
  for (std::size_t entity = 0; entity < entities; ++entity) {
    if (context_.entities[entity].node) entity_of[*context_.entities[entity].node] = entity;
  }
  for (EntityGraph::Node node = 0; node < graph->size(); ++node) {
    const std::size_t entity = entity_of[node];
    if (entity == kNobody) continue;
    const auto copy = [&](const std::vector<EntityGraph::Node>& from, std::vector<std::size_t>& to) {
      for (const EntityGraph::Node other : from) {
        if (entity_of[other] != kNobody && entity_of[other] != entity) to.push_back(entity_of[other]);
      }
    };
    copy(graph->callees(node), callees_[entity]);
    copy(graph->callers(node), callers_[entity]);
    copy(graph->placed_on(node), nodes_[entity]);
    for (const std::size_t on : nodes_[entity]) residents_[on].push_back(entity);
  }
}

const RoleMovement* RoleMovements::find(std::size_t entity, std::string_view role) const {
  const auto& roles = roles_[entity];
  const auto found = std::lower_bound(roles.begin(), roles.end(), role,
                                      [](const auto& entry, std::string_view name) { return entry.first < name; });
  if (found == roles.end() || found->first != role) return nullptr;
  return of_column(found->second);
}

const RoleMovement* RoleMovements::of_column(Eigen::Index column) const {
  const std::optional<RoleMovement>& movement = movements_[static_cast<std::size_t>(column)];
  return movement ? &*movement : nullptr;
}

std::span<const std::size_t> RoleMovements::having(std::string_view role) const {
  const auto found = std::lower_bound(having_.begin(), having_.end(), role,
                                      [](const auto& entry, std::string_view name) { return entry.first < name; });
  if (found == having_.end() || found->first != role) return {};
  return found->second;
}

std::optional<std::size_t> RoleMovements::entity_of(Eigen::Index column) const {
  const std::size_t entity = entity_of_column_[static_cast<std::size_t>(column)];
  return entity == kNobody ? std::nullopt : std::optional(entity);
}

std::vector<std::size_t> RoleMovements::at(std::size_t entity, Place place, std::string_view role) const {
  switch (place) {
    case Place::self: return {entity};
    case Place::callee: return callees_[entity];
    case Place::caller: return callers_[entity];
    case Place::node: return residents_[entity].empty() ? nodes_[entity] : std::vector<std::size_t>{entity};
    case Place::neighbour: {
      if (!residents_[entity].empty()) return residents_[entity];
      std::vector<std::size_t> beside;
      for (const std::size_t node : nodes_[entity]) {
        for (const std::size_t other : residents_[node]) {
          if (other != entity) beside.push_back(other);
        }
      }
      return beside;
    }
    case Place::peers: {
      const RoleMovement* const own = find(entity, role);
      if (own == nullptr) return {};
      const std::vector<Signal>& signals = context_.view->frame.signals;
      const std::string& group = signals[static_cast<std::size_t>(own->column)].peer_group;
      if (group.empty()) return {};
      std::vector<std::size_t> peers;
      for (const std::size_t other : having(role)) {
        const RoleMovement* const theirs = other == entity ? nullptr : find(other, role);
        if (theirs != nullptr && signals[static_cast<std::size_t>(theirs->column)].peer_group == group) {
          peers.push_back(other);
        }
      }
      return peers;
    }
    case Place::system: return {};
  }
  return {};
}

}  // namespace rca
