// Logging: every part writes lines as it works; they are counted by what can be told of them (level, structure, number
// of the trace), and Loki's ruler turns the counts of the last minute into series, with the rules of alerts/loki.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "tests/testbed/llmsim/hooks/rule_groups.h"
#include "tests/testbed/llmsim/request_attributes.h"

namespace llmsim {

inline constexpr std::string_view kLogsHook = "logs";
// The container beside each of the stack's that logs its calls.
inline constexpr std::string_view kSidecar = "istio-proxy";

enum class LogLevel : std::uint8_t { info, warning, error };

// Lines of one container.
struct LogCounts {
  std::uint64_t lines = 0, errors = 0, unstructured = 0, without_trace_id = 0;
};

// What the ruler recorded last: lines a second over the minute before.
struct LogRates {
  double lines = 0, errors = 0, unstructured = 0, without_trace_id = 0;
};

class Logs : public RequestHook {
 public:
  Logs(std::uint64_t seed, const Topology& topology);

  void span(const SpanRecord& record) override;
  void sample(double seconds) override;

  // Whether the container's own logger writes JSON with the number of the trace, or plain text without.
  void set_structured(std::string_view container, bool structured);
  [[nodiscard]] RuleGroup& ruler() { return ruler_; }
  [[nodiscard]] const RuleGroup& ruler() const { return ruler_; }

  using Key = std::pair<std::string, std::string>;  // of the stack's container: its name; which container logs
  struct Stream {
    LogCounts counts;
    std::array<LogCounts, 61> before = {};  // at the end of each of the last 61 seconds
    LogRates recorded;
    bool structured = true;
  };
  [[nodiscard]] const std::map<Key, Stream>& streams() const { return streams_; }
  // Seconds since the ruler recorded; negative: it never has.
  [[nodiscard]] double recorded_ago() const { return recorded_at_ < 0 ? -1 : now_ - recorded_at_; }

 private:
  // The rules were evaluated: keeps the rates of the last minute.
  void record();
  void write(std::string_view container, std::string_view logger, LogLevel level, bool has_trace);

  std::map<Key, Stream> streams_;
  std::vector<std::string> engines_;  // containers with an inference engine
  RuleGroup ruler_;
  std::uint64_t seconds_ = 0;
  double now_ = 0;
  double recorded_at_ = -1;
};

// The hook of a simulation of the full stack; nullptr elsewhere.
Logs* find_logs(Simulation& simulation);
const Logs* find_logs(const Simulation& simulation);

}  // namespace llmsim
