// How the fault travelled from the cause to what users feel: against the direction of calls, up from nodes, along with
// what the class acts on (callees of a retry storm, replicas that a tenant floods).
#include <algorithm>
#include <cmath>
#include <limits>
#include <set>
#include <span>

#include "rca_core/diagnosis/sections.h"

namespace rca::sections {
namespace {

constexpr std::size_t kMostEdges = 24;
constexpr double kLeastWeight = 0.05;  // of an edge on the path that cannot be seen to carry anything
constexpr double kCarried = 0.5;

class Propagation {
 public:
  explicit Propagation(const Case& of) : of_(of) {}

  std::vector<PropagationEdge> run() {
    for (const Cause& cause : of_.causes) follow(cause);
    return std::move(edges_);
  }

 private:
  // Whom a fault at `entity` can reach next: its callers, what runs on it, the replicas of a model.
  [[nodiscard]] std::vector<std::size_t> next(std::size_t entity) const {
    std::vector<std::size_t> out = of_.movements.at(entity, Place::caller);
    const std::vector<std::size_t> nodes = of_.movements.at(entity, Place::node);
    if (std::find(nodes.begin(), nodes.end(), entity) != nodes.end()) {  // a node: to those that run on it
      const std::vector<std::size_t> residents = of_.movements.at(entity, Place::neighbour);
      out.insert(out.end(), residents.begin(), residents.end());
    }
    const std::span<const std::size_t> members = of_.movements.members(entity);
    out.insert(out.end(), members.begin(), members.end());
    return out;
  }

  // Entities other than callers on which the class acts: the most moved few of them.
  [[nodiscard]] std::vector<std::size_t> acted_on(const Cause& cause) const {
    std::vector<std::size_t> out;
    for (const TermMatch& term : cause.match->terms) {
      const Place place = term.term->place;
      const bool acts = place == Place::callee || place == Place::neighbour || place == Place::system;
      if (!acts || term.term->movement == Movement::stays || term.degree < kCarried || term.entity == cause.entity) {
        continue;
      }
      if (place == Place::callee) {  // all that moved alike, not only the clearest
        for (const std::size_t callee : of_.movements.at(cause.entity, Place::callee)) {
          const RoleMovement* const movement = of_.movements.find(callee, term.term->role);
          if (movement != nullptr && std::fabs(movement->own) >= kCarried) out.push_back(callee);
        }
      } else {
        out.push_back(term.entity);
      }
    }
    std::sort(out.begin(), out.end());
    out.erase(std::unique(out.begin(), out.end()), out.end());
    return out;
  }

  void follow(const Cause& cause) {
    if (of_.entry && *of_.entry != cause.entity) {
      const std::vector<std::size_t> path = shortest(cause.entity);
      for (std::size_t i = 0; i + 1 < path.size(); ++i) add(path[i], path[i + 1]);
      if (!path.empty() && cause.match->row == nullptr) return;
    }
    for (const std::size_t other : acted_on(cause)) {
      if (is_caller(cause.entity, other)) continue;
      add(cause.entity, other);
      if (!of_.entry || *of_.entry == cause.entity || *of_.entry == other) continue;
      const std::vector<std::size_t> path = shortest(other);
      for (std::size_t i = 0; i + 1 < path.size(); ++i) add(path[i], path[i + 1]);
    }
    const bool silent = std::none_of(edges_.begin(), edges_.end(), [&](const PropagationEdge& edge) {
      return edge.source == of_.name(cause.entity);
    });
    if (silent && of_.entry && *of_.entry != cause.entity) add(cause.entity, *of_.entry);  // the way is not known
  }

  [[nodiscard]] bool is_caller(std::size_t entity, std::size_t other) const {
    const std::vector<std::size_t> callers = of_.movements.at(entity, Place::caller);
    return std::find(callers.begin(), callers.end(), other) != callers.end();
  }

  // Dijkstra from `start` to the entry; entities that suffer are short ways. Empty: no way.
  [[nodiscard]] std::vector<std::size_t> shortest(std::size_t start) const {
    const std::size_t size = of_.context.entities.size();
    std::vector<double> distance(size, std::numeric_limits<double>::infinity());
    std::vector<std::size_t> from(size, size);
    std::set<std::pair<double, std::size_t>> open = {{0.0, start}};
    distance[start] = 0;
    while (!open.empty()) {
      const auto [so_far, entity] = *open.begin();
      open.erase(open.begin());
      if (entity == *of_.entry) break;
      for (const std::size_t other : next(entity)) {
        const double length = so_far + 2 - suffering(of_, other);
        if (length >= distance[other]) continue;
        open.erase({distance[other], other});
        distance[other] = length;
        from[other] = entity;
        open.emplace(length, other);
      }
    }
    if (from[*of_.entry] == size) return {};
    std::vector<std::size_t> path = {*of_.entry};
    while (path.back() != start) path.push_back(from[path.back()]);
    std::reverse(path.begin(), path.end());
    return path;
  }

  void add(std::size_t source, std::size_t target) {
    if (source == target || edges_.size() == kMostEdges || !seen_.emplace(source, target).second) return;
    const double felt = std::max(suffering(of_, target), kCarried * largest_movement(of_, target));
    edges_.push_back({of_.name(source), of_.name(target), std::clamp(felt, kLeastWeight, 1.0)});
  }

  const Case& of_;
  std::vector<PropagationEdge> edges_;
  std::set<std::pair<std::size_t, std::size_t>> seen_;
};

}  // namespace

std::vector<PropagationEdge> find_propagation(const Case& of) {
  return Propagation(of).run();
}

}  // namespace rca::sections
