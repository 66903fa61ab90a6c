// Which runs an evaluation consists of.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "common/result.h"
#include "tests/evaluation/scenarios/run.h"

namespace scenarios {

// Runs that figures are reported of have these seeds, runs that weights are fitted on those: no run is in both.
inline constexpr std::uint64_t kFirstReportedSeed = 1;
inline constexpr std::uint64_t kFirstTrainingSeed = 100'001;

std::vector<std::string> suite_names();

// One run for each scenario of the suite and each of the `seeds` seeds from `first_seed` on (one seed of `healthy`,
// whose runs are days). Error invalid_argument: no such suite.
rca::Result<std::vector<RunSpec>> make_suite(std::string_view suite, std::uint64_t first_seed, std::size_t seeds);

}  // namespace scenarios
