// What is built from many series at once: peer groups and the call graph.
#include <algorithm>
#include <map>
#include <set>
#include <utility>

#include "exporter/signals/resolver.h"

namespace exporter {
namespace {

// "10.0.0.7:8000" without its port. An IPv6 address has more than one colon outside brackets and is left alone.
std::string_view without_port(std::string_view name) {
  const std::size_t colon = name.rfind(':');
  if (colon == std::string_view::npos || colon + 1 == name.size()) return name;
  const std::string_view port = name.substr(colon + 1);
  if (!std::all_of(port.begin(), port.end(), [](char c) { return c >= '0' && c <= '9'; })) return name;
  std::string_view host = name.substr(0, colon);
  if (host.starts_with('[') && host.ends_with(']')) return host.substr(1, host.size() - 2);
  return host.find(':') == std::string_view::npos ? host : name;
}

class Aliases {
 public:
  Aliases(const Catalog& catalog, std::span<const EdgeMatch> edges) {
    for (const EdgeMatch& edge : edges) {
      if (catalog.edges.at(edge.spec).kind != EdgeSpec::Kind::alias) continue;
      const auto [it, fresh] = targets_.emplace(edge.source, edge.target);
      // An address that moved from one pod to another within the window names neither for certain.
      if (!fresh && it->second != edge.target) ambiguous_.insert(edge.source);
    }
  }

  [[nodiscard]] std::string resolve(const std::string& name) const {
    for (const std::string_view key : {std::string_view(name), without_port(name)}) {
      const auto found = targets_.find(key);
      if (found != targets_.end() && ambiguous_.find(key) == ambiguous_.end()) return found->second;
    }
    return name;
  }

 private:
  std::map<std::string, std::string, std::less<>> targets_;
  std::set<std::string, std::less<>> ambiguous_;
};

}  // namespace

void inherit_peer_groups(std::span<rca::Signal> signals) {
  std::map<std::string, std::map<std::string, std::size_t>> votes;
  for (const rca::Signal& signal : signals) {
    if (!signal.peer_group.empty()) ++votes[signal.entity][signal.peer_group];
  }
  for (rca::Signal& signal : signals) {
    const auto found = votes.find(signal.entity);
    if (!signal.peer_group.empty() || found == votes.end()) continue;
    const auto& groups = found->second;
    signal.peer_group = std::max_element(groups.begin(), groups.end(), [](const auto& a, const auto& b) {
                          return a.second < b.second;
                        })->first;
  }
}

bool edge_is_live(const EdgeSpec& spec, rca::SampleView samples) {
  if (samples.empty()) return false;
  if (spec.live == EdgeSpec::Live::increasing) {
    // A first sample above 0 is no growth: it may be as old as the process. Growth is seen between two samples.
    double previous = -1;
    for (const double value : samples.values) {
      if (rca::is_stale(value)) continue;
      if (previous >= 0 && value != previous && value > 0) return true;
      previous = value;
    }
    return false;
  }
  const double newest = samples.values.back();
  if (rca::is_stale(newest)) return false;
  return spec.live == EdgeSpec::Live::present || newest > 0;
}

rca::EntityGraph build_graph(const Catalog& catalog, std::span<const EdgeMatch> live,
                             const std::vector<CallEdge>& calls) {
  const Aliases aliases(catalog, live);
  std::set<std::pair<std::string, std::string>> call_edges;
  std::set<std::pair<std::string, std::string>> placements;
  std::set<std::string> names;
  const auto add = [&](auto& edges, const std::string& source, const std::string& target) {
    if (source == target) return;
    edges.emplace(source, target);
    names.insert({source, target});
  };
  for (const EdgeMatch& edge : live) {
    const EdgeSpec::Kind kind = catalog.edges.at(edge.spec).kind;
    if (kind == EdgeSpec::Kind::alias) continue;
    add(kind == EdgeSpec::Kind::call ? call_edges : placements, aliases.resolve(edge.source),
        aliases.resolve(edge.target));
  }
  for (const CallEdge& edge : calls) add(call_edges, edge.source, edge.target);

  rca::EntityGraph graph;
  for (const std::string& name : names) graph.add_entity(name);
  for (const auto& [source, target] : call_edges) graph.add_call(source, target);
  for (const auto& [source, target] : placements) graph.add_placement(source, target);
  return graph;
}

}  // namespace exporter
