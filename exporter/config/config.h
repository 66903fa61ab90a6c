// The configuration of rca_exporter and rcatool: one YAML file. docs/configuration.md documents every key.
#pragma once

#include <chrono>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "common/result.h"
#include "exporter/config/drift_config.h"
#include "remote_read/client.h"

namespace exporter {

using std::chrono::milliseconds;

// Where in a file something stands, for messages: "file:line: key.path: sentence".
struct Diagnostic {
  std::string file;
  int line = 0;      // 1-based; 0: the whole file
  std::string path;  // e.g. "slos[2].threshold"
  std::string message;
};
std::string to_string(const Diagnostic& diagnostic);
// All of them, one a line.
std::string to_string(const std::vector<Diagnostic>& diagnostics);

// Which range and lookback rules the server's PromQL follows.
enum class PromqlSemantics { automatic, closed, left_open };  // `auto`: asked from the server's build info

// Rewrites entity names after the catalogue has read them, like relabel_configs: where `regex` matches the whole name,
// the name becomes `replacement` ($1 …); rules run in order. An empty name drops the signal.
struct EntityRule {
  std::string regex;
  std::string replacement;
};

// Entities that should behave alike although no label says so, e.g. the pods of one Deployment. Where `entities`
// matches the whole entity name (after the entity rules), every signal of the entity gets `name` as its peer group. The
// first rule that matches wins, and it wins over the catalogue's peer labels.
struct PeerGroupRule {
  std::string name;
  std::string entities;  // regex
};

// What the user of the service feels.
enum class SliKind {
  time_to_first_token,
  inter_token_latency,
  end_to_end_latency,
  error_ratio,
  availability,     // ratio of good requests
  throughput,       // generated tokens per second
  quality,          // mean of a score of the answers, 0..1, better when higher: groundedness, answer_relevance, …
  quality_defect,   // share of answers with a defect, 0..1: hallucination_ratio, refusal_ratio, format_error_ratio, …
  bad_event_ratio,  // share of events that were bad, of counters that the configuration names (EventSli)
  slow_request_ratio,  // share of requests slower than a bucket's bound, of a histogram that it names (EventSli)
};

// What the error budget is counted in; the words are OpenSLO's (github.com/OpenSLO/OpenSLO, budgetingMethod).
enum class BudgetingMethod {
  timeslices,   // time: the objective is the share of time in which the threshold is kept
  occurrences,  // events: the objective is the share of events that are good
};
std::string_view to_string(BudgetingMethod method);  // as OpenSLO writes it, in small letters

// An indicator that counts events. Either counters (`total` with one of `good` and `bad`), each the sum over some
// selectors, or a histogram whose bucket at `bound` holds the good ones. All empty: the SLO has none of its own.
struct EventSli {
  std::vector<std::string> good;   // PromQL selectors of counters
  std::vector<std::string> bad;    // the same
  std::vector<std::string> total;  // the same
  std::string histogram;           // selector of a classic histogram by its base name, without _bucket
  double bound = 0;                // one of its `le`

