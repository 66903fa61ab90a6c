#include "exporter/dataset/topology.h"

#include <optional>
#include <set>
#include <unordered_map>
#include <unordered_set>

namespace exporter::dataset {
namespace {

using rca::EntityGraph;
using rca::Error;
using rca::ErrorKind;
using rca::Result;

bool is_node(std::string_view name) {
  return name.find(":10250") != std::string_view::npos;
}

std::optional<std::size_t> find_column(const CsvReader& csv, std::string_view name) {
  for (std::size_t i = 0; i < csv.cells().size(); ++i) {
    if (csv.cells()[i] == name) return i;
  }
  return std::nullopt;
}

void add_edge(EntityGraph& graph, std::string_view source, std::string_view destination) {
  if (is_node(destination)) {
    graph.add_placement(source, destination);
  } else if (is_node(source)) {
    graph.add_placement(destination, source);
  } else {
    graph.add_call(source, destination);
  }
}

std::size_t reached_from(const EntityGraph& graph, EntityGraph::Node root) {
  std::vector<bool> seen(graph.size());
  std::vector<EntityGraph::Node> open{root};
  seen[root] = true;
  std::size_t reached = 0;
  while (!open.empty()) {
    const EntityGraph::Node node = open.back();
    open.pop_back();
    ++reached;
    for (const EntityGraph::Node callee : graph.callees(node)) {
      if (!seen[callee]) open.push_back(callee);
      seen[callee] = true;
    }
  }
  return reached;
}

}  // namespace

Result<EntityGraph> read_call_graph(std::string_view text, const std::string& file, const Limits& limits) {
  CsvReader csv(text, file, limits);
  RCA_ASSIGN(const bool any, csv.next());
  if (!any) return Error{ErrorKind::malformed, file + ": is empty"};
  const auto source = find_column(csv, "source");
  const auto destination = find_column(csv, "destination");
  if (!source || !destination) return csv.error("no columns are called 'source' and 'destination'");
  const std::size_t columns = csv.cells().size();
  EntityGraph graph;
  for (std::size_t edges = 0;; ++edges) {
    RCA_ASSIGN(const bool more, csv.next());
    if (!more) return graph;
    if (edges >= limits.edges) {
      return Error{ErrorKind::limit, csv.error("more than " + std::to_string(limits.edges) + " edges").message};
    }
    if (csv.cells().size() != columns) return csv.error("another number of cells than the header has");
    if (csv.cells()[*source].empty() || csv.cells()[*destination].empty()) return csv.error("an edge without an end");
    add_edge(graph, csv.cells()[*source], csv.cells()[*destination]);
  }
}

Calls calls_of_edge_columns(const std::vector<std::string>& names, const EntityGraph& graph, const rca::Frame& frame) {
  std::unordered_set<std::string_view> known;
  for (const rca::Signal& signal : frame.signals) known.insert(signal.entity);
  for (EntityGraph::Node node = 0; node < graph.size(); ++node) known.insert(graph.name(node));
  Calls calls;
  for (const std::string& name : names) {
    const std::string_view whole = name;
    std::size_t cut = whole.find('_');
    for (std::size_t at = cut; at != std::string_view::npos; at = whole.find('_', at + 1)) {
      if (known.contains(whole.substr(0, at)) && known.contains(whole.substr(at + 1))) {
        cut = at;
        break;
      }
    }
    if (cut == std::string_view::npos || cut == 0 || cut + 1 == whole.size()) {
      calls.emplace_back();
    } else {
      calls.emplace_back(whole.substr(0, cut), whole.substr(cut + 1));
    }
  }
  return calls;
}

Calls calls_of_roles(const rca::Frame& frame) {
  constexpr std::string_view kFrom = "-from-";
  std::unordered_set<std::string_view> entities;
  for (const rca::Signal& signal : frame.signals) entities.insert(signal.entity);
  std::set<std::pair<std::string_view, std::string_view>> seen;
  Calls calls;
  for (const rca::Signal& signal : frame.signals) {
    const std::string_view role = signal.role;
    const std::size_t at = role.find(kFrom);
    if (at == std::string_view::npos) continue;
    const std::string_view caller = role.substr(at + kFrom.size());
    if (!entities.contains(caller) || !seen.insert({caller, signal.entity}).second) continue;
    calls.emplace_back(caller, signal.entity);
  }
  return calls;
}

Calls calls_of_spans(const std::vector<rca::Span>& spans) {
  // Ids of spans are unique within their trace only.
  std::unordered_map<std::string, std::string_view> entities;
  const auto key = [](const rca::Span& span, const std::string& id) { return span.trace_id + '\n' + id; };
  for (const rca::Span& span : spans) entities.emplace(key(span, span.span_id), span.entity);
  std::set<std::pair<std::string_view, std::string_view>> seen;
  Calls calls;
  for (const rca::Span& span : spans) {
    if (span.parent_id.empty()) continue;
    const auto parent = entities.find(key(span, span.parent_id));
    if (parent == entities.end() || parent->second == span.entity) continue;
    if (seen.insert({parent->second, span.entity}).second) calls.emplace_back(parent->second, span.entity);
  }
  return calls;
}

std::string entry_of(const EntityGraph& graph) {
  std::size_t most = 1;
  std::string best;
  for (EntityGraph::Node node = 0; node < graph.size(); ++node) {
    if (!graph.callers(node).empty() || graph.callees(node).empty()) continue;
    if (const std::size_t reached = reached_from(graph, node); reached > most) {
      most = reached;
      best = graph.name(node);
    }
  }
  return best;
}

}  // namespace exporter::dataset
