// The figures of runs as the section of docs/drift.md.
#pragma once

#include <span>
#include <string>
#include <vector>

#include "tests/evaluation/drift/run.h"

namespace drift_eval {

struct ScenarioRuns {
  const Scenario* scenario = nullptr;
  std::vector<RunResult> runs;  // one a seed
};

std::string to_markdown(std::span<const ScenarioRuns> all, const Timing& timing);

}  // namespace drift_eval
