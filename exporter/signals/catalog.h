// The signal catalogue: which metrics carry which signal role, and how entities are read from their labels.
// One YAML file per exporter of the stack in exporter/catalog/; docs/catalog.md documents the format.
#pragma once

#include <memory>
#include <optional>
#include <string>
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
  std::vector<std::string> metrics;            // candidate names; all that have series are used, per series
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
  std::string file;       // for messages
  int line = 0;
};

// Series that tell who calls whom, or what runs where.
struct EdgeSpec {
  enum class Kind { call, placement };
  Kind kind = Kind::call;
  std::string metric;
  std::vector<remote_read::Matcher> matchers;
  std::vector<std::string>
      source_labels;  // the first that is not empty names the source (caller, or the entity that is placed)
  std::vector<std::string> target_labels;  // the target (callee, or the node)
  std::string file;
  int line = 0;
};

struct Catalog {
  std::vector<SignalSpec> signals;
  std::vector<EdgeSpec> edges;
};

struct CatalogResult {
  std::optional<Catalog> catalog;
  std::vector<Diagnostic> diagnostics;
};

// The built-in files (compiled into the binary), then `files`; an entry of a later file replaces the one with the same
// (exporter, role).
CatalogResult load_catalog(const Config& config);
// One file alone, as `rcatool check catalog` does. `text` empty: read from `file`.
CatalogResult check_catalog_file(const std::string& file);
// Names of the built-in exporters.
std::vector<std::string> builtin_exporters();

// Entity name of a series: the first of `names` among its labels, rewritten by `rules`. Empty: none, the series is left
// out.
class EntityNamer {
 public:
  static rca::Result<EntityNamer> create(const std::vector<EntityRule>& rules);
  EntityNamer(EntityNamer&&) noexcept;
  EntityNamer& operator=(EntityNamer&&) noexcept;
  ~EntityNamer();
  [[nodiscard]] std::string name(const rca::Labels& labels, const std::vector<std::string>& names) const;

 private:
  EntityNamer();
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace exporter
