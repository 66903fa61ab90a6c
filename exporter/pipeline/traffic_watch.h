// Changes of what is asked of the system that show in its signals: much more or much less traffic, or other requests.
#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "exporter/pipeline/signal_set.h"
#include "rca_core/methods/method.h"

namespace exporter {

// Of gateways, tenants and prompt templates (those have an arrival role, traffic_shift.h): the requests per second,
// kind "traffic_shift", and the length of what their users write, kind "cohort_shift": the mean tokens of a prompt less
// those of the template itself. Once a minute of the grid the last five minutes are compared with the fifteen before
// them (level_shift(), and for rates more than chance explains); three quarters of the five have to be nearer to the
// new level. After a shift only what came since counts as before, so that a step is told of once and a burst twice. Not
// thread-safe.
class TrafficWatch {
 public:
  // Looks at the rows in [first_row, last_row] that it has not seen; all of them must be held.
  void update(const std::vector<Column>& columns, std::int64_t first_row, std::int64_t last_row, std::int64_t step_ms);

  // Oldest first; none that began before the rows that were held last, and at most kMaxShifts, the newest.
  [[nodiscard]] const std::vector<rca::ChangeEvent>& events() const { return events_; }

  static constexpr std::size_t kMaxShifts = 100;
  static constexpr std::int64_t kNowMs = 300'000;
  static constexpr std::int64_t kBeforeMs = 900'000;
  static constexpr std::int64_t kStrideMs = 60'000;
  static constexpr std::int64_t kSettleMs = 60'000;  // newer rows may still be computed anew

 private:
  // A rate, or a length that the part which the template makes is taken from.
  struct Watched {
    std::string kind;
    std::string entity;
    std::string unit;
    const RowRing* ring = nullptr;
    const RowRing* less = nullptr;
  };
  struct Grid;
  static std::vector<Watched> watched_of(const std::vector<Column>& columns);
  void look(const Watched& watched, std::int64_t end_row, const Grid& grid);

  std::optional<std::int64_t> seen_row_;  // ends of windows up to here were looked at
  std::map<std::pair<std::string, std::string>, std::int64_t> level_since_;  // kind and entity → row
  std::vector<rca::ChangeEvent> events_;
};

}  // namespace exporter
