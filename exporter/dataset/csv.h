// Comma-separated values as RFC 4180 has them, from bytes that nobody vouches for.
#pragma once

#include <cstddef>
#include <cstdint>
#include <deque>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "common/result.h"

namespace exporter::dataset {

// What a case may take at most. A file beyond a limit is refused, with its name and the limit.
struct Limits {
  std::size_t file_bytes = std::size_t{256} << 20U;
  std::size_t columns = 20'000;
  std::size_t cells = 10'000'000;  // rows × columns of one table of numbers
  std::size_t events = 2'000'000;  // spans, and log lines
  std::size_t edges = 20'000;      // calls and placements
};

// Reads records one by one. Takes a byte-order mark, CRLF, quoted cells with line breaks in them; blank lines are
// skipped. The text must outlive the reader.
class CsvReader {
 public:
  CsvReader(std::string_view text, std::string file, const Limits& limits);

  // Moves to the next record; false at the end. Errors: malformed (an open quote), limit (columns).
  rca::Result<bool> next();
  // Of the current record; valid until the next call of next().
  [[nodiscard]] const std::vector<std::string_view>& cells() const { return cells_; }
  [[nodiscard]] std::size_t line() const { return line_; }  // on which the record begins, from 1
  // "<file>:<line>: <message>", kind malformed.
  [[nodiscard]] rca::Error error(std::string_view message) const;

 private:
  rca::Result<void> read_cell();
  rca::Result<void> read_quoted_cell();
  void skip_line_breaks();
  [[nodiscard]] bool at_line_break() const;

  std::string_view text_;
  std::string file_;
  std::size_t max_columns_;
  std::size_t at_ = 0;
  std::size_t line_ = 0;
  std::size_t next_line_ = 1;
  std::vector<std::string_view> cells_;
  std::deque<std::string> unquoted_;  // cells whose bytes are not in the text as they are
};

// What a cell says: a number, or NaN where the value is missing (empty, nan, null, none, na) or infinite. Empty for
// text.
std::optional<double> parse_cell(std::string_view cell);

// A whole number; one that is written as a decimal is rounded. Empty for text, missing and |value| > 9e18.
std::optional<std::int64_t> parse_whole(std::string_view cell);

// Seconds since the epoch, or a date and time (UTC where no zone is named), to milliseconds. Empty for other text, for
// missing values, and for numbers beyond the year 5000 (milliseconds instead of seconds).
std::optional<std::int64_t> parse_time_ms(std::string_view cell);

// For messages: at most 60 bytes, control characters as spaces, in quotes.
std::string in_quotes(std::string_view text);

}  // namespace exporter::dataset
