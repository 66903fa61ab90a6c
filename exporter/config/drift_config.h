// The sections `drift` and `spc` of the configuration. docs/drift.md says what they mean.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <map>
#include <string>
#include <vector>

#include "remote_read/query.h"

namespace exporter {

// What the observations of a signal are, and how they come.
enum class DriftKind {
  histogram,  // bucket counters, classic or native
  gauge,      // the values of a gauge, one every `sample_interval`
  embedding,  // vectors: a gauge with one series per dimension, one vector every `sample_interval`
};

// One signal whose distribution is compared.
struct DriftSignal {
  std::string name;  // label `signal`; without a selector the catalogue's role that is compared
  // Of a selector: the metric (of a histogram without _bucket) and the other conditions. Empty: the series, their
  // entities and their peer groups are those of the catalogue's role.
  std::string metric;
  std::vector<remote_read::Matcher> matchers;
  DriftKind kind = DriftKind::histogram;  // with a selector
  std::vector<std::string> by;  // with a selector: labels whose values, joined by "/", name the entity; none: "all"
  std::string dim = "dim";      // of an embedding: the label that numbers the dimensions, from 0
  int line = 0;                 // in the configuration file, for messages; 0: a default
};

enum class ReferenceKind { fixed, same_hour, rolling, pinned };

// What the current window is compared with.
struct DriftReference {
  std::string name;  // label `reference`, unique
  ReferenceKind kind = ReferenceKind::same_hour;
  std::int64_t start_ms = 0;  // fixed: (start, end]
  std::int64_t end_ms = 0;
  int days = 7;                                  // same_hour: the current window's times of so many days before
  std::chrono::milliseconds window{86'400'000};  // rolling: so long, and …
  std::chrono::milliseconds gap{3'600'000};      // … ending so long before the current window begins
  std::string file;  // pinned: written by `rcatool pin`; joined to the configuration's folder
  int line = 0;
};

struct DriftConfig {
  bool enabled = true;
  std::chrono::milliseconds interval{300'000};  // one evaluation; also the grain in which history is held
  std::chrono::milliseconds window{3'600'000};  // the current window: a multiple of the interval
  std::vector<DriftSignal> signals;
  std::vector<DriftReference> references;
  // On either side; with fewer there is no verdict. Of the kinds in the order histogram, gauge, embedding.
  std::size_t min_observations = 100;
  std::size_t min_values = 30;  // independent ones
  std::size_t min_vectors = 20;
  double alpha = 0.01;                  // false discovery rate over all tests of an evaluation
  std::vector<std::string> statistics;  // names, or what follows rca_drift_ in their series; empty: all
  // By the same names: from this effect on a drift is large enough to be reported, if it is significant too. Others
  // keep their own.
  std::map<std::string, double, std::less<>> thresholds;
  std::vector<std::string> attribution_labels{"model_name", "gen_ai_request_model", "tenant", "cohort"};
  int attribution_top_k = 5;                          // values published per label
  std::chrono::milliseconds sample_interval{60'000};  // between the values of gauges and embeddings
  std::size_t max_targets = 2000;                     // (signal, entity) pairs that are compared
  std::size_t max_parts = 20'000;                     // with the attribution labels' values told apart
  std::size_t max_buckets = 40;                       // published per comparison
  std::size_t max_dimensions = 1024;                  // of an embedding
};

// The longest season that a chart's centre follows, where there is history enough for it.
enum class SpcSeason { none, hour_of_day, hour_of_week };

struct SpcConfig {
  bool enabled = true;
  std::vector<std::string> signals;  // roles of the catalogue
  bool default_signals = true;       // they are the defaults, of which a catalogue may lack some
  std::vector<int> lines;            // where each stands in the file
  std::vector<std::string> methods{"shewhart", "ewma", "cusum"};
  std::chrono::milliseconds step{300'000};  // between the points of a chart
  // History that centre and limits come from: two weeks, and the newest hours, which have no say in what is normal.
  std::chrono::milliseconds window{15 * 86'400'000LL};
  SpcSeason seasonality = SpcSeason::hour_of_week;
  double ewma_lambda = 0.2;
  double ewma_limit = 3.75;  // L, in standard deviations of the EWMA
  double cusum_slack = 0.5;  // k, in sigma
  double cusum_limit = 8;    // h, in sigma
  // Of all entities within the window, those included that are long gone.
  std::size_t max_signals = 2000;
};

// What a configuration without `drift.signals`, `drift.references` or `spc.signals` gets: lengths of prompts and
// answers, time to first token and the quality of answers, against the same hour of the seven days before.
std::vector<DriftSignal> default_drift_signals();
std::vector<DriftReference> default_drift_references();
std::vector<std::string> default_spc_signals();

}  // namespace exporter
