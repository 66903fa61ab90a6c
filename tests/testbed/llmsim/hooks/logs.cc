#include "tests/testbed/llmsim/hooks/logs.h"

#include <algorithm>

#include "tests/testbed/llmsim/simulation.h"

namespace llmsim {
namespace {

constexpr std::uint64_t kStatsEvery = 10;  // seconds: vLLM's log of its throughput (VLLM_LOG_STATS_INTERVAL)

const HookRegistration kLogs{
    {std::string(kLogsHook), [](const SimConfig& config, const Topology& topology) -> std::unique_ptr<RequestHook> {
       return std::make_unique<Logs>(config.seed, topology);
     }}};

double rate(std::uint64_t now, std::uint64_t before) {
  return static_cast<double>(now - before) / 60;
}

}  // namespace

Logs::Logs(std::uint64_t seed, const Topology& topology) : ruler_(seed, kLokiRuler, "rca-logs", 15, 0.9) {
  for (const Pod& pod : topology.pods) {
    if (pod.container.starts_with("batch-")) continue;
    streams_[{pod.container, pod.container}];
    streams_[{pod.container, std::string(kSidecar)}];
    if (!pod.replica_id.empty()) engines_.push_back(pod.container);
  }
}

void Logs::set_structured(std::string_view container, bool structured) {
  const auto at = streams_.find({std::string(container), std::string(container)});
  if (at != streams_.end()) at->second.structured = structured;
}

void Logs::write(std::string_view container, std::string_view logger, LogLevel level, bool has_trace) {
  const auto at = streams_.find({std::string(container), std::string(logger)});
  if (at == streams_.end()) return;
  Stream& stream = at->second;
  ++stream.counts.lines;
  if (level == LogLevel::error) ++stream.counts.errors;
  if (!stream.structured) ++stream.counts.unstructured;
  if (!has_trace || !stream.structured) ++stream.counts.without_trace_id;
}

void Logs::span(const SpanRecord& record) {
  const bool traced = record.request != nullptr;
  // The sidecar of the callee logs the call; the callee itself that it began and how it ended.
  write(record.callee, kSidecar, LogLevel::info, traced);
  write(record.callee, record.callee, LogLevel::info, traced);
  const bool failed = record.status >= 500;
  // A callee that is too slow does not know that its caller has given up.
  const bool own_failure = failed && record.status != 504;
  write(record.callee, record.callee, own_failure ? LogLevel::error : LogLevel::info, traced);
  if (failed) write(record.caller, record.caller, LogLevel::error, traced);
  if (record.status >= 400 && !failed) write(record.callee, record.callee, LogLevel::warning, traced);
}

void Logs::sample(double seconds) {
  now_ += seconds;
  ++seconds_;
  if (seconds_ % kStatsEvery == 0) {
    for (const std::string& container : engines_) write(container, container, LogLevel::info, false);
  }
  for (auto& [key, stream] : streams_) stream.before[seconds_ % stream.before.size()] = stream.counts;
  if (ruler_.advance(now_)) record();
}

void Logs::record() {
  recorded_at_ = now_;
  for (auto& [key, stream] : streams_) {
    // The entry that the next second overwrites is 60 seconds old.
    const LogCounts& before = stream.before[(seconds_ + 1) % stream.before.size()];
    stream.recorded = {.lines = rate(stream.counts.lines, before.lines),
                       .errors = rate(stream.counts.errors, before.errors),
                       .unstructured = rate(stream.counts.unstructured, before.unstructured),
                       .without_trace_id = rate(stream.counts.without_trace_id, before.without_trace_id)};
  }
}

Logs* find_logs(Simulation& simulation) {
  return dynamic_cast<Logs*>(simulation.hook(kLogsHook));
}

const Logs* find_logs(const Simulation& simulation) {
  return dynamic_cast<const Logs*>(simulation.hook(kLogsHook));
}

}  // namespace llmsim
