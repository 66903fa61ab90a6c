// What every root-cause analysis method has in common: what it may see, how it is configured, what it gives.
#pragma once

#include <Eigen/Core>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "common/result.h"
#include "rca_core/frame/frame.h"
#include "rca_core/graph/entity_graph.h"

namespace rca {

// A deployment, a configuration change, a scaling event.
struct ChangeEvent {
  std::int64_t time_ms = 0;
  std::string kind;  // "deployment", "configuration", "scaling", …
  std::string entity;
  std::string from;
  std::string to;
};

// One call of a service, as a tracer saw it.
struct Span {
  std::string trace_id;
  std::string span_id;
  std::string parent_id;  // empty: the root of its trace, or not known
  std::string entity;     // the service that did the work
  std::string operation;
  std::int64_t start_us = 0;  // since the epoch
  std::int64_t duration_us = 0;
  bool error = false;
};

struct LogLine {
  std::int64_t time_ms = 0;  // since the epoch
  std::string entity;
  std::string message;
};

// How long the calls from one entity to another take, as their caller sees it, on the rows of the view's frame.
struct CallLatencies {
  struct Edge {
    std::string caller;
    std::string callee;
  };
  std::vector<Edge> edges;  // E
  Eigen::MatrixXd seconds;  // T × E, NaN = missing
};

// Counts of events per interval, on a time grid of their own. A signal is one thing that is counted: the log lines of
// an entity, the calls or the errors of one of its operations. An interval without an event is 0, one that was not
// observed is missing.
struct EventCounts {
  Frame logs;         // role "log_lines"
  Frame span_counts;  // role = operation
  Frame span_errors;  // role = operation
};

// What the SLI that users feel is about.
enum class SliNature { unknown, latency, failures, throughput, quality };

// What a method may see of an incident; never the truth. What is not there is empty or null.
struct IncidentView {
  const Frame& frame;
  Eigen::Index onset_row = 0;  // first anomalous row: normal = [0, onset_row), anomalous = [onset_row, T)
  std::optional<Eigen::Index> sli_column = std::nullopt;  // the signal that users feel, if it is in the frame
  const EntityGraph* graph = nullptr;                     // may be null
  std::span<const ChangeEvent> changes = {};
  std::int64_t onset_ms = 0;    // where spans, logs and counts are cut; 0: the time of onset_row
  std::string_view entry = {};  // the entity that users call
  std::span<const Span> spans = {};
  std::span<const LogLine> logs = {};
  const EventCounts* counts = nullptr;
  const CallLatencies* call_latencies = nullptr;
  SliNature sli_nature = SliNature::unknown;  // unknown: as the signal of sli_column tells, where there is one
  std::span<const double> sli = {};  // the SLI on the rows of the frame, NaN = missing; empty: the values of sli_column
  std::string_view sli_name = {};  // in words, for sentences: "p95 time to first token"; empty: as its signal is called

  [[nodiscard]] std::int64_t onset_time_ms() const { return onset_ms != 0 ? onset_ms : frame.grid.time_ms(onset_row); }
};

// What a method needs to work at all; a bit set.
enum class Need : unsigned { none = 0, metrics = 1, graph = 2, logs = 4, traces = 8, sli = 16 };
constexpr Need operator|(Need a, Need b) {
  return static_cast<Need>(static_cast<unsigned>(a) | static_cast<unsigned>(b));
}
constexpr bool has(Need set, Need one) {
  return (static_cast<unsigned>(set) & static_cast<unsigned>(one)) != 0;
}

struct MethodOptions {
  std::uint64_t seed = 1;
  // Rows that are looked at: the last `normal_rows` before the onset and the first `anomalous_rows` from it; 0 = all.
  Eigen::Index normal_rows = 0;
  Eigen::Index anomalous_rows = 0;
};

// Why a candidate has its score, in numbers and in words.
struct Evidence {
  double before = 0;          // centre of the normal window, in the signal's unit
  double after = 0;           // the anomalous value that the score is about, in the signal's unit
  double scale = 0;           // what one deviation is, in the signal's unit
  double deviation = 0;       // (after − before) / scale, signed; of peer_deviation: less what its peers did
  std::int64_t since_ms = 0;  // first anomalous row that deviates; 0: not known
  std::string text;           // one sentence for a person
};

struct Candidate {
  std::string entity;
  std::string signal;  // role
  double score = 0;    // finite, higher = more likely; only comparable within one ranking
  Evidence evidence;
};

// Best candidate first. Ties keep the order of the frame's columns. Scores are finite.
struct Ranking {
  std::string method;
  std::vector<Candidate> signals;   // each (entity, signal) at most once
  std::vector<Candidate> entities;  // each entity once, with the signal that speaks for it
};

// Pure: the same view and options give the same ranking. Thread-safe: holds no state.
class Method {
 public:
  virtual ~Method() = default;
  [[nodiscard]] virtual std::string_view name() const = 0;         // as the literature calls it
  [[nodiscard]] virtual std::string_view description() const = 0;  // one line
  [[nodiscard]] virtual std::string_view reference() const = 0;    // the paper
  [[nodiscard]] virtual Need needs() const = 0;

  // Errors: missing_input (an input that needs() names is not there, or too few rows), invalid_argument (onset out of
  // range).
  [[nodiscard]] virtual Result<Ranking> rank(const IncidentView& view, const MethodOptions& options) const = 0;
};

}  // namespace rca
