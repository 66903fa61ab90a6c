#include "rca_core/graph/entity_graph.h"

#include <algorithm>

namespace rca {
namespace {

void add_once(std::vector<EntityGraph::Node>& nodes, EntityGraph::Node node) {
  if (std::find(nodes.begin(), nodes.end(), node) == nodes.end()) nodes.push_back(node);
}

}  // namespace

EntityGraph::Node EntityGraph::add_entity(std::string_view name) {
  if (const auto it = index_.find(name); it != index_.end()) return it->second;
  const Node node = names_.size();
  names_.emplace_back(name);
  index_.emplace(std::string(name), node);
  callees_.emplace_back();
  callers_.emplace_back();
  placed_on_.emplace_back();
  return node;
}

void EntityGraph::add_call(std::string_view caller, std::string_view callee) {
  const Node from = add_entity(caller);
  const Node to = add_entity(callee);
  add_once(callees_[from], to);
  add_once(callers_[to], from);
}

void EntityGraph::add_placement(std::string_view entity, std::string_view node) {
  const Node placed = add_entity(entity);
  const Node on = add_entity(node);  // first: it moves placed_on_
  add_once(placed_on_[placed], on);
}

std::optional<EntityGraph::Node> EntityGraph::find(std::string_view name) const {
  const auto it = index_.find(name);
  if (it == index_.end()) return std::nullopt;
  return it->second;
}

}  // namespace rca
