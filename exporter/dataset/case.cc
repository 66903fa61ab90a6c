#include "exporter/dataset/case.h"

#include <algorithm>
#include <fstream>
#include <limits>
#include <system_error>
#include <tuple>
#include <utility>

#include "exporter/dataset/columns.h"
#include "exporter/dataset/events.h"
#include "exporter/dataset/numeric_table.h"
#include "exporter/dataset/topology.h"

namespace exporter::dataset {
namespace {

namespace fs = std::filesystem;
using rca::Error;
using rca::ErrorKind;
using rca::Result;

constexpr double kNan = std::numeric_limits<double>::quiet_NaN();

// The files of a case on their way to a Case.
class CaseParser {
 public:
  CaseParser(std::string label, const FileLoader& load, const Limits& limits)
      : label_(std::move(label)), load_(load), limits_(limits) {}

  Result<Case> parse(const std::string& folder) {
    RCA_TRY(read_truth_file());
    RCA_ASSIGN(case_.truth, make_truth(folder, truth_file_, label_));
    RCA_TRY(read_metrics());
    RCA_TRY(read_events());
    RCA_TRY(read_counts());
    RCA_TRY(read_graph());
    RCA_TRY(read_call_latencies());
    complete_graph();
    choose_entry_and_sli();
    return std::move(case_);
  }

 private:
  [[nodiscard]] std::string path(std::string_view name) const {
    return label_.empty() ? std::string(name) : label_ + "/" + std::string(name);
  }
  static bool is_signal(std::string_view name) { return !is_dropped_column(name); }

  Result<void> read_truth_file() {
    RCA_ASSIGN(const auto text, load_("truth.json"));
    if (text) {
      RCA_ASSIGN(truth_file_, read_truth(*text, path("truth.json")));
    }
    return {};
  }

  Result<void> read_metrics() {
    std::string name = "data.csv";
    RCA_ASSIGN(auto text, load_(name));
    if (!text) {
      name = "simple_metrics.csv";
      RCA_ASSIGN(text, load_(name));
    }
    if (!text) return Error{ErrorKind::not_found, path("data.csv") + ": is not there"};
    RCA_ASSIGN(const NumericTable table, read_numeric_table(*text, path(name), limits_, is_signal));
    text.reset();
    if (table.names.empty()) return Error{ErrorKind::malformed, path(name) + ":1: no column is a signal"};
    auto signals = signals_of_columns(table.names);
    if (!signals.ok()) return signals.error().with_context(path(name) + ":1");
    const GridPlacement placement = place_on_grid(table.times_ms, StepRule::median);
    case_.data.frame = {placement.grid, std::move(signals).value(), on_grid(table, placement, kNan)};
    column_names_ = table.names;
    case_.true_signal = renamed_column(case_.truth.metric, column_names_);
    return read_onset(table, placement);
  }

  Result<void> read_onset(const NumericTable& table, const GridPlacement& placement) {
    const std::string file = path("inject_time.txt");
    RCA_ASSIGN(const auto text, load_("inject_time.txt"));
    if (!text) return Error{ErrorKind::not_found, file + ": is not there"};
    CsvReader lines(*text, file, limits_);
    RCA_ASSIGN(const bool any, lines.next());
    if (!any) return Error{ErrorKind::malformed, file + ": is empty"};
    const auto time = parse_time_ms(lines.cells().front());
    if (!time) {
      return lines.error("the time " + in_quotes(lines.cells().front()) +
                         " is neither a number of seconds since 1970 nor a date");
    }
    const auto& times = table.times_ms;
    const auto first = std::lower_bound(times.begin(), times.end(), *time);
    if (first == times.begin() || first == times.end()) {
      return lines.error("the time " + in_quotes(lines.cells().front()) + " has no rows " +
                         (first == times.begin() ? "before" : "after") + " it");
    }
    case_.data.onset_ms = *time;
    case_.data.onset_row = placement.rows[static_cast<std::size_t>(first - times.begin())];
    return {};
  }

  Result<void> read_events() {
    RCA_ASSIGN(const auto traces, load_("traces.csv"));
    if (traces) {
      RCA_ASSIGN(case_.data.spans, read_spans(*traces, path("traces.csv"), limits_));
    }
    RCA_ASSIGN(const auto logs, load_("logs.csv"));
    if (logs) {
      RCA_ASSIGN(case_.data.logs, read_logs(*logs, path("logs.csv"), limits_));
    }
    return {};
  }

  // A frame of counts; a column of a log table is an entity alone.
  Result<bool> read_count(const std::string& name, rca::SignalKind kind, rca::Frame& frame) {
    RCA_ASSIGN(const auto text, load_(name));
    if (!text) return false;
    RCA_ASSIGN(const NumericTable table, read_numeric_table(*text, path(name), limits_, [](std::string_view column) {
                 return !column.empty() && !column.starts_with("Unnamed");
               }));
    for (const std::string& column : table.names) {
      rca::Signal& signal = frame.signals.emplace_back();
      if (kind == rca::SignalKind::log) {
        signal.entity = column;
        signal.role = "log_lines";
      } else {
        std::tie(signal.entity, signal.role) = split_column(column);
      }
      signal.kind = kind;
    }
    const GridPlacement placement = place_on_grid(table.times_ms, StepRule::smallest);
    frame.grid = placement.grid;
    frame.values = on_grid(table, placement, 0.0);
    return true;
  }

