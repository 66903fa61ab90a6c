// Changes of the traffic: much more or less than before, from some moment on.
#pragma once

#include <Eigen/Core>
#include <vector>

#include "rca_core/frame/frame.h"
#include "rca_core/methods/method.h"

namespace exporter {

// Requests per second as they arrive (at the gateway, of tenants, of prompt templates) whose median from the onset on
// is at least half again, or at most two thirds of, that before it, and further away than their spread explains. Only
// what began before the onset or with it (`kShiftSlackMs`) can have brought the incident about. One event of kind
// "traffic_shift" per entity, from and to as requests per second, at the first row from which on the traffic is nearer
// to its new level. `frame`: normal = [0, onset_row), anomalous = the rest.
std::vector<rca::ChangeEvent> traffic_shifts(const rca::Frame& frame, Eigen::Index onset_row);

inline constexpr std::int64_t kShiftSlackMs = 30'000;

}  // namespace exporter
