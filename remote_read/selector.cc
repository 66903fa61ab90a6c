// parse_selector and to_string: PromQL's vector selectors as text.
// Grammar: https://prometheus.io/docs/prometheus/latest/querying/basics/ (and Go's string literals for the escapes).
#include <re2/re2.h>

#include <algorithm>
#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "common/labels.h"
#include "remote_read/label_reader.h"
#include "remote_read/query.h"
#include "remote_read/string_literal.h"

namespace remote_read {

using rca::Result;

namespace {

bool is_letter(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_';
}
bool is_digit(char c) {
  return c >= '0' && c <= '9';
}
bool is_quote(char c) {
  return c == '"' || c == '\'' || c == '`';
}

// PromQL reads `inf` and `nan`, in any case, as numbers.
bool is_number_word(std::string_view word) {
  std::string lower(word);
  std::transform(lower.begin(), lower.end(), lower.begin(),
                 [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; });
  return lower == "inf" || lower == "nan";
}

bool is_bare_name(std::string_view name, bool colons) {
  if (name.empty() || is_digit(name[0])) return false;
  return std::all_of(name.begin(), name.end(),
                     [colons](char c) { return is_letter(c) || is_digit(c) || (colons && c == ':'); });
}

bool is_bare_metric(std::string_view name) {
  return is_bare_name(name, true) && !is_number_word(name);
}

const char* operator_of(Matcher::Type type) {
  switch (type) {
    case Matcher::Type::equal: return "=";
    case Matcher::Type::not_equal: return "!=";
    case Matcher::Type::regex: return "=~";
    case Matcher::Type::not_regex: return "!~";
  }
  return "=";
}

class SelectorParser {
 public:
  explicit SelectorParser(std::string_view text) : text_(text) {}

  Result<std::vector<Matcher>> parse() {
    skip_space();
    if (at_name(true)) {
      const std::size_t start = position_;
      const std::string_view name = read_name(true);
      if (is_number_word(name)) return error(start, "\"" + std::string(name) + "\" is a number, not a metric name");
      metric_ = name;
      skip_space();
    }
    if (peek() == '{') {
      RCA_TRY(parse_braces());
    } else if (!metric_) {
      return error(position_, "expected a metric name or {");
    }
    skip_space();
    if (position_ < text_.size()) return trailing();
    return finish();
  }

 private:
  Result<void> parse_braces() {
    ++position_;
    for (skip_space(); peek() != '}'; skip_space()) {
      RCA_TRY(parse_item());
      skip_space();
      if (peek() == ',') {
        ++position_;
      } else if (peek() != '}') {
        return position_ < text_.size() ? error(position_, "expected , or }") : error(position_, "the { is not closed");
      }
    }
    ++position_;
    return {};
  }

  // A matcher, or a quoted metric name.
  Result<void> parse_item() {
    const std::size_t start = position_;
    std::string name;
    const bool quoted = is_quote(peek());
    if (quoted) {
      RCA_ASSIGN(name, parse_string());
    } else if (at_name(false)) {
      name = read_name(false);
    } else {
      return position_ < text_.size() ? error(position_, "expected a label name")
                                      : error(position_, "the { is not closed");
    }
    skip_space();
    if (quoted && (peek() == ',' || peek() == '}')) {
      if (metric_) return error(start, "the metric name is there twice");
      metric_ = std::move(name);
      return {};
    }
    if (name.empty()) return error(start, "a label name is empty");
    RCA_ASSIGN(const Matcher::Type type, parse_operator());
    skip_space();
    const std::size_t value_start = position_;
    if (!is_quote(peek())) return error(position_, "expected a quoted string");
    RCA_ASSIGN(std::string value, parse_string());
    RCA_TRY(check_regex(type, value, value_start));
    if (name == rca::kMetricName) name_matcher_ = start;
    matchers_.push_back({type, std::move(name), std::move(value)});
    return {};
  }

  Result<Matcher::Type> parse_operator() {
    static constexpr std::pair<std::string_view, Matcher::Type> kOperators[] = {{"=~", Matcher::Type::regex},
                                                                                {"!~", Matcher::Type::not_regex},
                                                                                {"!=", Matcher::Type::not_equal},
                                                                                {"=", Matcher::Type::equal}};
    for (const auto& [spelling, type] : kOperators) {
      if (text_.substr(position_).starts_with(spelling)) {
        position_ += spelling.size();
        return type;
      }
    }
    return error(position_, "expected =, !=, =~ or !~");
  }

