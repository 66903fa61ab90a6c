#include "tests/testbed/llmsim/hooks/traces.h"

#include <algorithm>
#include <array>
#include <utility>

#include "tests/testbed/llmsim/simulation.h"

namespace llmsim {
namespace {

// Assumed: spans that never arrive (a full queue, a restart of an agent). All traces are sampled.
constexpr double kLost = 0.01;

// Tempo's defaults, in seconds.
constexpr std::array kSpanBounds = {0.002, 0.004, 0.008, 0.016, 0.032, 0.064, 0.128,
                                    0.256, 0.512, 1.02,  2.05,  4.1,   8.2,   16.4};

const Buckets& span_buckets() {
  static const Buckets buckets = make_buckets(kSpanBounds, NumberStyle::go);
  return buckets;
}

const HookRegistration kTraces{
    {std::string(kTracesHook), [](const SimConfig& config, const Topology& topology) -> std::unique_ptr<RequestHook> {
       return std::make_unique<Traces>(config, topology);
     }}};

}  // namespace

SpanCounts::SpanCounts() : seconds(span_buckets()) {}
CallCounts::CallCounts() : server_seconds(span_buckets()) {}

Traces::Traces(const SimConfig& config, const Topology& topology) : random_(config.seed, "traces") {
  for (const Pod& pod : topology.pods) traced_.insert(pod.container);
}

void Traces::set_exporting(std::string_view container, bool exporting) {
  if (exporting) {
    const auto at = silent_.find(container);
    if (at != silent_.end()) silent_.erase(at);
  } else {
    silent_.emplace(container);
  }
}

bool Traces::sends(std::string_view service) const {
  return traced_.contains(service) && !silent_.contains(service);
}

void Traces::span(const SpanRecord& record) {
  const bool client_arrives = random_.uniform() >= kLost;
  const bool server_arrives = random_.uniform() >= kLost;
  if (record.request == nullptr) return;
  const double seconds = std::max(0.0, record.end - record.begin);
  const bool failed = record.status >= 500;
  const auto count = [&](std::string_view service, Side side) {
    SpanCounts& counts = spans_[{std::string(service), side, std::string(record.operation)}];
    ++(failed ? counts.failed : counts.ok);
    counts.seconds.observe(seconds);
  };
  const bool client = client_arrives && sends(record.caller);
  const bool server = server_arrives && sends(record.callee);
  if (client) count(record.caller, Side::client);
  if (server) count(record.callee, Side::server);
  // Tempo joins the two sides; a callee that never sends spans is drawn as a virtual node.
  if (!client || (!server && traced_.contains(record.callee))) return;
  CallCounts& calls = calls_[{std::string(record.caller), std::string(record.callee)}];
  ++calls.calls;
  if (failed) ++calls.failed;
  calls.server_seconds.observe(seconds);
}

Traces* find_traces(Simulation& simulation) {
  return dynamic_cast<Traces*>(simulation.hook(kTracesHook));
}

const Traces* find_traces(const Simulation& simulation) {
  return dynamic_cast<const Traces*>(simulation.hook(kTracesHook));
}

}  // namespace llmsim
