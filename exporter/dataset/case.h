// One labelled incident in the layout of RCAEval: the folder <dataset>/<service>_<fault>/<case> with
//   data.csv                `time` (seconds) and one column per signal; simple_metrics.csv stands in for it
//   inject_time.txt         when the fault began (seconds)
// and, where the source has them,
//   mpg.csv                 calls (source, destination)
//   latency_merged_90.csv   latencies of calls as the caller sees them, columns <caller>_<callee>
//   traces.csv, logs.csv    spans and log lines
//   logts.csv, tracets_lat.csv, tracets_err.csv   log lines, spans and failed spans per interval
//   truth.json              service(s), metric, fault, sli
// All of it is untrusted: any bytes give a case or an error that names file and line.
#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "common/result.h"
#include "exporter/dataset/csv.h"
#include "exporter/dataset/truth.h"
#include "rca_core/methods/method.h"

namespace exporter::dataset {

// What a method may see.
struct CaseData {
  rca::Frame frame;            // on an even grid: rows that data.csv lacks are missing values
  Eigen::Index onset_row = 0;  // at least one row on either side
  std::int64_t onset_ms = 0;
  std::optional<Eigen::Index> sli_column;
  rca::SliNature sli_nature = rca::SliNature::unknown;  // as the role of sli_column says
  std::optional<rca::EntityGraph> graph;
  std::string entry;
  std::vector<rca::Span> spans;
  std::vector<rca::LogLine> logs;
  std::optional<rca::EventCounts> counts;
  // In the unit of the dataset, which is not stated and differs; methods that use them are free of scale.
  std::optional<rca::CallLatencies> call_latencies;

  // Refers to this object, which must outlive it.
  [[nodiscard]] rca::IncidentView view() const;
};

struct Case {
  CaseData data;
  Truth truth;
  std::string true_signal;  // truth.metric as "<entity>_<role>" of the frame's signals; empty: not known
};

// The text of a file of the case by its name; empty: there is no such file.
using FileLoader = std::function<rca::Result<std::optional<std::string>>(std::string_view name)>;

// `label` stands before the names of files in messages; `folder` is "<service>_<fault>".
//
// Call graph: mpg.csv, else the columns of latency_merged_90.csv, else the spans, else roles "…-from-<caller>".
// SLI: truth.json's `sli`; else, by the graph, the latency (or else errors, or success) of the entry, the entity that
// calls others and that nobody calls. It is never taken from what is at fault; there may be none.
//
// Errors: malformed (with file and line), not_found (no data.csv), limit, what `load` gives.
rca::Result<Case> parse_case(const std::string& label, const std::string& folder, const FileLoader& load,
                             const Limits& limits = {});

// The case in the directory `dir`. Errors: as parse_case, and io.
rca::Result<Case> read_case(const std::filesystem::path& dir, const Limits& limits = {});

}  // namespace exporter::dataset
