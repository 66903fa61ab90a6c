// Entities and how they depend on each other.
#pragma once

#include <cstddef>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace rca {

// Entities are numbered in the order in which they were first named. Adding an edge adds its entities; an edge that is
// added twice is kept once.
class EntityGraph {
 public:
  using Node = std::size_t;

  Node add_entity(std::string_view name);
  void add_call(std::string_view caller, std::string_view callee);
  void add_placement(std::string_view entity, std::string_view node);  // e.g. a replica on a Kubernetes node

  [[nodiscard]] std::size_t size() const { return names_.size(); }
  [[nodiscard]] const std::string& name(Node node) const { return names_[node]; }
  [[nodiscard]] std::optional<Node> find(std::string_view name) const;
  [[nodiscard]] const std::vector<Node>& callees(Node node) const { return callees_[node]; }
  [[nodiscard]] const std::vector<Node>& callers(Node node) const { return callers_[node]; }
  [[nodiscard]] const std::vector<Node>& placed_on(Node node) const { return placed_on_[node]; }

 private:
  std::vector<std::string> names_;
  std::map<std::string, Node, std::less<>> index_;
  std::vector<std::vector<Node>> callees_;
  std::vector<std::vector<Node>> callers_;
  std::vector<std::vector<Node>> placed_on_;
};

}  // namespace rca
