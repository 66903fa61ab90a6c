#include "exporter/slo/promql_form.h"

#include <algorithm>
#include <cctype>
#include <charconv>
#include <optional>
#include <tuple>
#include <utility>

#include "exporter/config/text.h"
#include "remote_read/query.h"

namespace exporter {
namespace {

using remote_read::Matcher;

constexpr std::size_t kMaxBytes = 16'384;
constexpr int kMaxDepth = 32;

bool is_name(char c) {
  return std::isalnum(static_cast<unsigned char>(c)) != 0 || c == '_' || c == ':';
}

class Parser {
 public:
  Parser(std::string_view text, bool bare_counters) : text_(text), bare_(bare_counters) {}

  rca::Result<EventForm> events() {
    RCA_ASSIGN(EventForm form, sum(0));
    RCA_TRY(end());
    return form;
  }

  rca::Result<RatioForm> ratio() {
    RatioForm form;
    bool opened = false;
    if (take_word("1")) {
      if (!take('-')) return fail("expected a share of events");
      form.good = true;
      opened = take('(');
    }
    RCA_ASSIGN(form.part, sum(0));
    if (!take('/'))
      return fail("a share of events is one number of events divided by another, but here stands " + here());
    RCA_ASSIGN(form.total, sum(0));
    if (opened && !take(')')) return fail("expected a closing parenthesis");
    RCA_TRY(end());
    return form;
  }

 private:
  [[nodiscard]] rca::Error fail(const std::string& message) const {
    return {rca::ErrorKind::invalid_argument, message + " (byte " + std::to_string(at_) + ")"};
  }
  // What stands here, for a message.
  [[nodiscard]] std::string here() const {
    if (at_ >= text_.size()) return "the end";
    std::size_t end = at_;
    while (end < text_.size() && is_name(text_[end])) ++end;
    return in_quotes(text_.substr(at_, std::max<std::size_t>(end - at_, 1)));
  }
  void skip_space() {
    while (at_ < text_.size()) {
      if (std::isspace(static_cast<unsigned char>(text_[at_])) != 0) {
        ++at_;
      } else if (text_[at_] == '#') {
        at_ = std::min(text_.find('\n', at_), text_.size());
      } else {
        return;
      }
    }
  }
  bool take(char c) {
    skip_space();
    if (at_ >= text_.size() || text_[at_] != c) return false;
    ++at_;
    return true;
  }
  bool take_word(std::string_view word) {
    skip_space();
    const std::string_view rest = text_.substr(at_);
    if (rest.size() < word.size() || (rest.size() > word.size() && is_name(rest[word.size()]))) return false;
    for (std::size_t i = 0; i < word.size(); ++i) {
      if (std::tolower(static_cast<unsigned char>(rest[i])) != word[i]) return false;
    }
    at_ += word.size();
    return true;
  }
  rca::Result<void> end() {
    skip_space();
    if (at_ < text_.size()) return fail(here() + " has no counterpart here");
    return {};
  }

  // Terms joined by + and -.
  rca::Result<EventForm> sum(int depth) {
    if (depth > kMaxDepth) return fail("too many parentheses");
    RCA_ASSIGN(EventForm form, term(depth));
    while (true) {
      const bool minus = take('-');
      if (!minus && !take('+')) break;
      RCA_ASSIGN(EventForm next, term(depth));
      if (minus) std::swap(next.plus, next.minus);
      form.plus.insert(form.plus.end(), next.plus.begin(), next.plus.end());
      form.minus.insert(form.minus.end(), next.minus.begin(), next.minus.end());
    }
    RCA_TRY(or_nothing());
    return form;
  }

  // `or vector(0)`, `or on() vector(0)`: a counter without events is taken as 0 anyway.
  rca::Result<void> or_nothing() {
    if (!take_word("or")) return {};
    if (take_word("on") && !(take('(') && take(')'))) return fail("or on (labels) has no counterpart here");
    if (take_word("vector") && take('(') && take_word("0") && take(')')) return {};
    return fail("of `or` only `or vector(0)` can be carried over");
  }

