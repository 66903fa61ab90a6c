// What is asked of a remote-read endpoint: Prometheus' prompb.Query, as a plain struct.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "common/result.h"

namespace remote_read {

struct Matcher {
  enum class Type { equal = 0, not_equal = 1, regex = 2, not_regex = 3 };  // the wire's numbers
  Type type = Type::equal;
  std::string name;
  std::string value;  // for the regex types an RE2 expression, anchored at both ends as in PromQL

  friend bool operator==(const Matcher&, const Matcher&) = default;
};

// prompb.ReadHints. Prometheus uses them to read less; DeepFlow takes the time range, the function and the
// grouping from them and answers nothing without.
struct Hints {
  std::int64_t step_ms = 0;
  std::string func;
  std::int64_t start_ms = 0;  // 0: the query's own
  std::int64_t end_ms = 0;    // 0: the query's own
  std::vector<std::string> grouping;
  bool by = false;
  std::int64_t range_ms = 0;
};

struct Query {
  std::int64_t start_ms = 0;  // inclusive
  std::int64_t end_ms = 0;    // inclusive
  std::vector<Matcher> matchers;
  Hints hints;
};

// Parses a PromQL instant-vector selector, e.g. `vllm:kv_cache_usage_perc{model_name=~"falcon.*"}` or
// `{__name__=~"DCGM_FI_DEV_.*"}`, into matchers (the metric name becomes a matcher on __name__, first).
// Follows the PromQL grammar: three kinds of string quotes with Go's escapes, trailing comma, quoted names as in
// Prometheus 3
// (`{"my.metric", a="b"}`). Errors (invalid_argument) name the byte offset: no matcher that excludes the
// empty string, a regex that RE2 rejects, a range or offset behind the selector, an unterminated string.
rca::Result<std::vector<Matcher>> parse_selector(std::string_view selector);

// The selector that `parse_selector` reads back to the same matchers.
std::string to_string(const std::vector<Matcher>& matchers);

}  // namespace remote_read