  Result<void> read_counts() {
    rca::EventCounts counts;
    RCA_ASSIGN(const bool logs, read_count("logts.csv", rca::SignalKind::log, counts.logs));
    RCA_ASSIGN(const bool spans, read_count("tracets_lat.csv", rca::SignalKind::trace, counts.span_counts));
    RCA_ASSIGN(const bool errors, read_count("tracets_err.csv", rca::SignalKind::trace, counts.span_errors));
    if (logs || spans || errors) case_.data.counts = std::move(counts);
    return {};
  }

  Result<void> read_graph() {
    RCA_ASSIGN(const auto text, load_("mpg.csv"));
    if (text) {
      RCA_ASSIGN(case_.data.graph, read_call_graph(*text, path("mpg.csv"), limits_));
    }
    return {};
  }

  Result<void> read_call_latencies() {
    const std::string file = path("latency_merged_90.csv");
    RCA_ASSIGN(const auto text, load_("latency_merged_90.csv"));
    if (!text) return {};
    RCA_ASSIGN(const NumericTable table, read_numeric_table(*text, file, limits_, [](std::string_view column) {
                 return is_signal(column) && column != "timestamp" && column != "index";
               }));
    const rca::Frame& frame = case_.data.frame;
    if (static_cast<std::size_t>(frame.grid.rows) * table.names.size() > 4 * limits_.cells ||
        table.names.size() > limits_.edges) {
      return Error{ErrorKind::limit, file + ":1: " + std::to_string(table.names.size()) + " edges are too many"};
    }
    rca::CallLatencies latencies;
    for (auto& [caller, callee] :
         calls_of_edge_columns(table.names, case_.data.graph.value_or(rca::EntityGraph()), frame)) {
      if (caller.empty()) {
        return Error{ErrorKind::malformed, file + ":1: column " + in_quotes(table.names[latencies.edges.size()]) +
                                               " is not <caller>_<callee>"};
      }
      latencies.edges.push_back({std::move(caller), std::move(callee)});
    }
    latencies.seconds = hold_on_grid(table, frame.grid);
    case_.data.call_latencies = std::move(latencies);
    return {};
  }

  void complete_graph() {
    CaseData& data = case_.data;
    if (data.graph) return;
    Calls calls;
    if (data.call_latencies) {
      for (const auto& edge : data.call_latencies->edges) calls.emplace_back(edge.caller, edge.callee);
    }
    if (calls.empty()) calls = calls_of_spans(data.spans);
    if (calls.empty()) calls = calls_of_roles(data.frame);
    if (calls.empty() || calls.size() > limits_.edges) return;
    data.graph.emplace();
    for (const auto& [caller, callee] : calls) data.graph->add_call(caller, callee);
  }

  void choose_entry_and_sli() {
    CaseData& data = case_.data;
    Eigen::Index column = -1;
    if (!truth_file_.sli.empty()) {
      const auto [entity, role] = split_column(renamed_column(truth_file_.sli, column_names_));
      data.entry = entity;
      column = data.frame.column(entity, role);
    } else if (data.graph) {
      data.entry = entry_of(*data.graph);
    }
    if (column < 0) column = felt_signal(data.frame, data.entry);
    if (column < 0) return;
    data.sli_column = column;
    data.sli_nature = sli_nature_of(data.frame.signals[static_cast<std::size_t>(column)].role);
  }

  std::string label_;
  const FileLoader& load_;
  const Limits& limits_;
  Case case_;
  TruthFile truth_file_;
  std::vector<std::string> column_names_;
};

Result<std::optional<std::string>> read_file(const fs::path& file, const Limits& limits) {
  std::error_code code;
  const fs::file_status status = fs::status(file, code);
  if (status.type() == fs::file_type::not_found) return std::optional<std::string>();
  if (!fs::is_regular_file(status)) return Error{ErrorKind::io, file.string() + ": is not a readable file"};
  const std::uintmax_t size = fs::file_size(file, code);
  if (code) return Error{ErrorKind::io, file.string() + ": " + code.message()};
  if (size > limits.file_bytes) {
    return Error{ErrorKind::limit, file.string() + ": has " + std::to_string(size) + " bytes, the limit is " +
                                       std::to_string(limits.file_bytes)};
  }
  std::string text(size, '\0');
  std::ifstream in(file, std::ios::binary);
  if (!in.read(text.data(), static_cast<std::streamsize>(size)) && !in.eof()) {
    return Error{ErrorKind::io, file.string() + ": cannot be read"};
  }
  text.resize(static_cast<std::size_t>(in.gcount()));
  return std::optional<std::string>(std::move(text));
}

}  // namespace

rca::IncidentView CaseData::view() const {
  return {.frame = frame,
          .onset_row = onset_row,
          .sli_column = sli_column,
          .graph = graph ? &*graph : nullptr,
          .changes = {},
          .onset_ms = onset_ms,
          .entry = entry,
          .spans = spans,
          .logs = logs,
          .counts = counts ? &*counts : nullptr,
          .call_latencies = call_latencies ? &*call_latencies : nullptr,
          .sli_nature = sli_nature};
}

Result<Case> parse_case(const std::string& label, const std::string& folder, const FileLoader& load,
                        const Limits& limits) {
  return CaseParser(label, load, limits).parse(folder);
}

Result<Case> read_case(const fs::path& dir, const Limits& limits) {
  std::error_code code;
  const fs::path whole = fs::absolute(dir, code).lexically_normal();
  const fs::path named = whole.has_filename() ? whole : whole.parent_path();
  return parse_case(
      dir.string(), named.parent_path().filename().string(),
      [&](std::string_view name) { return read_file(dir / name, limits); }, limits);
}

}  // namespace exporter::dataset
