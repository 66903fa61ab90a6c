// Which series an SLO by events counts, and as what.
#pragma once

#include <cstddef>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "common/labels.h"
#include "common/result.h"
#include "exporter/config/config.h"
#include "exporter/signals/resolver.h"
#include "remote_read/query.h"

namespace exporter {

// A question to every source.
struct EventQuery {
  std::size_t slo = 0;  // index into the SLOs
  std::vector<remote_read::Matcher> matchers;
  bool total = false;                // its series are events in all; of a histogram the label `le` tells
  bool histogram = false;            // its series are the bucket at `bound` and the one at +Inf
  double bound = 0;                  // as `le` has it
  std::optional<std::size_t> spec;   // of the catalogue, whose entities count
  std::optional<std::size_t> group;  // of the catalogue: the spec of the ratio that the series is a part of
};

// One series as a part of an SLO.
struct EventSeries {
  bool total = false;
  std::string twin;    // of a histogram: the labels that its two buckets share
  std::string entity;  // of the catalogue's series: whose
  // Of the catalogue's series: of one entity only those of the best exporter and name count, or an old and a new name
  // would count twice. The smallest is the best.
  std::size_t group = 0;
  std::size_t preference = 0;
};

// Immutable; thread-safe.
class EventQueries {
 public:
  // Of those SLOs that are budgeted by occurrences. `match` are the conditions that the configuration adds to the
  // catalogue's queries. Error invalid_argument: a selector that does not parse (the configuration finds those before).
  static rca::Result<EventQueries> create(const std::vector<Slo>& slos, std::shared_ptr<const Resolver> resolver,
                                          const std::vector<std::string>& match);

  [[nodiscard]] const std::vector<EventQuery>& all() const { return queries_; }
  // nullopt: the series is none of the SLO's.
  [[nodiscard]] std::optional<EventSeries> classify(std::size_t query, const rca::Labels& labels) const;
  // The query for all buckets of the histogram, to see which bounds there are.
  [[nodiscard]] std::vector<remote_read::Matcher> all_buckets(std::size_t query) const;

 private:
  rca::Result<void> add_selectors(std::size_t index, const Slo& slo);
  rca::Result<void> add_role(std::size_t index, const Slo& slo, const std::vector<std::string>& match);

  std::shared_ptr<const Resolver> resolver_;
  std::vector<EventQuery> queries_;
  std::vector<std::string> entities_;  // per SLO; empty: any
};

// Whether add_part() of the SLO's ring gives good events; else bad ones.
bool counts_good(const Slo& slo);

// A bucket's bound as `le` may have it, as a regex: Go and Python, and Prometheus 2 and 3, write numbers differently
// ("1", "1.0", "1e+06").
std::string bound_regex(double bound);

}  // namespace exporter
