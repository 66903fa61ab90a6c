#include "remote_read/deepflow_split.h"

#include <algorithm>
#include <array>
#include <cctype>
#include <cstdint>
#include <set>
#include <string>

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

struct LabelSplit {
  std::string label;
  std::size_t position = 0;
  std::string chars;
  std::size_t smaller_side = 0;  // of the series seen
};

// The characters at `position` of the values of `label`, chosen so that about half of the series have one of them.
LabelSplit half_at(const DeepflowAnswer& answer, const std::string& label, std::size_t position) {
  std::array<std::size_t, 128> counts{};
  for (const auto& [labels, samples] : answer.series) {
    const std::string_view value = rca::label_value(labels, label);
    if (value.size() <= position) continue;
    const auto c = static_cast<unsigned char>(value[position]);
    // One character is one byte only as long as everything before it is ASCII too.
    const std::string_view head = value.substr(0, position);
    const bool ascii = std::all_of(head.begin(), head.end(), [](unsigned char b) { return b < 0x80; });
    if (ascii && c < 0x80 && std::isalnum(c) != 0) ++counts[c];
  }
  LabelSplit split{label, position, {}, 0};
  std::size_t inside = 0;
  const std::size_t total = answer.series.size();
  for (std::size_t c = 0; c < counts.size(); ++c) {
    if (counts[c] == 0) continue;
    const std::size_t grown = inside + counts[c];
    const std::size_t smaller = std::min(grown, total - grown);
    if (smaller <= split.smaller_side) continue;  // this character would make the sides less even
    split.chars += static_cast<char>(c);
    split.smaller_side = smaller;
    inside = grown;
  }
  return split;
}

std::optional<LabelSplit> best_label(const DeepflowAnswer& answer) {
  std::set<std::string> labels;
  for (const auto& [series, samples] : answer.series) {
    for (const rca::Label& label : series) {
      if (label.name != rca::kMetricName) labels.insert(label.name);  // the metric's name must be given exactly
    }
  }
  LabelSplit best;
  for (const std::string& label : labels) {
    for (std::size_t position = 0; position < kPositions; ++position) {
      LabelSplit split = half_at(answer, label, position);
      if (split.smaller_side > best.smaller_side) best = std::move(split);
    }
  }
  if (best.smaller_side == 0) return std::nullopt;
  return best;
}

std::pair<Query, Query> at_label(const Query& query, const LabelSplit& split) {
  // Anchored explicitly, with no alternation: DeepFlow adds anchors without parentheses, and takes expressions of word
  // characters and `|` apart in a way that is wrong for negated ones.
  const std::string value = "^.{" + std::to_string(split.position) + "}[" + split.chars + "].*$";
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
