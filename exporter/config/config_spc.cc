// The section `spc`.
#include <algorithm>
#include <array>

#include "exporter/config/sections.h"
#include "exporter/config/text.h"

namespace exporter {
namespace {

constexpr milliseconds kDay = std::chrono::hours(24);
constexpr std::int64_t kMaxPoints = 20'000;  // of one chart's history
constexpr std::int64_t kFewestPoints = 20;   // from fewer no limits can be told
// An eighth of it is not part of the reference, in whose rest every hour of the day has to be seen twice.
constexpr milliseconds kShortestWithSeason = std::chrono::hours(56);

// A list of texts, each at most once; `known` empty: any.
void read_names(YamlMap& map, std::string_view key, const std::vector<std::string>& known,
                std::vector<std::string>& out, std::vector<int>* lines) {
  const auto value = map.find(key);
  if (!value) return;
  out.clear();
  for (const YamlValue& item : value->items()) {
    const auto name = item.text();
    if (!name) continue;
    if (!known.empty() && std::find(known.begin(), known.end(), *name) == known.end()) {
      item.error("unknown method" + suggestion(*name, known));
    } else if (std::find(out.begin(), out.end(), *name) != out.end()) {
      item.error(in_quotes(*name) + " appears twice");
    } else {
      out.push_back(*name);
      if (lines != nullptr) lines->push_back(item.line());
    }
  }
}

}  // namespace

void read_spc(const YamlValue& value, Config& config) {
  YamlMap map(value);
  SpcConfig& spc = config.spc;
  map.read("enabled", spc.enabled);
  if (map.find("signals")) spc.default_signals = false;
  read_names(map, "signals", {}, spc.signals, &spc.lines);
  read_names(map, "methods", {"shewhart", "ewma", "cusum"}, spc.methods, nullptr);
  map.read("step", spc.step, milliseconds{1000}, kDay);
  map.read("window", spc.window, milliseconds{20'000}, 63 * kDay);
  if (const auto index = map.read_choice("seasonality", {"none", "hour_of_day", "hour_of_week"})) {
    constexpr std::array kAll{SpcSeason::none, SpcSeason::hour_of_day, SpcSeason::hour_of_week};
    spc.seasonality = kAll.at(*index);
  }
  map.read("ewma_lambda", spc.ewma_lambda, 0.01, 1);
  map.read("ewma_limit", spc.ewma_limit, 0.5, 20);
  map.read("cusum_slack", spc.cusum_slack, 0.05, 10);
  map.read("cusum_limit", spc.cusum_limit, 0.5, 100);
  map.read("max_signals", spc.max_signals, 1, 1'000'000);
  map.finish();
  const std::int64_t points = spc.window / spc.step;
  if (points < kFewestPoints || points > kMaxPoints) {
    const auto at = map.find("window");
    const std::string message = "must be " + std::to_string(kFewestPoints) + " to " + std::to_string(kMaxPoints) +
                                " steps of " + format_duration(spc.step) + ", not " + std::to_string(points);
    at ? at->error(message) : map.error("window " + message);
  } else if (spc.seasonality != SpcSeason::none && spc.window < kShortestWithSeason) {
    const auto at = map.find("window");
    const std::string message = "must be at least " + format_duration(kShortestWithSeason) +
                                " to see every hour of the day twice; `seasonality: none` permits a shorter one, for "
                                "signals without a daily rhythm";
    at ? at->error(message) : map.error("window " + message);
  } else if (spc.seasonality != SpcSeason::none && spc.step > std::chrono::hours(1)) {
    if (const auto at = map.find("step")) at->error("must be at most 1h to see every hour, or set `seasonality: none`");
  }
}

std::vector<std::string> default_spc_signals() {
  return {"ttft",           "inter_token_latency", "prompt_tokens",       "generation_tokens",
          "groundedness",   "answer_relevance",    "hallucination_ratio", "refusal_ratio",
          "retrieval_score"};
}

}  // namespace exporter
