// Changes of the traffic: much more or less than before, or other requests than before, from some moment on.
#pragma once

#include <Eigen/Core>
#include <array>
#include <optional>
#include <string_view>
#include <vector>

#include "rca_core/frame/frame.h"
#include "rca_core/methods/method.h"

namespace exporter {

// Kinds of change events.
inline constexpr std::string_view kTrafficShift = "traffic_shift";
inline constexpr std::string_view kCohortShift = "cohort_shift";
// Requests per second as they arrive. Completions fall with every slow answer.
inline constexpr std::array<std::string_view, 3> kArrivalRoles{"gateway_request_rate", "tenant_request_rate",
                                                               "template_request_rate"};

// Medians.
struct LevelShift {
  double before = 0;
  double after = 0;
};
// Whether `after` lies at another level: its median is at least half again, or at most two thirds of, that of `before`,
// and further away than four robust standard deviations of `before`. All values finite; with fewer than five on a side:
// nullopt.
std::optional<LevelShift> level_shift(std::vector<double> before, std::vector<double> after);

// Arrivals that are at another level from the onset on. Only what began before the onset or with it (`kShiftSlackMs`)
// can have brought the incident about. One event of kind "traffic_shift" per entity, from and to as requests per
// second, at the first row from which on the traffic is nearer to its new level. `frame`: normal = [0, onset_row),
// anomalous = the rest.
std::vector<rca::ChangeEvent> traffic_shifts(const rca::Frame& frame, Eigen::Index onset_row);

inline constexpr std::int64_t kShiftSlackMs = 30'000;

inline bool is_shift(const rca::ChangeEvent& change) {
  return change.kind == kTrafficShift || change.kind == kCohortShift;
}

// Two shifts of one kind and entity that are so close are the same one, seen twice.
inline constexpr std::int64_t kSameShiftMs = 300'000;
bool same_shift(const rca::ChangeEvent& a, const rca::ChangeEvent& b);

}  // namespace exporter