  Result<std::string> parse_string() {
    const std::size_t start = position_;
    std::string value;
    std::size_t used = 0;
    if (const char* problem = read_string_literal(text_.substr(position_), value, used); problem != nullptr) {
      return error(start + used, problem);
    }
    if (!is_utf8(value)) return error(start, "the string is not valid UTF-8");
    position_ += used;
    return value;
  }

  [[nodiscard]] Result<void> check_regex(Matcher::Type type, const std::string& value, std::size_t start) const {
    if (type != Matcher::Type::regex && type != Matcher::Type::not_regex) return {};
    const RE2 regex(value, RE2::Quiet);
    if (!regex.ok()) return error(start, "bad regex: " + regex.error());
    return {};
  }

  Result<std::vector<Matcher>> finish() {
    if (metric_ && name_matcher_) return error(*name_matcher_, "the metric name is there twice");
    if (metric_) {
      matchers_.insert(matchers_.begin(), {Matcher::Type::equal, std::string(rca::kMetricName), *metric_});
    }
    if (std::all_of(matchers_.begin(), matchers_.end(), matches_empty)) {
      return error(0, "at least one matcher must exclude the empty string");
    }
    return std::move(matchers_);
  }

  static bool matches_empty(const Matcher& matcher) {
    switch (matcher.type) {
      case Matcher::Type::equal: return matcher.value.empty();
      case Matcher::Type::not_equal: return !matcher.value.empty();
      case Matcher::Type::regex: return RE2::FullMatch("", RE2(matcher.value, RE2::Quiet));
      case Matcher::Type::not_regex: return !RE2::FullMatch("", RE2(matcher.value, RE2::Quiet));
    }
    return true;
  }

  [[nodiscard]] rca::Error trailing() const {
    const std::string_view rest = text_.substr(position_);
    if (rest[0] == '[') return error(position_, "a range does not belong into a selector");
    if (rest[0] == '@' || rest.starts_with("offset")) {
      return error(position_, "an offset or @ does not belong into a selector");
    }
    return error(position_, "unexpected text behind the selector");
  }

  [[nodiscard]] rca::Error error(std::size_t offset, const std::string& what) const {
    return {rca::ErrorKind::invalid_argument,
            "selector " + quote_string(text_) + ": " + what + " at byte " + std::to_string(offset)};
  }

  // White space and comments.
  void skip_space() {
    while (position_ < text_.size()) {
      const char c = text_[position_];
      if (c == '#') {
        position_ = std::min(text_.find('\n', position_), text_.size());
      } else if (c == ' ' || c == '\t' || c == '\n' || c == '\r') {
        ++position_;
      } else {
        return;
      }
    }
  }

  [[nodiscard]] char peek() const { return position_ < text_.size() ? text_[position_] : '\0'; }
  [[nodiscard]] bool at_name(bool colons) const { return is_letter(peek()) || (colons && peek() == ':'); }
  std::string_view read_name(bool colons) {
    const std::size_t start = position_;
    while (at_name(colons) || is_digit(peek())) ++position_;
    return text_.substr(start, position_ - start);
  }

  std::string_view text_;
  std::size_t position_ = 0;
  std::optional<std::string> metric_;
  std::optional<std::size_t> name_matcher_;  // where a matcher on __name__ stands
  std::vector<Matcher> matchers_;
};

}  // namespace

Result<std::vector<Matcher>> parse_selector(std::string_view selector) {
  return SelectorParser(selector).parse();
}

std::string to_string(const std::vector<Matcher>& matchers) {
  const auto names =
      std::count_if(matchers.begin(), matchers.end(), [](const Matcher& m) { return m.name == rca::kMetricName; });
  // The name goes in front where that reads back to the same: as the first matcher and the only one on __name__.
  const bool name_first = names == 1 && matchers[0].name == rca::kMetricName &&
                          matchers[0].type == Matcher::Type::equal && is_bare_metric(matchers[0].value);
  std::string inside;
  for (std::size_t i = name_first ? 1 : 0; i < matchers.size(); ++i) {
    const Matcher& matcher = matchers[i];
    if (!inside.empty()) inside += ',';
    inside += is_bare_name(matcher.name, false) ? matcher.name : quote_string(matcher.name);
    inside += operator_of(matcher.type) + quote_string(matcher.value);
  }
  std::string out = name_first ? matchers[0].value : std::string();
  if (!inside.empty() || !name_first) out += "{" + inside + "}";
  return out;
}

}  // namespace remote_read
