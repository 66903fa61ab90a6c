// The signal catalogue: which metrics carry which signal role, and how entities are read from their labels.
// One YAML file per exporter of the stack in exporter/catalog/; docs/catalog.md documents the format.
#pragma once

#include <cstddef>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "common/labels.h"
#include "common/result.h"
#include "exporter/config/config.h"
#include "rca_core/frame/signal.h"
#include "remote_read/query.h"

namespace exporter {

// How several series of one (entity, role) become one signal. For histograms the bucket rates are summed.
enum class Aggregate { sum, mean, max, min };

// How raw samples become values.
enum class SeriesKind {
  gauge,           // the value itself
  counter,         // rate() over rate_range
  histogram,       // histogram_quantile over the summed bucket rates; the metric name is the base name, without _bucket
  histogram_mean,  // rate(_sum) / rate(_count)
};

// One role as one exporter writes it.
struct SignalSpec {
  std::string exporter;  // file it came from, e.g. "vllm"
  std::string role;      // e.g. "kv_cache_usage"
  std::string description;
  // Candidate names, the best first. Each entity's signal is read from the first candidate that has series for that
  // entity (SeriesMatch::preference), so that a server that exports an old and a new name is not counted twice.
  std::vector<std::string> metrics;
  std::vector<remote_read::Matcher> matchers;  // further label conditions
  SeriesKind kind = SeriesKind::gauge;
  std::string unit;        // base unit after `scale`
  double scale = 1;        // value × scale is in the base unit (0.001 for ms)
  double quantile = 0.95;  // for histograms
  std::optional<std::string>
      divide_by;  // role of the same exporter and entity: the signal is this / that (e.g. errors / requests)
  Aggregate aggregate = Aggregate::sum;
  std::string category;                    // one of the six root-cause categories, may be empty
  std::vector<std::string> entity_labels;  // the first of these labels that is not empty names the entity
  std::vector<std::string>
      peer_labels;        // entities with equal values of these labels (and the same role) are peers; empty: no peers
  bool internal = false;  // only an input of another role; not a column of the frame
  // Set: only asked of sources of this dialect (DeepFlow computes on the server and needs hints).
  std::optional<remote_read::Dialect> dialect;
  std::string hint_func;             // with dialect deepflow: the aggregation that the server applies
  std::vector<std::string> hint_by;  // and the labels that it keeps
  std::string file;                  // for messages
  int line = 0;
};

// Series that tell who calls whom, or what runs where.
struct EdgeSpec {
  // alias: `source` is another name of entity `target`, e.g. a pod's IP address; edges that name it mean the target.
  enum class Kind { call, placement, alias };
  // When the edge of a series counts: while it has samples, while its newest value is > 0, or while it grows (a counter
  // keeps its value long after the last call).
  enum class Live { present, positive, increasing };
  std::string exporter;
  Kind kind = Kind::call;
  Live live = Live::present;
  std::string metric;
  std::vector<remote_read::Matcher> matchers;
  std::vector<std::string>
      source_labels;  // the first that is not empty names the source (caller, or the entity that is placed)
  std::vector<std::string> target_labels;       // the target (callee, or the node)
  std::optional<remote_read::Dialect> dialect;  // as in SignalSpec, with the hints below
  std::string hint_func;
  std::vector<std::string> hint_by;
  std::string file;
  int line = 0;
};

// Series in which changes of the system show: by a label whose value changes (an image, a model's name, a limit in a
// `*_info` series), or by their own value (wanted replicas).
struct ChangeSpec {
  std::string exporter;
  std::string kind;  // of the change event, e.g. "image"
  std::string metric;
  std::vector<remote_read::Matcher> matchers;
  std::vector<std::string> entity_labels;       // the first that is not empty names the entity
  std::vector<std::string> key_labels;          // tell things of one entity apart, e.g. its containers
  std::vector<std::string> value_labels;        // what changes; empty: the series' value
  std::optional<remote_read::Dialect> dialect;  // as in SignalSpec, with the hints below
  std::string hint_func;
  std::vector<std::string> hint_by;
  std::string file;
  int line = 0;
};

struct Catalog {
  std::vector<SignalSpec> signals;
  std::vector<EdgeSpec> edges;
  std::vector<ChangeSpec> changes;
};

struct CatalogResult {
  std::optional<Catalog> catalog;
  std::vector<Diagnostic> diagnostics;
};

// The built-in files (compiled into the binary), then `files`; an entry of a later file replaces the one with the same
// (exporter, role), in its place. Also checks that every SLO's role is in the catalogue.
CatalogResult load_catalog(const Config& config);
// One file alone, as `rcatool check catalog` does.
CatalogResult check_catalog_file(const std::string& file);
// As check_catalog_file, on `text`; `file` is used in messages and, without its folder and ".yml", as the exporter's
// name where the text gives none.
CatalogResult parse_catalog(const std::string& text, const std::string& file);
// `rcatool check config`: the configuration, its catalogue files, and whether they fit each other.
std::vector<Diagnostic> check_config_file(const std::string& file, const ConfigChecks& checks = {});
// Names of the built-in exporters, in the order in which they are loaded.
std::vector<std::string> builtin_exporters();
// The YAML text of a built-in file; empty: there is none of that name.
std::string_view builtin_catalog_text(std::string_view exporter);

// Entity name of a series: the first of `names` among its labels that says something (not empty, not "unknown" and the
// like), rewritten by `rules`. Empty: none, the series is left out.
class EntityNamer {
 public:
  // Error invalid_argument: a regex that RE2 rejects, a replacement that names a group that is not there.
  static rca::Result<EntityNamer> create(const std::vector<EntityRule>& rules);
  EntityNamer(EntityNamer&&) noexcept;
  EntityNamer& operator=(EntityNamer&&) noexcept;
  ~EntityNamer();
  [[nodiscard]] std::string name(const rca::Labels& labels, const std::vector<std::string>& names) const;
  [[nodiscard]] std::string rewrite(std::string_view name) const;  // the rules alone

 private:
  EntityNamer();
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace exporter