  [[nodiscard]] bool empty() const { return total.empty() && histogram.empty(); }
};

struct Slo {
  std::string name;  // label `slo`, unique
  SliKind sli = SliKind::end_to_end_latency;
  std::string role;        // the catalogue's role that is measured; empty: the default role of `sli`
  std::string entity;      // of which entity; empty: the whole service, i.e. over all entities of the role together
  double quantile = 0.95;  // for the latencies
  // In the SLI's base unit; above it (below it for availability, throughput and quality) the objective is broken.
  double threshold = 0;
  double objective = 0.99;  // share of time (by events: of events) that is to be good, 0..1; the rest is the budget
  milliseconds budget_window{30LL * 24 * 3600 * 1000};  // over which that share is reckoned
  // How long it must be broken; nothing: incidents.open_after. Indicators of few observations need longer.
  std::optional<milliseconds> open_after;
  milliseconds detect_within{300'000};  // an incident that is seen later than that after its onset was seen late
  // Throughput only means something while requests arrive: below this many requests/s the SLI counts as kept.
  double min_request_rate = 0;
  BudgetingMethod budgeting = BudgetingMethod::timeslices;
  EventSli events;      // with the kinds bad_event_ratio and slow_request_ratio, and only with them
  std::string service;  // what the SLO is of, for people and alert labels; may be empty
  int line = 0;         // in the configuration file, for messages; 0: a default
};
std::string_view to_string(SliKind kind);  // as the configuration writes it, e.g. "time_to_first_token"
// The catalogue's role that an SLO measures when it names none, e.g. "ttft".
std::string_view default_role(SliKind kind);

struct IncidentOptions {
  milliseconds open_after{10000};     // how long the objective must be broken
  milliseconds resolve_after{60000};  // how long it must be kept again
  // Kept again: the SLI is below threshold × this; above threshold / this for throughput; for availability and quality,
  // what is missing to 1 is below (1 − threshold) × this.
  double resolve_ratio = 0.9;
  int top_k = 10;  // entities and signals published per incident and method
  int kept = 20;   // incidents published after they are resolved, newest first
};

struct CallEdge {
  std::string source;
  std::string target;
};

struct Config {
  std::string file;  // where it was read from, for messages
  // `evaluation:`
  milliseconds interval{15000};           // one cycle
  milliseconds step{5000};                // of the grid
  milliseconds window{3600000};           // history held
  milliseconds normal_window{1800000};    // at most so much before the onset is "normal"
  milliseconds anomalous_window{600000};  // at most so much from the onset is "anomalous"
  milliseconds lookback{300000};          // PromQL's lookback delta
  milliseconds rate_range{60000};         // range of rate() and of the histograms' rates
  milliseconds ingestion_delay{0};        // the newest row is this old, for sources whose samples arrive late
  PromqlSemantics semantics = PromqlSemantics::automatic;
  std::uint64_t seed = 1;
  std::size_t max_signals = 20000;  // bound on the signals held; more is an error of the cycle
  // The methods that run on every incident, in the order of preference for the answer: the first whose ranking is not
  // empty names the root cause.
  std::vector<std::string> methods{"consensus", "peer_deviation", "baro", "nsigma"};

  std::vector<remote_read::EndpointOptions> sources;  // `sources:`, at least one
  std::vector<std::string> catalog_files;             // `catalog.files:`, made absolute (see load_config)
  bool builtin_catalog = true;                        // `catalog.builtin:`
  std::vector<std::string> catalog_exporters;         // `catalog.exporters:` which of the built-in files; empty: all
  std::vector<std::string> series_matchers;           // `catalog.match:` e.g. namespace="ray", added to every selector
  std::vector<EntityRule> entity_rules;               // `entities:`
  std::vector<PeerGroupRule> peer_groups;             // `peer_groups:`
  std::vector<CallEdge> calls;                        // `graph.calls:`
  bool audit_traces = true;                           // `audit.traces:` spans are collected, their absence is a gap
  bool audit_logs = true;                             // `audit.logs:` as above
  std::vector<Slo> slos;                              // `slos:`; without the key the defaults for vLLM
  IncidentOptions incidents;
  DriftConfig drift;                           // `drift:`
  SpcConfig spc;                               // `spc:`
  std::string store_path = "rca_exporter.db";  // `store.path:`, SQLite; ":memory:" for none
  bool webhook_enabled =
      false;  // `web.enable_write:` allow POST /api/v1/alerts and /api/v1/changes without authentication
  bool lifecycle_enabled = false;  // `web.enable_lifecycle:` allow POST /-/reload without authentication
};

// What the caller knows and the configuration must fit.
struct ConfigChecks {
  std::vector<std::string> known_methods;      // names that `methods:` may use; empty: any name passes
  std::vector<std::string> known_exporters{};  // names that `catalog.exporters:` may use; empty: any name passes
  // Names that `drift.statistics:` and `drift.thresholds:` may use; empty: any name passes.
  std::vector<std::string> known_statistics{};
};

// Reads and checks the whole file. On failure: every mistake found, in file order. Exceptions of the YAML parser do not
// escape. File names in it (catalogues, passwords, tokens, certificates, the store) are relative to the folder of the
// file and are given joined to it. Password files are read here; files that are named and cannot be read are mistakes.
struct ConfigResult {
  std::optional<Config> config;  // set iff there are no diagnostics
  std::vector<Diagnostic> diagnostics;
};
ConfigResult load_config(const std::string& path, const ConfigChecks& checks = {});
// As load_config, on `text`. `file_name` is used in messages and as the place that relative names start from.
ConfigResult parse_config(const std::string& text, const std::string& file_name, const ConfigChecks& checks = {});

// The default SLOs, which fit vLLM serving chat.
std::vector<Slo> default_slos();

}  // namespace exporter
