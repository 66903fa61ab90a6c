// The few forms of PromQL that say the same as an SLI by events, and nothing more.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "common/result.h"
#include "exporter/config/config.h"

namespace exporter {

// A number of events: the sum of some counters less that of others.
struct EventForm {
  std::vector<std::string> plus;  // selectors
  std::vector<std::string> minus;
};

struct RatioForm {
  EventForm part;
  EventForm total;
  bool good = false;  // `part` are the good events: 1 - good / total
};

// `sum(rate(SELECTOR[WINDOW]))`, with increase() instead of rate(), sums and differences of these, parentheses, and
// `or vector(0)` at the end of any of them. WINDOW is any duration or `{{.window}}`. With `bare_counters` also
// `sum(SELECTOR)` and `SELECTOR`, of counters whose growth is meant. Error invalid_argument: what stands there
// instead, and at which byte.
rca::Result<EventForm> parse_event_form(std::string_view promql, bool bare_counters);
// `A / B` of such forms, also `1 - A / B`. Errors: as above.
rca::Result<RatioForm> parse_ratio_form(std::string_view promql);

// The SLI whose `part` of `total` is bad or good. A difference from the total turns bad into good and good into bad; a
// bucket of a histogram over its count becomes the histogram with its bound. Error invalid_argument: why it is neither.
rca::Result<EventSli> sli_of(const EventForm& part, const EventForm& total, bool good);

}  // namespace exporter
