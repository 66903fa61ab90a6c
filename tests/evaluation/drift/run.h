// One run: a stack is simulated with or without a planted drift, scraped into memory, and the product's drift
// evaluation and control charts go through its fourth day as the daemon would. The first three are the history.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "common/result.h"

namespace drift_eval {

struct Scenario {
  std::string name = {};
  std::string planted = {};  // in words; empty: a day without drift
  std::string fault = {};    // of the simulator
  std::string target = {};
  std::vector<std::string> signals = {};  // those that must show it
  std::string entity = {};                // of which entity; empty: any
  std::string label = {};                 // the attribution that must name the cause; empty: none is expected
  std::string value = {};
  double stated_delay = 0;               // seconds from the drift in which it has to be detected; see scenarios.cc
  std::string derivation = {};           // of it, for the page
  std::vector<std::string> charts = {};  // charted signals that shift; none: the drift moves no level
};

// The day without drift first, then each planted drift.
const std::vector<Scenario>& scenarios();

struct Timing {
  double history = 72 * 3600;   // seconds before the first evaluation
  double fault = 6 * 3600;      // from the first evaluation to the drift
  double watched = 3 * 3600;    // from the drift to the end
  double quiet = 24 * 3600;     // the day without drift, from the first evaluation
  double swing_period = 86400;  // of the traffic
  double scrape_interval = 30;
  // Compared with a rolling window of so many seconds that ends ten minutes before the current one, in place of the
  // same hour of earlier days: for runs that are shorter than a day; 0: as configured.
  double rolling = 0;
  double rate = 1;  // requests/s, the mean
  double swing = 0.5;
};

struct Detection {
  std::string signal;
  std::string entity;
  double after = 0;       // seconds from the drift, or from the first evaluation on a day without
  std::string statistic;  // the one that is furthest beyond its threshold
  double effect = 0;      // of it
  double threshold = 0;
  std::string attributed;  // the label value that carries most of it: "tenant=umbrella"
  double attribution = 0;
};

struct RunResult {
  std::uint64_t seed = 0;
  std::size_t evaluations = 0;
  std::size_t comparisons = 0;        // with enough data, of all evaluations
  std::size_t pairs = 0;              // (signal, entity) with enough data in some evaluation
  std::vector<Detection> detections;  // the first of each (signal, entity), in order of time; since the drift
  std::size_t early = 0;              // (signal, entity) detected before it; on a day without all of them
  std::size_t early_alerts = 0;    // of those: detected in three evaluations one after the other, which are ten minutes
  std::optional<Detection> right;  // the first of those that the scenario asks for
  // Control charts that raise an alert before the drift, or on a day without one: a violation of EWMA, CUSUM or three
  // sigma in three points one after the other, which are ten minutes.
  std::size_t chart_alerts = 0;
  std::optional<double> chart_right;  // seconds from the drift to the alert of a chart that the scenario asks for
  std::string chart_right_at;         // "signal of entity"
  // Of a day without drift: the largest effect of any comparison, over its threshold.
  double largest = 0;
  std::string largest_at;            // "signal of entity, statistic"
  std::size_t charts = 0;            // control charts
  std::size_t chart_points = 0;      // of all of them
  std::size_t chart_alarms = 0;      // charts with an EWMA or CUSUM violation at some time
  std::vector<std::string> alarmed;  // "signal of entity, rule" of the first of them
};

// Depends on nothing but its arguments. Errors: the configuration's, the simulator's, the pipeline's.
rca::Result<RunResult> run(const Scenario& scenario, const Timing& timing, std::uint64_t seed);

}  // namespace drift_eval
