// Tracing: every part of the stack sends a span for what it serves and for what it calls, and Tempo's metrics generator
// counts them (traces_spanmetrics_*, traces_service_graph_*).
#pragma once

#include <cstdint>
#include <map>
#include <set>
#include <string>
#include <string_view>
#include <tuple>

#include "tests/testbed/llmsim/histogram.h"
#include "tests/testbed/llmsim/random.h"
#include "tests/testbed/llmsim/request_attributes.h"

namespace llmsim {

class Simulation;

inline constexpr std::string_view kTracesHook = "traces";

// Spans of one service that have everything but their times in common.
struct SpanCounts {
  SpanCounts();
  std::uint64_t ok = 0, failed = 0;
  Histogram seconds;
};

// Calls from one service to another of which both sides, or the caller of a part that is not traced, sent spans.
struct CallCounts {
  CallCounts();
  std::uint64_t calls = 0, failed = 0;
  Histogram server_seconds;
};

class Traces : public RequestHook {
 public:
  Traces(const SimConfig& config, const Topology& topology);

  void span(const SpanRecord& record) override;

  // Whether spans of the container arrive. What it forwards to others is not touched: the trace goes on without it.
  void set_exporting(std::string_view container, bool exporting);

  enum class Side : std::uint8_t { client, server };
  using SpanKey = std::tuple<std::string, Side, std::string>;  // service, side, operation
  [[nodiscard]] const std::map<SpanKey, SpanCounts>& spans() const { return spans_; }
  [[nodiscard]] const std::map<std::pair<std::string, std::string>, CallCounts>& calls() const { return calls_; }

 private:
  bool sends(std::string_view service) const;

  Random random_;
  std::set<std::string, std::less<>> traced_;  // containers with an instrumentation
  std::set<std::string, std::less<>> silent_;
  std::map<SpanKey, SpanCounts> spans_;
  std::map<std::pair<std::string, std::string>, CallCounts> calls_;
};

// The hook of a simulation of the full stack; nullptr elsewhere.
Traces* find_traces(Simulation& simulation);
const Traces* find_traces(const Simulation& simulation);

}  // namespace llmsim
