// Text of the command line: durations, times and fault plans.
#pragma once

#include <functional>
#include <map>
#include <string>
#include <string_view>

#include "common/result.h"

namespace llmsim {

// As Prometheus writes durations: 90s, 5m, 1h30m, 500ms, 2d; a bare number is seconds. In seconds, above 0.
rca::Result<double> parse_duration(std::string_view text);
// Unix seconds, or RFC 3339 with Z. In unix seconds.
rca::Result<double> parse_time(std::string_view text);

struct FaultPlan {
  std::string type;
  std::string target;   // empty: the default of the type
  double at = 0;        // seconds after the start
  double duration = 0;  // seconds
  std::map<std::string, double, std::less<>> parameters = {};
};
// gpu,target=ray-replicas-1,at=90m,for=10m; other keys are numbers that the fault takes.
rca::Result<FaultPlan> parse_fault_plan(std::string_view text);

}  // namespace llmsim
