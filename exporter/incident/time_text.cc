#include "exporter/incident/time_text.h"

#include <algorithm>
#include <array>
#include <chrono>
#include <cstdio>
#include <optional>

namespace exporter {
namespace {

using std::chrono::days;
using std::chrono::sys_days;
using std::chrono::year_month_day;

constexpr std::int64_t kMsPerDay = 86'400'000;
constexpr std::int64_t kFirstMs = -62'167'219'200'000;  // 0000-01-01T00:00:00Z
constexpr std::int64_t kLastMs = 253'402'300'799'999;   // 9999-12-31T23:59:59.999Z

bool is_digit(char c) {
  return c >= '0' && c <= '9';
}

// Reads from the front of `text`; a step that fails leaves it where it was.
struct Cursor {
  std::string_view text;

  bool literal(char c) {
    if (text.empty() || text.front() != c) return false;
    text.remove_prefix(1);
    return true;
  }
  std::optional<int> digits(std::size_t count) {
    if (text.size() < count ||
        !std::all_of(text.begin(), text.begin() + static_cast<std::ptrdiff_t>(count), is_digit)) {
      return std::nullopt;
    }
    int value = 0;
    for (const char c : text.substr(0, count)) value = value * 10 + (c - '0');
    text.remove_prefix(count);
    return value;
  }
  // ".25" → 250; no fraction → 0; a point without digits → nothing.
  std::optional<int> fraction_ms() {
    if (!literal('.')) return 0;
    int value = 0;
    std::size_t count = 0;
    for (; count < text.size() && is_digit(text[count]); ++count) {
      if (count < 3) value = value * 10 + (text[count] - '0');
    }
    if (count == 0) return std::nullopt;
    for (std::size_t i = count; i < 3; ++i) value *= 10;
    text.remove_prefix(count);
    return value;
  }
};

std::optional<std::int64_t> parse_unix(std::string_view text) {
  Cursor cursor{text};
  std::int64_t seconds = 0;
  std::size_t count = 0;
  for (; count < text.size() && is_digit(text[count]); ++count) {
    if (count == 12) return std::nullopt;
    seconds = seconds * 10 + (text[count] - '0');
  }
  cursor.text.remove_prefix(count);
  const auto ms = cursor.fraction_ms();
  if (count == 0 || !ms || !cursor.text.empty()) return std::nullopt;
  return seconds * 1000 + *ms;
}

// The zone's offset from UTC in minutes.
std::optional<int> parse_zone(Cursor& cursor) {
  if (cursor.literal('Z') || cursor.literal('z')) return 0;
  int sign = 1;
  if (cursor.literal('-')) {
    sign = -1;
  } else if (!cursor.literal('+')) {
    return std::nullopt;
  }
  const auto hours = cursor.digits(2);
  if (!hours || !cursor.literal(':')) return std::nullopt;
  const auto minutes = cursor.digits(2);
  if (!minutes || *hours > 23 || *minutes > 59) return std::nullopt;
  return sign * (*hours * 60 + *minutes);
}

std::optional<std::int64_t> parse_rfc3339(std::string_view text) {
  Cursor cursor{text};
  const auto year = cursor.digits(4);
  if (!year || !cursor.literal('-')) return std::nullopt;
  const auto month = cursor.digits(2);
  if (!month || !cursor.literal('-')) return std::nullopt;
  const auto day = cursor.digits(2);
  if (!day || !(cursor.literal('T') || cursor.literal('t') || cursor.literal(' '))) return std::nullopt;
  const auto hour = cursor.digits(2);
  if (!hour || !cursor.literal(':')) return std::nullopt;
  const auto minute = cursor.digits(2);
  if (!minute || !cursor.literal(':')) return std::nullopt;
  const auto second = cursor.digits(2);
  const auto ms = second ? cursor.fraction_ms() : std::nullopt;
  const auto zone = ms ? parse_zone(cursor) : std::nullopt;
  if (!zone || !cursor.text.empty()) return std::nullopt;
  const year_month_day date{std::chrono::year(*year), std::chrono::month(static_cast<unsigned>(*month)),
                            std::chrono::day(static_cast<unsigned>(*day))};
  // 60 is a leap second: unix time has none, so it is the next second.
  if (!date.ok() || *hour > 23 || *minute > 59 || *second > 60) return std::nullopt;
  const std::int64_t day_number = sys_days(date).time_since_epoch().count();
  const std::int64_t minutes = (day_number * 24 + *hour) * 60 + *minute - *zone;
  return (minutes * 60 + *second) * 1000 + *ms;
}

struct Parts {
  int year, month, day, hour, minute, second, ms;
};

Parts split(std::int64_t time_ms) {
  const std::int64_t clamped = std::clamp(time_ms, kFirstMs, kLastMs);
  const std::int64_t day_number = (clamped >= 0 ? clamped : clamped - (kMsPerDay - 1)) / kMsPerDay;
  const int of_day = static_cast<int>(clamped - day_number * kMsPerDay);
  const year_month_day date{sys_days(days(day_number))};
  return {int(date.year()),
          static_cast<int>(unsigned(date.month())),
          static_cast<int>(unsigned(date.day())),
          of_day / 3'600'000,
          of_day / 60'000 % 60,
          of_day / 1000 % 60,
          of_day % 1000};
}

}  // namespace

rca::Result<std::int64_t> parse_time(std::string_view text) {
  auto time = parse_unix(text);
  if (!time) time = parse_rfc3339(text);
  if (!time || *time < kFirstMs || *time > kLastMs) {
    return rca::Error{rca::ErrorKind::invalid_argument,
                      "'" + std::string(text.substr(0, 64)) +
                          "' is neither an RFC 3339 time (2026-11-22T07:30:00Z) nor unix seconds"};
  }
  return *time;
}

std::string format_time(std::int64_t ms) {
  const Parts p = split(ms);
  std::array<char, 96> buffer{};
  std::snprintf(buffer.data(), buffer.size(), "%04d-%02d-%02dT%02d:%02d:%02d", p.year, p.month, p.day, p.hour, p.minute,
                p.second);
  std::string out(buffer.data());
  if (p.ms != 0) {
    std::snprintf(buffer.data(), buffer.size(), ".%03d", p.ms);
    out += buffer.data();
  }
  return out + "Z";
}

std::string format_time_compact(std::int64_t ms) {
  const Parts p = split(ms);
  std::array<char, 96> buffer{};
  std::snprintf(buffer.data(), buffer.size(), "%04d%02d%02dT%02d%02d%02dZ", p.year, p.month, p.day, p.hour, p.minute,
                p.second);
  return buffer.data();
}

}  // namespace exporter
