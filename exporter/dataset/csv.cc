#include "exporter/dataset/csv.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>
#include <limits>
#include <utility>

#include "exporter/incident/time_text.h"

namespace exporter::dataset {
namespace {

using rca::Error;
using rca::ErrorKind;
using rca::Result;

std::string_view trimmed(std::string_view text) {
  const auto blank = [](char c) { return c == ' ' || c == '\t'; };
  while (!text.empty() && blank(text.front())) text.remove_prefix(1);
  while (!text.empty() && blank(text.back())) text.remove_suffix(1);
  return text;
}

bool is_missing(std::string_view text) {
  constexpr std::array<std::string_view, 5> kNames = {"", "nan", "null", "none", "na"};
  if (text.size() > 4) return false;
  std::string lower(text);
  std::transform(lower.begin(), lower.end(), lower.begin(),
                 [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; });
  return std::find(kNames.begin(), kNames.end(), lower) != kNames.end();
}

// As pandas writes a time: with a space for the T of RFC 3339, and without a zone.
std::optional<std::int64_t> parse_date_ms(std::string_view cell) {
  constexpr std::string_view kDate = "2006-01-02";
  constexpr std::size_t kLongest = 40;
  if (cell.size() <= kDate.size() || cell.size() > kLongest) return std::nullopt;
  std::string text(cell);
  if (text[kDate.size()] == ' ') text[kDate.size()] = 'T';
  const bool has_zone = text.ends_with('Z') || text.find_first_of("+-", kDate.size()) != std::string::npos;
  const rca::Result<std::int64_t> time = exporter::parse_time(has_zone ? text : text + "Z");
  if (!time.ok()) return std::nullopt;
  return *time;
}

}  // namespace

CsvReader::CsvReader(std::string_view text, std::string file, const Limits& limits)
    : text_(text), file_(std::move(file)), max_columns_(limits.columns) {
  if (text_.starts_with("\xEF\xBB\xBF")) at_ = 3;
}

Error CsvReader::error(std::string_view message) const {
  return {ErrorKind::malformed,
          file_ + ":" + std::to_string(line_ == 0 ? next_line_ : line_) + ": " + std::string(message)};
}

bool CsvReader::at_line_break() const {
  return text_[at_] == '\n' || (text_[at_] == '\r' && at_ + 1 < text_.size() && text_[at_ + 1] == '\n');
}

void CsvReader::skip_line_breaks() {
  while (at_ < text_.size() && at_line_break()) {
    at_ += text_[at_] == '\n' ? 1U : 2U;
    ++next_line_;
  }
}

Result<bool> CsvReader::next() {
  cells_.clear();
  unquoted_.clear();
  skip_line_breaks();
  line_ = next_line_;
  if (at_ >= text_.size()) return false;
  while (true) {
    if (cells_.size() >= max_columns_) {
      return Error{ErrorKind::limit,
                   error("more than " + std::to_string(max_columns_) + " columns, which is the limit").message};
    }
    RCA_TRY(read_cell());
    if (at_ >= text_.size()) return true;
    if (text_[at_] != ',') break;
    ++at_;
  }
  return true;  // the line break is skipped by the next call
}

Result<void> CsvReader::read_cell() {
  if (at_ < text_.size() && text_[at_] == '"') return read_quoted_cell();
  const std::size_t end = std::min(text_.find_first_of(",\n", at_), text_.size());
  std::string_view cell = text_.substr(at_, end - at_);
  at_ = end;
  if (cell.ends_with('\r') && (end == text_.size() || text_[end] == '\n')) {
    cell.remove_suffix(1);
    if (end < text_.size()) --at_;
  }
  cells_.push_back(cell);
  return {};
}

Result<void> CsvReader::read_quoted_cell() {
  const std::size_t begin = at_ + 1;
  std::size_t from = begin;
  std::string joined;
  bool escaped = false;
  while (true) {
    const std::size_t quote = text_.find('"', from);
    if (quote == std::string_view::npos) return error("a quoted cell is not closed; is the file truncated?");
    if (quote + 1 < text_.size() && text_[quote + 1] == '"') {
      joined += text_.substr(from, quote + 1 - from);
      escaped = true;
      from = quote + 2;
      continue;
    }
    const std::string_view rest = text_.substr(from, quote - from);
    next_line_ += static_cast<std::size_t>(std::count(text_.begin() + static_cast<std::ptrdiff_t>(begin),
                                                      text_.begin() + static_cast<std::ptrdiff_t>(quote), '\n'));
    at_ = quote + 1;
    if (escaped) {
      joined += rest;
      cells_.push_back(unquoted_.emplace_back(std::move(joined)));
    } else {
      cells_.push_back(rest);
    }
    break;
  }
  if (at_ + 1 == text_.size() && text_[at_] == '\r') ++at_;
  if (at_ < text_.size() && text_[at_] != ',' && !at_line_break()) return error("text after a closing quote");
  return {};
}

std::optional<double> parse_cell(std::string_view cell) {
  constexpr double kNan = std::numeric_limits<double>::quiet_NaN();
  cell = trimmed(cell);
  if (cell.starts_with('+')) cell.remove_prefix(1);
  double value = kNan;
  const char* const end = cell.data() + cell.size();
  const auto [stopped, code] = std::from_chars(cell.data(), end, value);
  if (code == std::errc::result_out_of_range && stopped == end) return kNan;
  if (code == std::errc() && stopped == end) return std::isfinite(value) ? value : kNan;
  if (is_missing(cell)) return kNan;
  return std::nullopt;
}

std::optional<std::int64_t> parse_whole(std::string_view cell) {
  cell = trimmed(cell);
  std::int64_t whole = 0;
  const char* const end = cell.data() + cell.size();
  const auto [stopped, code] = std::from_chars(cell.data(), end, whole);
  if (code == std::errc() && stopped == end) return whole;
  const std::optional<double> value = parse_cell(cell);
  if (!value || !(std::fabs(*value) <= 9e18)) return std::nullopt;
  return std::llround(*value);
}

std::optional<std::int64_t> parse_time_ms(std::string_view cell) {
  constexpr double kLatestSeconds = 95'617'584'000.0;  // the year 5000
  const std::optional<double> seconds = parse_cell(cell);
  if (!seconds) return parse_date_ms(trimmed(cell));
  if (!(std::fabs(*seconds) <= kLatestSeconds)) return std::nullopt;
  return std::llround(*seconds * 1000.0);
}

std::string in_quotes(std::string_view text) {
  constexpr std::size_t kMost = 60;
  std::string out(text.substr(0, kMost));
  std::replace_if(
      out.begin(), out.end(), [](char c) { return static_cast<unsigned char>(c) < 0x20 || c == 0x7f; }, ' ');
  return "'" + out + (text.size() > kMost ? "…'" : "'");
}

}  // namespace exporter::dataset
