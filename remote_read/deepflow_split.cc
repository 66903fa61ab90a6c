#include "remote_read/deepflow_split.h"

#include <algorithm>
#include <cctype>
#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <vector>

namespace remote_read {
namespace {

constexpr std::int64_t kSecond = 1000;
constexpr std::size_t kPositions = 64;  // of a label's value that are looked at

// DeepFlow cuts steps so that the range's start is the start of one; a step must not be cut in two.
std::int64_t time_unit(const Query& query) {
  return std::max<std::int64_t>(kSecond, query.hints.step_ms / kSecond * kSecond);
}

std::pair<Query, Query> at_time(const Query& query, std::int64_t boundary) {
  Query older = query;
  Query newer = query;
  older.end_ms = boundary - kSecond;
  newer.start_ms = boundary;
  return {older, newer};
}

// Where the newer part begins if everything from there on is complete in the answer: the rows are scanned newest
// first, so the series found last is the one whose newest sample is the oldest.
std::optional<std::int64_t> complete_from(const Query& query, const DeepflowAnswer& answer, bool rows_cut) {
  std::int64_t found_last = query.end_ms;
  std::int64_t newest = query.start_ms;
  for (const auto& [labels, samples] : answer.series) {
    found_last = std::min(found_last, rows_cut ? samples.times.front() : samples.times.back());
    newest = std::max(newest, samples.times.back());
  }
  if (found_last >= newest) return std::nullopt;
  const std::int64_t unit = time_unit(query);
  const std::int64_t boundary = query.start_ms + ((found_last - query.start_ms) / unit + 1) * unit;
  if (boundary <= query.start_ms || boundary > newest) return std::nullopt;
  return boundary;
}

std::optional<std::int64_t> middle(const Query& query) {
  const std::int64_t unit = time_unit(query);
  const std::int64_t units = (query.end_ms - query.start_ms) / unit + 1;
  if (units < 2) return std::nullopt;
  return query.start_ms + units / 2 * unit;
}

// Series by the character (as UTF-8) that the values of one label have at one position.
using CharCounts = std::map<std::string, std::size_t>;

struct LabelSplit {
  std::string label;
  std::size_t position = 0;
  std::string chars;
  std::size_t smaller_side = 0;  // of the series seen
};

// May stand in [...] of a regular expression and between quotes of SQL without being escaped.
bool is_plain(std::string_view character) {
  const auto c = static_cast<unsigned char>(character[0]);
  return c >= 0x80 || std::isalnum(c) != 0 || std::string_view("_.:/@=, ").find(character[0]) != std::string_view::npos;
}

// The size of the UTF-8 character at the start of `text`; 0 when there is none.
std::size_t character_size(std::string_view text) {
  if (text.empty()) return 0;
  const auto c = static_cast<unsigned char>(text[0]);
  const std::size_t size = c < 0x80 ? 1 : c < 0xc2 ? 0 : c < 0xe0 ? 2 : c < 0xf0 ? 3 : c < 0xf5 ? 4 : 0;
  if (size > text.size()) return 0;
  for (std::size_t i = 1; i < size; ++i) {
    if ((static_cast<unsigned char>(text[i]) & 0xc0U) != 0x80U) return 0;
  }
  return size;
}

void count_characters(std::string_view value, std::vector<CharCounts>& counts) {
  for (std::size_t position = 0; position < kPositions; ++position) {
    const std::size_t size = character_size(value);
    if (size == 0) return;
    if (is_plain(value.substr(0, size))) {
      if (counts.size() <= position) counts.resize(position + 1);
      ++counts[position][std::string(value.substr(0, size))];
    }
    value.remove_prefix(size);
  }
}

// The characters at one position, chosen so that about half of the `total` series have one of them.
LabelSplit half_of(const CharCounts& counts, std::size_t total) {
  LabelSplit split;
  std::size_t inside = 0;
  for (const auto& [character, count] : counts) {
    const std::size_t smaller = std::min(inside + count, total - inside - count);
    if (smaller <= split.smaller_side) continue;  // this character would make the sides less even
    split.chars += character;
    split.smaller_side = smaller;
    inside += count;
  }
  return split;
}

std::optional<LabelSplit> best_label(const DeepflowAnswer& answer) {
  std::map<std::string, std::vector<CharCounts>> by_label;
  for (const auto& [series, samples] : answer.series) {
    for (const rca::Label& label : series) {
      // The metric's name must be given exactly.
      if (label.name != rca::kMetricName) count_characters(label.value, by_label[label.name]);
    }
  }
  LabelSplit best;
  for (const auto& [label, positions] : by_label) {
    for (std::size_t position = 0; position < positions.size(); ++position) {
      LabelSplit split = half_of(positions[position], answer.series.size());
      if (split.smaller_side <= best.smaller_side) continue;
      best = std::move(split);
      best.label = label;
      best.position = position;
    }
  }
  if (best.smaller_side == 0) return std::nullopt;
  return best;
}

std::pair<Query, Query> at_label(const Query& query, const LabelSplit& split) {
  // Anchored explicitly, with no alternation: DeepFlow adds anchors without parentheses, and takes expressions of word
  // characters and `|` apart in a way that is wrong for negated ones. The flag lets the dot match a newline, on which
  // servers disagree.
  const std::string value = "^(?s).{" + std::to_string(split.position) + "}[" + split.chars + "].*$";
  Query in = query;
  Query out = query;
  in.matchers.push_back({Matcher::Type::regex, split.label, value});
  out.matchers.push_back({Matcher::Type::not_regex, split.label, value});
  return {in, out};
}

}  // namespace

std::optional<std::pair<Query, Query>> split_query(const Query& query, const DeepflowAnswer& answer,
                                                   const DeepflowLimits& limits) {
  const bool rows_cut = answer.wire_rows >= limits.rows;
  const std::optional<std::int64_t> complete = complete_from(query, answer, rows_cut);
  const std::optional<LabelSplit> label = best_label(answer);
  // By time if at most about eight parts of the newer one's length are to be expected, or if no label helps.
  constexpr std::int64_t kParts = 8;
  if (complete && (!label || (query.end_ms - *complete) > (query.end_ms - query.start_ms) / kParts)) {
    return at_time(query, *complete);
  }
  if (label && label->smaller_side >= answer.series.size() / 20) return at_label(query, *label);
  if (complete) return at_time(query, *complete);
  if (const std::optional<std::int64_t> boundary = middle(query)) return at_time(query, *boundary);
  if (label) return at_label(query, *label);
  return std::nullopt;
}

}  // namespace remote_read
