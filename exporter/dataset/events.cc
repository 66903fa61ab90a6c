#include "exporter/dataset/events.h"

#include <cmath>
#include <initializer_list>
#include <optional>
#include <utility>

namespace exporter::dataset {
namespace {

using rca::Error;
using rca::ErrorKind;
using rca::Result;

constexpr std::size_t kAbsent = static_cast<std::size_t>(-1);
constexpr std::int64_t kLatestUs = 95'617'584'000'000'000;  // the year 5000

// Columns of a table by name.
class Columns {
 public:
  explicit Columns(const CsvReader& csv) : names_(csv.cells().begin(), csv.cells().end()) {}

  [[nodiscard]] std::size_t find(std::string_view name) const {
    for (std::size_t i = 0; i < names_.size(); ++i) {
      if (names_[i] == name) return i;
    }
    return kAbsent;
  }
  [[nodiscard]] std::size_t size() const { return names_.size(); }

 private:
  std::vector<std::string> names_;
};

Result<Columns> read_header(CsvReader& csv, const std::string& file, std::initializer_list<std::string_view> required) {
  RCA_ASSIGN(const bool any, csv.next());
  if (!any) return Error{ErrorKind::malformed, file + ": is empty"};
  Columns columns(csv);
  for (const std::string_view name : required) {
    if (columns.find(name) == kAbsent) return csv.error("no column is called " + in_quotes(name));
  }
  return columns;
}

// Moves to the next record, which must be as long as the header.
Result<bool> next_record(CsvReader& csv, const Columns& columns, std::size_t events, const Limits& limits) {
  RCA_ASSIGN(const bool more, csv.next());
  if (!more) return false;
  if (csv.cells().size() != columns.size()) {
    return csv.error(std::to_string(csv.cells().size()) + " cells where the header has " +
                     std::to_string(columns.size()));
  }
  if (events >= limits.events) {
    return Error{ErrorKind::limit, csv.error("more than " + std::to_string(limits.events) + " rows").message};
  }
  return true;
}

std::string_view cell(const CsvReader& csv, std::size_t column) {
  return column == kAbsent ? std::string_view() : csv.cells()[column];
}

bool is_missing(std::string_view text) {
  const std::optional<double> value = parse_cell(text);
  return value && std::isnan(*value);
}

bool is_error(std::string_view status) {
  const std::optional<double> code = parse_cell(status);
  return code && !std::isnan(*code) && *code != 0 && !(*code >= 100 && *code < 400);
}

Result<std::int64_t> microseconds(const CsvReader& csv, std::size_t column, std::string_view name) {
  const auto value = parse_whole(csv.cells()[column]);
  if (!value || *value < 0 || *value > kLatestUs) {
    return csv.error(std::string(name) + " " + in_quotes(csv.cells()[column]) + " is not a number of microseconds");
  }
  return *value;
}

// Milliseconds since the epoch.
Result<std::int64_t> log_time(const CsvReader& csv, std::size_t timestamp, std::size_t time) {
  if (timestamp != kAbsent) {
    const auto ns = parse_whole(csv.cells()[timestamp]);
    if (ns && *ns >= 0) return *ns / 1'000'000;
    return csv.error("timestamp " + in_quotes(csv.cells()[timestamp]) + " is not a number of nanoseconds");
  }
  const auto ms = parse_time_ms(csv.cells()[time]);
  if (ms) return *ms;
  return csv.error("the time " + in_quotes(csv.cells()[time]) +
                   " is neither a number of seconds since 1970 nor a date");
}

}  // namespace

Result<std::vector<rca::Span>> read_spans(std::string_view text, const std::string& file, const Limits& limits) {
  CsvReader csv(text, file, limits);
  RCA_ASSIGN(const Columns columns,
             read_header(csv, file, {"traceID", "spanID", "serviceName", "startTime", "duration"}));
  const std::size_t trace = columns.find("traceID");
  const std::size_t id = columns.find("spanID");
  const std::size_t parent = columns.find("parentSpanID");
  const std::size_t service = columns.find("serviceName");
  const std::size_t method = columns.find("methodName");
  const std::size_t operation = columns.find("operationName");
  const std::size_t start = columns.find("startTime");
  const std::size_t duration = columns.find("duration");
  const std::size_t status = columns.find("statusCode");
  std::vector<rca::Span> spans;
  while (true) {
    RCA_ASSIGN(const bool more, next_record(csv, columns, spans.size(), limits));
    if (!more) return spans;
    rca::Span& span = spans.emplace_back();
    span.trace_id = cell(csv, trace);
    span.span_id = cell(csv, id);
    span.entity = cell(csv, service);
    if (span.trace_id.empty() || span.span_id.empty() || span.entity.empty()) {
      return csv.error("a span without a trace, an id or a service");
    }
    if (const auto parent_id = cell(csv, parent); parent_id != "root" && !is_missing(parent_id)) {
      span.parent_id = parent_id;
    }
    span.operation = is_missing(cell(csv, method)) ? cell(csv, operation) : cell(csv, method);
    RCA_ASSIGN(span.start_us, microseconds(csv, start, "startTime"));
    RCA_ASSIGN(span.duration_us, microseconds(csv, duration, "duration"));
    span.error = is_error(cell(csv, status));
  }
}

Result<std::vector<rca::LogLine>> read_logs(std::string_view text, const std::string& file, const Limits& limits) {
  CsvReader csv(text, file, limits);
  RCA_ASSIGN(const Columns columns, read_header(csv, file, {"container_name", "message"}));
  const std::size_t container = columns.find("container_name");
  const std::size_t message = columns.find("message");
  const std::size_t timestamp = columns.find("timestamp");
  const std::size_t time = columns.find("time");
  if (timestamp == kAbsent && time == kAbsent) return csv.error("no column is called 'timestamp' or 'time'");
  std::vector<rca::LogLine> lines;
  while (true) {
    RCA_ASSIGN(const bool more, next_record(csv, columns, lines.size(), limits));
    if (!more) return lines;
    rca::LogLine& line = lines.emplace_back();
    RCA_ASSIGN(line.time_ms, log_time(csv, timestamp, time));
    line.entity = cell(csv, container);
    line.message = cell(csv, message);
  }
}

}  // namespace exporter::dataset
