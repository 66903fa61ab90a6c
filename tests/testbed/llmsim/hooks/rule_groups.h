// Evaluation of rule groups as Prometheus and Loki's ruler do it: at a fixed interval, one iteration at a time; while
// one takes longer than the interval, those that fall due are missed.
#pragma once

#include <cstddef>
#include <cstdint>
#include <deque>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "tests/testbed/llmsim/random.h"
#include "tests/testbed/llmsim/request_attributes.h"

namespace llmsim {

class Simulation;

inline constexpr std::string_view kRulesHook = "rules";

// Who evaluates, and is the entity of these signals.
inline constexpr std::string_view kPrometheus = "prometheus-0";
inline constexpr std::string_view kLokiRuler = "loki-ruler-0";

class RuleGroup {
 public:
  // interval and seconds (of one iteration, the mean) are in seconds.
  RuleGroup(std::uint64_t seed, std::string_view evaluator, std::string_view name, double interval, double seconds);

  // What one iteration costs, times the usual.
  void set_cost(double factor) { cost_ = factor; }
  // What happened up to `now`; true when an iteration ended in that time.
  bool advance(double now);

  [[nodiscard]] const std::string& evaluator() const { return evaluator_; }
  [[nodiscard]] const std::string& name() const { return name_; }
  [[nodiscard]] double interval() const { return interval_; }
  [[nodiscard]] std::uint64_t due() const { return due_; }
  [[nodiscard]] std::uint64_t missed() const { return missed_; }
  [[nodiscard]] double last_seconds() const { return last_seconds_; }
  // Seconds from `onset` until the end of the first iteration that began after it; nullopt: not yet, or an iteration of
  // so long ago is not kept.
  [[nodiscard]] std::optional<double> delay(double onset) const;

 private:
  struct Iteration {
    double begin = 0, end = 0;
  };
  std::string evaluator_, name_;
  double interval_, seconds_;
  double cost_ = 1;
  Random random_;
  double next_;
  std::optional<Iteration> running_;
  std::deque<Iteration> done_;
  std::uint64_t due_ = 0, missed_ = 0;
  double last_seconds_ = 0;
};

// Prometheus' own rules.
class Rules : public RequestHook {
 public:
  explicit Rules(std::uint64_t seed);
  void sample(double seconds) override;

  // Of all groups.
  void set_cost(double factor);
  [[nodiscard]] const std::vector<RuleGroup>& groups() const { return groups_; }
  // Seconds from `onset` (of the simulation) until the alerting rules have seen it: the delay of detection.
  [[nodiscard]] std::optional<double> detection_delay(double onset) const { return groups_.front().delay(onset); }

 private:
  std::vector<RuleGroup> groups_;  // the first holds the alerts
  double now_ = 0;
};

// The hook of a simulation of the full stack; nullptr elsewhere.
Rules* find_rules(Simulation& simulation);
const Rules* find_rules(const Simulation& simulation);

}  // namespace llmsim