  rca::Result<EventForm> term(int depth) {
    if (take('(')) {
      RCA_ASSIGN(EventForm inside, sum(depth + 1));
      if (!take(')')) return fail("expected a closing parenthesis, not " + here());
      return inside;
    }
    if (take_word("sum")) {
      for (const char* grouping : {"by", "without"}) {
        if (take_word(grouping))
          return fail(std::string("sum ") + grouping +
                      " gives one SLO a label set; name the labels in the selectors instead");
      }
      if (!take('(')) return fail("expected sum(…)");
      RCA_ASSIGN(const std::string selector, counted(true));
      if (!take(')')) return fail(here() + " inside sum() has no counterpart here");
      for (const char* grouping : {"by", "without"}) {
        if (take_word(grouping))
          return fail(std::string("sum ") + grouping +
                      " gives one SLO a label set; name the labels in the selectors instead");
      }
      return EventForm{{selector}, {}};
    }
    RCA_ASSIGN(const std::string selector, counted(false));
    return EventForm{{selector}, {}};
  }

  // rate(SELECTOR[…]) or increase(SELECTOR[…]); a selector alone where that is meant.
  rca::Result<std::string> counted(bool summed) {
    for (const char* function : {"rate", "increase"}) {
      if (!take_word(function)) continue;
      if (!summed && !bare_) return fail(std::string(function) + "() without sum() gives one SLO a label set");
      if (!take('(')) return fail("expected " + std::string(function) + "(…)");
      RCA_ASSIGN(std::string selector, selector_here());
      RCA_TRY(range());
      if (!take(')')) return fail(here() + " behind the range has no counterpart here");
      return selector;
    }
    skip_space();
    const bool call = next_is_call();
    if (call || !bare_) {
      return fail((call ? "the function " : "") + here() +
                  " has no counterpart here: events are counted as sum(rate(counter[window]))");
    }
    return selector_here();
  }

  [[nodiscard]] bool next_is_call() const {
    std::size_t end = at_;
    while (end < text_.size() && is_name(text_[end])) ++end;
    while (end < text_.size() && text_[end] == ' ') ++end;
    return end > at_ && end < text_.size() && text_[end] == '(';
  }

  rca::Result<std::string> selector_here() {
    skip_space();
    const std::size_t begin = at_;
    while (at_ < text_.size() && is_name(text_[at_])) ++at_;
    const std::size_t name_end = at_;
    skip_space();
    std::string text(text_.substr(begin, name_end - begin));
    if (at_ < text_.size() && text_[at_] == '{' && text_.substr(at_, 2) != "{{") {
      const std::size_t open = at_;
      char quote = 0;
      for (; at_ < text_.size(); ++at_) {
        const char c = text_[at_];
        if (quote != 0) {
          if (c == '\\' && quote != '`') {
            ++at_;
          } else if (c == quote) {
            quote = 0;
          }
        } else if (c == '"' || c == '\'' || c == '`') {
          quote = c;
        } else if (c == '}') {
          break;
        }
      }
      if (at_ >= text_.size()) return fail("a selector does not end");
      ++at_;
      text += text_.substr(open, at_ - open);
    }
    if (text.empty()) return fail("expected a counter, not " + here());
    const auto parsed = remote_read::parse_selector(text);
    if (!parsed.ok()) return fail("bad selector " + in_quotes(text) + ": " + parsed.error().message);
    return text;
  }

  rca::Result<void> range() {
    if (!take('[')) return fail("expected a range, as [{{.window}}]");
    const std::size_t end = text_.find(']', at_);
    if (end == std::string_view::npos) return fail("a range does not end");
    const std::string_view inside = text_.substr(at_, end - at_);
    if (inside.find(':') != std::string_view::npos) return fail("a subquery has no counterpart here");
    at_ = end + 1;
    for (const char* word : {"offset", "@"}) {
      skip_space();
      if (text_.substr(at_).starts_with(word)) return fail(std::string(word) + " has no counterpart here");
    }
    return {};
  }

