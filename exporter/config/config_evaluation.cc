// The sections `evaluation` and `slos`.
#include <algorithm>
#include <array>
#include <limits>
#include <set>
#include <utility>

#include "exporter/config/sections.h"
#include "exporter/config/text.h"

namespace exporter {
namespace {

constexpr milliseconds kDay = std::chrono::hours(24);
constexpr milliseconds kLongestWindow = 31 * kDay;
// Rows of the grid; every signal holds this many doubles.
constexpr std::int64_t kMaxRows = 100'000;

struct SliName {
  SliKind kind;
  std::string_view name;
  std::string_view role;
};

constexpr std::array<SliName, 8> kSlis{{{SliKind::time_to_first_token, "time_to_first_token", "ttft"},
                                        {SliKind::inter_token_latency, "inter_token_latency", "inter_token_latency"},
                                        {SliKind::end_to_end_latency, "end_to_end_latency", "e2e_latency"},
                                        {SliKind::error_ratio, "error_ratio", "error_ratio"},
                                        {SliKind::availability, "availability", "availability"},
                                        {SliKind::throughput, "throughput", "generation_token_rate"},
                                        {SliKind::quality, "quality", "groundedness"},
                                        {SliKind::quality_defect, "quality_defect", "hallucination_ratio"}}};

const SliName& sli_name(SliKind kind) {
  return *std::find_if(kSlis.begin(), kSlis.end(), [&](const SliName& sli) { return sli.kind == kind; });
}

bool is_latency(SliKind kind) {
  return kind == SliKind::time_to_first_token || kind == SliKind::inter_token_latency ||
         kind == SliKind::end_to_end_latency;
}

bool is_ratio(SliKind kind) {
  return kind == SliKind::error_ratio || kind == SliKind::availability || kind == SliKind::quality ||
         kind == SliKind::quality_defect;
}

// A number strictly between 0 and 1.
void read_share(YamlMap& map, std::string_view key, double& out) {
  const auto value = map.find(key);
  const auto number = value ? value->number(0, 1) : std::nullopt;
  if (!number) return;
  if (*number <= 0 || *number >= 1) {
    value->error("must be between 0 and 1, both excluded");
  } else {
    out = *number;
  }
}

Slo read_slo(const YamlValue& item) {
  YamlMap map(item);
  Slo slo;
  slo.line = item.line();
  const auto name = map.require("name");
  if (const auto text = name ? name->text() : std::nullopt) {
    slo.name = *text;
    if (!is_plain_name(slo.name)) {
      name->error("must be made of at most 63 letters, digits, \"_\", \"-\" and \".\", since it is part of URLs");
    }
  }
  std::vector<std::string> names;
  names.reserve(kSlis.size());
  for (const SliName& sli : kSlis) names.emplace_back(sli.name);
  map.require("sli");
  if (const auto index = map.read_choice("sli", names)) slo.sli = kSlis.at(*index).kind;
  map.read("role", slo.role);
  map.read("entity", slo.entity);
  if (const auto quantile = map.find("quantile"); quantile && !is_latency(slo.sli)) {
    quantile->error("only the latencies have a quantile");
  }
  read_share(map, "quantile", slo.quantile);
  if (const auto threshold = map.require("threshold")) {
    const auto number = threshold->number(0, is_ratio(slo.sli) ? 1 : std::numeric_limits<double>::max());
    if (number && *number <= 0) threshold->error("must be greater than 0");
    slo.threshold = number.value_or(0);
  }
  read_share(map, "objective", slo.objective);
  map.read("detect_within", slo.detect_within, milliseconds{0}, kDay);
  map.read("budget_window", slo.budget_window, std::chrono::hours(1), 366 * kDay);
  if (const auto rate = map.find("min_request_rate"); rate && slo.sli != SliKind::throughput) {
    rate->error("only throughput has a min_request_rate");
  }
  map.read("min_request_rate", slo.min_request_rate, 0, std::numeric_limits<double>::max());
  map.finish();
  return slo;
}

}  // namespace

std::string_view to_string(SliKind kind) {
  return sli_name(kind).name;
}

std::string_view default_role(SliKind kind) {
  return sli_name(kind).role;
}

void read_evaluation(const YamlValue& value, Config& config) {
  YamlMap map(value);
  constexpr milliseconds kSecond{1000};
  map.read("interval", config.interval, kSecond, kDay);
  map.read("step", config.step, milliseconds{100}, std::chrono::hours(1));
  map.read("window", config.window, kSecond, kLongestWindow);
  map.read("normal_window", config.normal_window, kSecond, kLongestWindow);
  map.read("anomalous_window", config.anomalous_window, kSecond, kLongestWindow);
  map.read("lookback", config.lookback, kSecond, kDay);
  map.read("rate_range", config.rate_range, kSecond, kDay);
  map.read("ingestion_delay", config.ingestion_delay, milliseconds{0}, kDay);
  if (const auto index = map.read_choice("promql_semantics", {"auto", "closed", "left_open"})) {
    constexpr std::array kAll{PromqlSemantics::automatic, PromqlSemantics::closed, PromqlSemantics::left_open};
    config.semantics = kAll.at(*index);
  }
  std::size_t seed = config.seed;
  if (map.read("seed", seed, 0, std::numeric_limits<std::int64_t>::max())) config.seed = seed;
  map.read("max_signals", config.max_signals, 1, 10'000'000);
  map.finish();

  // The message stands at the key that was written, else at the section.
  const auto complain = [&](std::string_view key, const std::string& message) {
    if (const auto at = map.find(key)) {
      at->error(message);
    } else {
      map.error(std::string(key) + " " + message);
    }
  };
  if (config.normal_window + config.anomalous_window > config.window) {
    complain("window", "must be at least normal_window + anomalous_window = " +
                           format_duration(config.normal_window + config.anomalous_window) + ", not " +
                           format_duration(config.window));
  }
  if (config.rate_range < config.step) {
    complain("rate_range",
             "must be at least step = " + format_duration(config.step) + ", not " + format_duration(config.rate_range));
  }
  if (config.window.count() / config.step.count() > kMaxRows) {
    complain("step", "must be at least window / " + std::to_string(kMaxRows) + " rows");
  }
}

void read_slos(const YamlValue& value, Config& config) {
  config.slos.clear();
  std::set<std::string> names;
  for (const YamlValue& item : value.items()) {
    Slo slo = read_slo(item);
    if (!slo.name.empty() && !names.insert(slo.name).second) {
      item.error("the SLO " + in_quotes(slo.name) + " appears twice");
    }
    config.slos.push_back(std::move(slo));
  }
}

std::vector<Slo> default_slos() {
  // Thresholds are bucket bounds of vLLM's histograms, so that no interpolation decides.
  std::vector<Slo> slos(4);
  slos[0].name = "ttft";
  slos[0].sli = SliKind::time_to_first_token;
  slos[0].threshold = 2.5;
  slos[1].name = "inter-token-latency";
  slos[1].sli = SliKind::inter_token_latency;
  slos[1].threshold = 0.2;
  slos[2].name = "e2e-latency";
  slos[2].sli = SliKind::end_to_end_latency;
  slos[2].threshold = 60;
  slos[3].name = "errors";
  slos[3].sli = SliKind::error_ratio;
  slos[3].threshold = 0.05;
  return slos;
}

}  // namespace exporter
