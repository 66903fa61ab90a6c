#include "exporter/config/text.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <cstdint>
#include <filesystem>
#include <limits>
#include <numeric>
#include <utility>

namespace exporter {
namespace {

constexpr std::size_t kQuotedLength = 80;

std::size_t edit_distance(std::string_view a, std::string_view b) {
  std::vector<std::size_t> row(b.size() + 1);
  std::iota(row.begin(), row.end(), std::size_t{0});
  for (std::size_t i = 1; i <= a.size(); ++i) {
    std::size_t diagonal = std::exchange(row[0], i);
    for (std::size_t j = 1; j <= b.size(); ++j) {
      const std::size_t replaced = diagonal + (a[i - 1] == b[j - 1] ? 0 : 1);
      diagonal = row[j];
      row[j] = std::min({row[j] + 1, row[j - 1] + 1, replaced});
    }
  }
  return row[b.size()];
}

struct Unit {
  std::string_view name;
  std::uint64_t factor;
};

constexpr std::array<Unit, 7> kDurationUnits{{{"y", 365ULL * 86'400'000},
                                              {"w", 7ULL * 86'400'000},
                                              {"d", 86'400'000},
                                              {"h", 3'600'000},
                                              {"m", 60'000},
                                              {"s", 1'000},
                                              {"ms", 1}}};

// Reads digits off the front of `text`.
std::optional<std::uint64_t> take_number(std::string_view& text) {
  std::uint64_t number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error != std::errc() || end == text.data()) return std::nullopt;
  text.remove_prefix(static_cast<std::size_t>(end - text.data()));
  return number;
}

bool multiply(std::uint64_t& value, std::uint64_t factor, std::uint64_t max) {
  if (value > max / factor) return false;
  value *= factor;
  return true;
}

}  // namespace

std::size_t utf8_length(std::string_view text) {
  const auto at = [&](std::size_t i) { return static_cast<unsigned char>(text[i]); };
  const unsigned char first = at(0);
  if (first < 0x80) return 1;
  const std::size_t length = first < 0xc2 ? 0 : first < 0xe0 ? 2 : first < 0xf0 ? 3 : first < 0xf5 ? 4 : 0;
  if (length == 0 || text.size() < length) return 0;
  for (std::size_t i = 1; i < length; ++i) {
    if ((at(i) & 0xc0U) != 0x80U) return 0;
  }
  // Overlong forms, surrogates, and beyond U+10FFFF.
  if (first == 0xe0 && at(1) < 0xa0) return 0;
  if (first == 0xed && at(1) > 0x9f) return 0;
  if (first == 0xf0 && at(1) < 0x90) return 0;
  if (first == 0xf4 && at(1) > 0x8f) return 0;
  return length;
}

std::string in_quotes(std::string_view text) {
  constexpr std::string_view kHex = "0123456789abcdef";
  std::string out = "\"";
  for (std::size_t i = 0; i < text.size();) {
    if (i >= kQuotedLength) return out + "…\"";
    const auto byte = static_cast<unsigned char>(text[i]);
    const std::size_t length = utf8_length(text.substr(i));
    if (byte == '"' || byte == '\\') {
      out += {'\\', text[i]};
    } else if (byte == '\n') {
      out += "\\n";
    } else if (byte < 0x20 || byte == 0x7f || length == 0) {
      out += {'\\', 'x', kHex[byte >> 4U], kHex[byte & 15U]};
    } else {
      out += text.substr(i, length);
    }
    i += std::max<std::size_t>(length, 1);
  }
  return out + "\"";
}

std::string join(const std::vector<std::string>& words) {
  std::string out;
  for (const std::string& word : words) out += (out.empty() ? "" : ", ") + word;
  return out;
}

std::string nearest(std::string_view word, const std::vector<std::string>& known) {
  std::string best;
  if (word.size() > kQuotedLength) return best;
  // Two letters that changed places are two edits. What differs in every letter is no misspelling.
  const std::size_t tolerated = std::max<std::size_t>(word.size() >= 4 ? 2 : 1, word.size() / 3);
  std::size_t best_distance = std::min(tolerated + 1, word.size());
  for (const std::string& candidate : known) {
    const std::size_t distance = edit_distance(word, candidate);
    if (distance < best_distance) {
      best_distance = distance;
      best = candidate;
    }
  }
  return best;
}

std::string suggestion(std::string_view word, const std::vector<std::string>& known) {
  const std::string near = nearest(word, known);
  if (!near.empty()) return ", did you mean " + in_quotes(near) + "?";
  return known.empty() ? "" : "; known are " + join(known);
}

std::optional<std::chrono::milliseconds> parse_duration(std::string_view text) {
  if (text == "0") return std::chrono::milliseconds{0};
  if (text.empty()) return std::nullopt;
  constexpr std::uint64_t kMax = static_cast<std::uint64_t>(std::numeric_limits<std::int64_t>::max()) / 1'000'000;
  std::uint64_t total = 0;
  std::size_t next_unit = 0;
  while (!text.empty()) {
    std::optional<std::uint64_t> number = take_number(text);
    if (!number) return std::nullopt;
    const std::string_view name = text.substr(0, std::min(text.find_first_of("0123456789"), text.size()));
    const auto* unit = std::find_if(kDurationUnits.begin() + static_cast<std::ptrdiff_t>(next_unit),
                                    kDurationUnits.end(), [&](const Unit& u) { return u.name == name; });
    if (unit == kDurationUnits.end()) return std::nullopt;
    if (!multiply(*number, unit->factor, kMax) || *number > kMax - total) return std::nullopt;
    total += *number;
    next_unit = static_cast<std::size_t>(unit - kDurationUnits.begin()) + 1;
    text.remove_prefix(name.size());
  }
  return std::chrono::milliseconds{static_cast<std::int64_t>(total)};
}

std::string format_duration(std::chrono::milliseconds duration) {
  auto rest = static_cast<std::uint64_t>(std::max<std::int64_t>(duration.count(), 0));
  std::string out;
  for (const Unit& unit : kDurationUnits) {
    // As Prometheus: years and weeks only where nothing is left, so that 400d does not become 1y5w.
    if ((unit.name == "y" || unit.name == "w") && rest % unit.factor != 0) continue;
    if (const std::uint64_t count = rest / unit.factor; count != 0) {
      out += std::to_string(count) + std::string(unit.name);
      rest %= unit.factor;
    }
  }
  return out.empty() ? "0s" : out;
}

std::optional<std::size_t> parse_bytes(std::string_view text) {
  constexpr std::array<Unit, 12> kUnits{{{"", 1},
                                         {"B", 1},
                                         {"KB", 1ULL << 10U},
                                         {"KiB", 1ULL << 10U},
                                         {"MB", 1ULL << 20U},
                                         {"MiB", 1ULL << 20U},
                                         {"GB", 1ULL << 30U},
                                         {"GiB", 1ULL << 30U},
                                         {"TB", 1ULL << 40U},
                                         {"TiB", 1ULL << 40U},
                                         {"PB", 1ULL << 50U},
                                         {"PiB", 1ULL << 50U}}};
  std::optional<std::uint64_t> number = take_number(text);
  if (!number) return std::nullopt;
  const auto* unit = std::find_if(kUnits.begin(), kUnits.end(), [&](const Unit& u) { return u.name == text; });
  constexpr std::uint64_t kMax = std::numeric_limits<std::size_t>::max();
  if (unit == kUnits.end() || !multiply(*number, unit->factor, kMax)) return std::nullopt;
  return static_cast<std::size_t>(*number);
}

std::string relative_to(const std::string& base, const std::string& name) {
  if (name.empty()) return name;
  return (std::filesystem::path(base).parent_path() / name).lexically_normal().string();
}

}  // namespace exporter
