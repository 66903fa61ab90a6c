// What the runs of a suite add up to.
#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include "rca_core/evaluation/accuracy.h"
#include "tests/evaluation/scenarios/calibration.h"
#include "tests/evaluation/scenarios/run.h"

namespace scenarios {

// A method over some runs. A run whose incident was not found, or for which the method gave nothing, counts as a miss.
struct MethodFigures {
  std::string method;
  double ac1 = 0;
  double avg5 = 0;
  rca::Interval ac1_interval;
  double given_ac1 = 0;  // with the fault's begin given as the onset
  double given_avg5 = 0;
};

// Over the runs of one group, or of all.
struct GroupFigures {
  std::string name;  // empty: all
  std::size_t runs = 0;
  std::size_t detected = 0;
  double delay_median = 0;        // seconds, of the detected; NaN: none
  double delay_p95 = 0;           // seconds
  double onset_error_median = 0;  // seconds, of |estimated − true|
  // Of the diagnosis, as shares of all runs: the most probable pair of entity and fault class.
  double entity_right = 0;
  double class_right = 0;
  double both_right = 0;
  double all_named = 0;  // every entity at fault is named as a root cause
  double needless = 0;   // a second root cause is named that is not at fault
  double unknown = 0;    // it said that it could not tell
  std::string instead;   // the wrong answer that was given most often, and how often; empty: none
  std::vector<MethodFigures> methods;
};

struct SuiteSummary {
  std::string suite;
  std::size_t runs = 0;
  std::size_t early = 0;             // incidents before anything was at fault, over all runs
  std::vector<GroupFigures> groups;  // all first, then by name
};

// Of the runs whose incident was found: the probability of the entity named first and whether it is at fault; that of
// the entity with its class and whether both are right.
struct CalibrationSummary {
  Calibration entity;
  Calibration pair;
};
CalibrationSummary calibration_of(const std::vector<RunResult>& results);  // of the suites reference and catalogue

// What the project wants to reach; `value` NaN: not evaluated.
struct Goal {
  std::string what;
  double value = 0;
  double wanted = 0;
  bool at_most = false;  // else at least
};
std::vector<Goal> goals_of(const std::vector<RunResult>& results);

SuiteSummary summarize(const std::string& suite, const std::vector<RunResult>& results);

std::string to_json(const std::vector<SuiteSummary>& summaries, const std::vector<RunResult>& results);
// The section of docs/evaluation.md.
std::string to_markdown(const std::vector<SuiteSummary>& summaries, const std::vector<RunResult>& results);

}  // namespace scenarios
