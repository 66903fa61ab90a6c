#include "rca_core/methods/signal_nature.h"

#include <algorithm>
#include <array>
#include <cctype>
#include <string>
#include <string_view>
#include <vector>

namespace rca {
namespace {

constexpr std::array<std::string_view, 33> kResources = {
    "gpu",     "cpu",        "mem",       "memory",  "node",  "disk",    "net",    "network",     "nic",
    "pcie",    "nvlink",     "sm",        "kv",      "cache", "power",   "clock",  "temperature", "frequency",
    "thermal", "xid",        "ecc",       "swap",    "rss",   "syscall", "socket", "tcp",         "io",
    "object",  "filesystem", "container", "process", "host",  "oom"};
constexpr std::array<std::string_view, 8> kLatency = {"latency", "duration", "ttft", "tpot",
                                                      "itl",     "delay",    "time", "rtt"};
constexpr std::array<std::string_view, 14> kFailures = {
    "error", "errors", "success", "failure",      "failures", "failed",    "fail",
    "5xx",   "4xx",    "timeout", "availability", "timeouts", "exception", "exceptions"};
constexpr std::array<std::string_view, 14> kTraffic = {"workload", "request", "requests", "qps",        "rps",
                                                       "load",     "rate",    "queue",    "throughput", "tokens",
                                                       "token",    "calls",   "queued",   "traffic"};

template <std::size_t N>
bool any_of(const std::vector<std::string>& words, const std::array<std::string_view, N>& known) {
  return std::any_of(words.begin(), words.end(), [&](const std::string& word) {
    return std::find(known.begin(), known.end(), word) != known.end();
  });
}

}  // namespace

std::vector<std::string> role_words(std::string_view role) {
  std::vector<std::string> words(1);
  for (const char c : role) {
    if (std::isalnum(static_cast<unsigned char>(c)) != 0) {
      words.back() += static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
    } else if (!words.back().empty()) {
      words.emplace_back();
    }
  }
  if (words.back().empty()) words.pop_back();
  return words;
}

SignalNature nature_of(const Signal& signal) {
  const std::vector<std::string> words = role_words(signal.role);
  if (any_of(words, kResources)) return SignalNature::internal;
  if (any_of(words, kFailures)) return SignalNature::failures;
  if (any_of(words, kLatency) || signal.unit == "seconds") return SignalNature::latency;
  if (any_of(words, kTraffic)) return SignalNature::traffic;
  return SignalNature::internal;
}

bool is_external(const Signal& signal) {
  return nature_of(signal) != SignalNature::internal;
}

}  // namespace rca
