#include "exporter/dataset/numeric_table.h"

#include <algorithm>
#include <limits>
#include <unordered_set>

namespace exporter::dataset {
namespace {

using rca::Error;
using rca::ErrorKind;
using rca::Result;

constexpr double kNan = std::numeric_limits<double>::quiet_NaN();
constexpr std::string_view kTime = "time";

struct Header {
  std::vector<std::string> names;  // of all columns
  std::vector<std::size_t> kept;   // columns that are read
  std::size_t time = 0;            // column of the time
};

Result<Header> read_header(CsvReader& csv, const std::string& file, const std::function<bool(std::string_view)>& keep) {
  RCA_ASSIGN(const bool any, csv.next());
  if (!any) return Error{ErrorKind::malformed, file + ": is empty"};
  Header header;
  header.names.assign(csv.cells().begin(), csv.cells().end());
  header.time = header.names.size();
  std::unordered_set<std::string_view> seen;
  for (std::size_t i = 0; i < header.names.size(); ++i) {
    const std::string& name = header.names[i];
    if (!name.empty() && !seen.insert(name).second) return csv.error("two columns are called " + in_quotes(name));
    if (name == kTime) {
      header.time = i;
    } else if (keep(name)) {
      header.kept.push_back(i);
    }
  }
  if (header.time == header.names.size()) return csv.error("no column is called 'time'");
  return header;
}

Result<void> read_row(const CsvReader& csv, const Header& header, NumericTable& table) {
  const auto& cells = csv.cells();
  if (cells.size() != header.names.size()) {
    return csv.error(std::to_string(cells.size()) + " cells where the header has " +
                     std::to_string(header.names.size()) +
                     (cells.size() < header.names.size() ? "; is it cut off?" : ""));
  }
  const std::string_view time_cell = cells[header.time];
  const auto time = parse_time_ms(time_cell);
  if (!time)
    return csv.error("the time " + in_quotes(time_cell) + " is neither a number of seconds since 1970 nor a date");
  if (!table.times_ms.empty() && *time <= table.times_ms.back()) {
    return csv.error("the time " + in_quotes(time_cell) +
                     (*time == table.times_ms.back() ? " is there twice" : " is before the one of the row above"));
  }
  table.times_ms.push_back(*time);
  for (const std::size_t column : header.kept) {
    const std::optional<double> value = parse_cell(cells[column]);
    if (!value) {
      return csv.error("column " + in_quotes(header.names[column]) + " holds " + in_quotes(cells[column]) +
                       ", which is not a number");
    }
    table.values.push_back(*value);
  }
  return {};
}

// Requires at least two times.
std::int64_t step_of(const std::vector<std::int64_t>& times_ms, StepRule rule) {
  std::vector<std::int64_t> distances(times_ms.size() - 1);
  for (std::size_t i = 0; i < distances.size(); ++i) distances[i] = times_ms[i + 1] - times_ms[i];
  if (rule == StepRule::smallest) return *std::min_element(distances.begin(), distances.end());
  const auto middle = distances.begin() + static_cast<std::ptrdiff_t>(distances.size() / 2);
  std::nth_element(distances.begin(), middle, distances.end());
  return *middle;
}

GridPlacement row_by_row(const std::vector<std::int64_t>& times_ms) {
  const auto rows = static_cast<std::int64_t>(times_ms.size());
  const std::int64_t span = times_ms.back() - times_ms.front();
  const std::int64_t step = rows > 1 ? std::max<std::int64_t>(span / (rows - 1), 1) : 1000;
  GridPlacement out{{times_ms.front(), step, rows}, {}};
  for (std::int64_t row = 0; row < rows; ++row) out.rows.push_back(row);
  return out;
}

}  // namespace

Result<NumericTable> read_numeric_table(std::string_view text, const std::string& file, const Limits& limits,
                                        const std::function<bool(std::string_view)>& keep) {
  CsvReader csv(text, file, limits);
  RCA_ASSIGN(const Header header, read_header(csv, file, keep));
  NumericTable table;
  for (const std::size_t column : header.kept) table.names.push_back(header.names[column]);
  while (true) {
    RCA_ASSIGN(const bool more, csv.next());
    if (!more) break;
    RCA_TRY(read_row(csv, header, table));
    if (table.values.size() > limits.cells) {
      return Error{ErrorKind::limit, csv.error("more than " + std::to_string(limits.cells) + " values").message};
    }
  }
  if (table.times_ms.empty()) return Error{ErrorKind::malformed, file + ": has a header, but no rows"};
  return table;
}

GridPlacement place_on_grid(const std::vector<std::int64_t>& times_ms, StepRule rule) {
  if (times_ms.size() < 2) return row_by_row(times_ms);
  const std::int64_t step = step_of(times_ms, rule);
  const std::int64_t start = times_ms.front();
  const auto row_at = [&](std::int64_t time) { return (time - start + step / 2) / step; };
  const std::int64_t rows = row_at(times_ms.back()) + 1;
  if (rows > 4 * static_cast<std::int64_t>(times_ms.size())) return row_by_row(times_ms);
  GridPlacement out{{start, step, rows}, {}};
  out.rows.reserve(times_ms.size());
  for (const std::int64_t time : times_ms) {
    const std::int64_t row = row_at(time);
    if (!out.rows.empty() && row <= out.rows.back()) return row_by_row(times_ms);
    out.rows.push_back(row);
  }
  return out;
}

Eigen::MatrixXd on_grid(const NumericTable& table, const GridPlacement& placement, double empty) {
  const auto columns = static_cast<Eigen::Index>(table.names.size());
  Eigen::MatrixXd out = Eigen::MatrixXd::Constant(placement.grid.rows, columns, empty);
  if (columns == 0) return out;
  using Rows = Eigen::Matrix<double, Eigen::Dynamic, Eigen::Dynamic, Eigen::RowMajor>;
  const Eigen::Map<const Rows> values(table.values.data(), static_cast<Eigen::Index>(table.rows()), columns);
  for (std::size_t i = 0; i < placement.rows.size(); ++i) {
    out.row(placement.rows[i]) = values.row(static_cast<Eigen::Index>(i));
  }
  return out;
}

Eigen::MatrixXd hold_on_grid(const NumericTable& table, const rca::TimeGrid& grid) {
  const auto columns = static_cast<Eigen::Index>(table.names.size());
  Eigen::MatrixXd out = Eigen::MatrixXd::Constant(grid.rows, columns, kNan);
  if (columns == 0) return out;
  const std::int64_t step = table.rows() < 2 ? grid.step_ms : step_of(table.times_ms, StepRule::median);
  const std::int64_t oldest = step + step / 2;
  using Rows = Eigen::Matrix<double, Eigen::Dynamic, Eigen::Dynamic, Eigen::RowMajor>;
  const Eigen::Map<const Rows> values(table.values.data(), static_cast<Eigen::Index>(table.rows()), columns);
  std::size_t next = 0;
  for (std::int64_t row = 0; row < grid.rows; ++row) {
    const std::int64_t time = grid.time_ms(row);
    while (next < table.rows() && table.times_ms[next] <= time) ++next;
    if (next > 0 && time - table.times_ms[next - 1] <= oldest) {
      out.row(row) = values.row(static_cast<Eigen::Index>(next) - 1);
    }
  }
  return out;
}

}  // namespace exporter::dataset