  std::string_view text_;
  bool bare_;
  std::size_t at_ = 0;
};

rca::Result<void> check_length(std::string_view promql) {
  if (promql.size() <= kMaxBytes) return {};
  return rca::Error{rca::ErrorKind::limit, "the query is longer than " + std::to_string(kMaxBytes) + " bytes"};
}

// A selector taken apart, so that spelling does not matter.
struct Parts {
  std::string name;
  std::vector<Matcher> rest;
  std::string le;  // of an equality
};

std::optional<Parts> parts_of(const std::string& selector) {
  auto matchers = remote_read::parse_selector(selector);
  if (!matchers.ok()) return std::nullopt;
  Parts parts;
  for (Matcher& matcher : *matchers) {
    if (matcher.type == Matcher::Type::equal && matcher.name == rca::kMetricName) {
      parts.name = matcher.value;
    } else if (matcher.type == Matcher::Type::equal && matcher.name == "le") {
      parts.le = matcher.value;
    } else {
      parts.rest.push_back(std::move(matcher));
    }
  }
  std::sort(parts.rest.begin(), parts.rest.end(), [](const Matcher& a, const Matcher& b) {
    return std::tie(a.name, a.type, a.value) < std::tie(b.name, b.type, b.value);
  });
  return parts;
}

bool same_selectors(const std::vector<std::string>& a, const std::vector<std::string>& b) {
  const auto canonical = [](const std::vector<std::string>& all) {
    std::vector<std::string> out;
    for (const std::string& one : all) {
      auto parts = parts_of(one);
      if (!parts) return std::vector<std::string>{one};
      if (!parts->le.empty()) parts->rest.push_back({Matcher::Type::equal, "le", parts->le});
      out.push_back(parts->name + remote_read::to_string(parts->rest));
    }
    std::sort(out.begin(), out.end());
    return out;
  };
  return canonical(a) == canonical(b);
}

constexpr std::string_view kBucket = "_bucket";
constexpr std::string_view kCount = "_count";

// `x_bucket{le="0.4",…}` of `x_count{…}` or of `x_bucket{le="+Inf",…}`.
std::optional<EventSli> histogram_of(const std::vector<std::string>& good, const std::vector<std::string>& total) {
  if (good.size() != 1 || total.size() != 1) return std::nullopt;
  const auto part = parts_of(good[0]);
  const auto all = parts_of(total[0]);
  if (!part || !all || !part->name.ends_with(kBucket) || part->rest != all->rest) return std::nullopt;
  const std::string base = part->name.substr(0, part->name.size() - kBucket.size());
  const bool whole =
      (all->name == base + std::string(kCount) && all->le.empty()) || (all->name == part->name && all->le == "+Inf");
  double bound = 0;
  const auto [end, error] = std::from_chars(part->le.data(), part->le.data() + part->le.size(), bound);
  if (!whole || error != std::errc() || end != part->le.data() + part->le.size() || bound <= 0) return std::nullopt;
  EventSli sli;
  sli.bound = bound;
  std::string inside = part->rest.empty() ? "" : remote_read::to_string(part->rest);
  sli.histogram = base + inside;
  return sli;
}

}  // namespace

rca::Result<EventForm> parse_event_form(std::string_view promql, bool bare_counters) {
  RCA_TRY(check_length(promql));
  return Parser(promql, bare_counters).events();
}

rca::Result<RatioForm> parse_ratio_form(std::string_view promql) {
  RCA_TRY(check_length(promql));
  return Parser(promql, false).ratio();
}

rca::Result<EventSli> sli_of(const EventForm& part, const EventForm& total, bool good) {
  if (!total.minus.empty()) {
    return rca::Error{rca::ErrorKind::invalid_argument, "the total is a difference of counters, which may fall"};
  }
  std::vector<std::string> counted = part.plus;
  if (!part.minus.empty()) {
    if (!same_selectors(part.plus, total.plus)) {
      return rca::Error{rca::ErrorKind::invalid_argument,
                        "a difference can be carried over only where it is the total less other events"};
    }
    counted = part.minus;
    good = !good;
  }
  if (good) {
    if (auto histogram = histogram_of(counted, total.plus)) return std::move(*histogram);
  }
  EventSli sli;
  (good ? sli.good : sli.bad) = std::move(counted);
  sli.total = total.plus;
  return sli;
}

}  // namespace exporter
