// What to ask of the sources, and what each series that comes back means: the catalogue and the configuration applied.
#pragma once

#include <cstddef>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "common/labels.h"
#include "common/result.h"
#include "common/samples.h"
#include "exporter/config/config.h"
#include "exporter/signals/catalog.h"
#include "rca_core/frame/signal.h"
#include "rca_core/graph/entity_graph.h"
#include "remote_read/query.h"

namespace exporter {

// One remote-read query without its times. The caller fills start and end, and the times of the hints.
struct Selector {
  std::vector<remote_read::Matcher> matchers;
  remote_read::Hints hints;  // func, grouping and by, for DeepFlow; else empty
};

// Which part of a metric a series is. For the histogram kinds: bucket, sum, count; else value.
enum class SeriesPart { value, bucket, sum, count };

// A series is an input of one signal: (entity, role of the spec).
struct SeriesMatch {
  std::size_t spec = 0;  // index into catalog().signals
  SeriesPart part = SeriesPart::value;
  double upper_bound = 0;  // part bucket: `le` as the label has it; × the spec's scale it is in the base unit
  std::string entity;      // never empty
  std::string peer_group;  // empty: none (see inherit_peer_groups)
  // Several specs, and several candidate names of a spec, can give the same role of the same entity. Of all series with
  // the same (entity, role) only those with the smallest preference that has data make the signal; the rest are left
  // out. A number unique to (spec, candidate name), growing with the order in the catalogue.
  std::size_t preference = 0;
};

// A series says that source calls target, runs on it, or is another name of it.
struct EdgeMatch {
  std::size_t spec = 0;  // index into catalog().edges
  std::string source;    // neither is ever empty
  std::string target;
};

// A series in which changes show.
struct ChangeMatch {
  std::size_t spec = 0;  // index into catalog().changes
  std::string entity;    // never empty
  std::string key;       // the values of key_labels
  std::string value;     // those of value_labels; empty: the series' value counts
};

// Empty for a series that the catalogue does not know, or whose labels name no entity.
struct SeriesResolution {
  std::vector<SeriesMatch> signals;
  std::vector<EdgeMatch> edges;
  std::vector<ChangeMatch> changes;
};

// Immutable, thread-safe. One resolve() is a hash look-up and, for series that match, the configuration's regexes on
// the entity name: fit to be called once per series and kept.
class Resolver {
 public:
  // Error invalid_argument: a regex that RE2 rejects (load_config and load_catalog find these before).
  static rca::Result<Resolver> create(Catalog catalog, const Config& config);
  Resolver(Resolver&&) noexcept;
  Resolver& operator=(Resolver&&) noexcept;
  ~Resolver();

  [[nodiscard]] const Catalog& catalog() const;

  // What to ask of a source that speaks `dialect`. Names that are asked under the same conditions share one query (an
  // alternation on __name__, which Prometheus answers from its index), about `names_per_query` names each;
  // Config::series_matchers are in each. Every series that resolve() knows is selected by one of them; a source
  // may return a series for more than one.
  [[nodiscard]] std::vector<Selector> selectors(remote_read::Dialect dialect = remote_read::Dialect::prometheus,
                                                std::size_t names_per_query = 48) const;

  // `labels` sorted by name, with __name__.
  [[nodiscard]] SeriesResolution resolve(const rca::Labels& labels) const;

  // Spec that SignalSpec::divide_by names: index into catalog().signals; nullopt: the spec has none.
  [[nodiscard]] std::optional<std::size_t> divisor(std::size_t spec) const;

 private:
  Resolver();
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

// Series of an entity that carry no peer label (a container's CPU, a GPU's clock) belong to the same group as the
// series of that entity that do (the model that its vLLM serves): signals without a group get the one that most signals
// of their entity name; of several such, the first in the alphabet. Entities without any stay without.
void inherit_peer_groups(std::span<rca::Signal> signals);

// Whether the edge of a series counts, given its samples over the window (EdgeSpec::live). Resets of a counter count as
// growth; stale markers end a series.
bool edge_is_live(const EdgeSpec& spec, rca::SampleView samples);

// The graph of the live edges and of `graph.calls:` in the configuration. Names that are aliases (also with a port,
// "10.0.0.7:8000") are replaced by what they stand for; an edge from an entity to itself is left out. The order of
// the edges does not matter to the result: entities are numbered in the order of their names.
rca::EntityGraph build_graph(const Catalog& catalog, std::span<const EdgeMatch> live,
                             const std::vector<CallEdge>& calls);

}  // namespace exporter
