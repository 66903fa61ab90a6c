#include "rca_core/methods/log_errors.h"

#include <algorithm>
#include <array>
#include <cctype>
#include <cmath>
#include <cstdint>
#include <limits>
#include <map>

#include "rca_core/methods/evidence.h"

namespace rca {
namespace {

constexpr std::array<std::string_view, 10> kWords = {"error",   "fail",      "exception", "fatal",         "panic",
                                                     "timeout", "timed out", "refused",   "out of memory", "traceback"};
constexpr std::array<std::string_view, 4> kNone = {"0 ", "no ", "without ", "zero "};
constexpr std::array<std::string_view, 4> kNull = {"null", "none", "nil", "0"};

bool is_word(char c) {
  return std::isalnum(static_cast<unsigned char>(c)) != 0;
}

// "no errors", "error: null", "errors=0"
bool says_none(std::string_view text, std::size_t begin, std::size_t end) {
  for (const std::string_view none : kNone) {
    if (begin < none.size() || text.substr(begin - none.size(), none.size()) != none) continue;
    if (begin == none.size() || !is_word(text[begin - none.size() - 1])) return true;
  }
  while (end < text.size() && is_word(text[end])) ++end;
  while (end < text.size() && (text[end] == ':' || text[end] == '=' || text[end] == ' ' || text[end] == '"')) ++end;
  const std::string_view rest = text.substr(end);
  return std::any_of(kNull.begin(), kNull.end(), [&](std::string_view null) {
    return rest.starts_with(null) && (rest.size() == null.size() || !is_word(rest[null.size()]));
  });
}

std::string shortened(const std::string& message) {
  constexpr std::size_t kLongest = 120;
  if (message.size() <= kLongest) return message;
  std::size_t end = kLongest;
  while (end > 0 && (static_cast<unsigned char>(message[end]) & 0xC0U) == 0x80U) --end;  // not inside a character
  return message.substr(0, end) + "…";
}

}  // namespace

bool reports_error(std::string_view message) {
  std::string text(message);
  std::transform(text.begin(), text.end(), text.begin(),
                 [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
  for (const std::string_view word : kWords) {
    for (std::size_t at = text.find(word); at != std::string::npos; at = text.find(word, at + 1)) {
      // "TypeError" and "RuntimeException" are one word: what precedes may be a letter if it is the end of a name.
      const bool starts = at == 0 || !is_word(text[at - 1]) ||
                          (std::isupper(static_cast<unsigned char>(message[at])) != 0 &&
                           std::islower(static_cast<unsigned char>(message[at - 1])) != 0);
      if (starts && !says_none(text, at, at + word.size())) return true;
    }
  }
  return false;
}

Evidence LogErrors::evidence() const {
  Evidence out;
  out.before = rate_before();
  out.after = rate_after();
  const double expected = std::max(1.0, rate_before() * seconds_after);
  out.scale = std::sqrt(expected) / seconds_after;
  out.deviation = (out.after - out.before) / out.scale;
  const auto lines = [](double count) {
    return format_quantity(count, "") + (count == 1 ? " error line" : " error lines");
  };
  out.text = entity + " logged " + lines(after) + " after the onset, " + format_quantity(before, "") + " before it";
  if (!example.empty()) out.text += ", e.g. \"" + example + "\"";
  return out;
}

std::vector<LogErrors> count_log_errors(const IncidentView& view) {
  std::vector<LogErrors> out;
  if (view.logs.empty()) return out;
  const std::int64_t onset = view.onset_time_ms();
  std::int64_t first = std::numeric_limits<std::int64_t>::max();
  std::int64_t last = std::numeric_limits<std::int64_t>::min();
  std::map<std::string_view, std::size_t> index;
  for (const LogLine& line : view.logs) {
    first = std::min(first, line.time_ms);
    last = std::max(last, line.time_ms);
    const auto [at, added] = index.emplace(line.entity, out.size());
    if (added) out.emplace_back().entity = line.entity;
    if (!reports_error(line.message)) continue;
    LogErrors& errors = out[at->second];
    (line.time_ms < onset ? errors.before : errors.after) += 1;
    if (line.time_ms >= onset && errors.example.empty()) errors.example = shortened(line.message);
  }
  const auto seconds = [](std::int64_t from, std::int64_t to) {
    return std::max(1.0, static_cast<double>(to - from) / 1000.0);
  };
  for (LogErrors& errors : out) {
    errors.seconds_before = seconds(std::min(first, onset), onset);
    errors.seconds_after = seconds(onset, std::max(last, onset));
  }
  return out;
}

}  // namespace rca
