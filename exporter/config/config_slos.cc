// The section `slos`.
#include <algorithm>
#include <array>
#include <limits>
#include <set>
#include <utility>

#include "exporter/config/sections.h"
#include "exporter/config/text.h"
#include "remote_read/query.h"

namespace exporter {
namespace {

constexpr milliseconds kDay = std::chrono::hours(24);
// Selectors of one side of an SLI by events, and their length: each is a query of every cycle.
constexpr std::size_t kMaxSelectors = 20;
constexpr std::size_t kMaxSelectorBytes = 4096;

struct SliName {
  SliKind kind;
  std::string_view name;
  std::string_view role;
};

constexpr std::array<SliName, 10> kSlis{{{SliKind::time_to_first_token, "time_to_first_token", "ttft"},
                                         {SliKind::inter_token_latency, "inter_token_latency", "inter_token_latency"},
                                         {SliKind::end_to_end_latency, "end_to_end_latency", "e2e_latency"},
                                         {SliKind::error_ratio, "error_ratio", "error_ratio"},
                                         {SliKind::availability, "availability", "availability"},
                                         {SliKind::throughput, "throughput", "generation_token_rate"},
                                         {SliKind::quality, "quality", "groundedness"},
                                         {SliKind::quality_defect, "quality_defect", "hallucination_ratio"},
                                         {SliKind::bad_event_ratio, "bad_event_ratio", ""},
                                         {SliKind::slow_request_ratio, "slow_request_ratio", ""}}};
// The last two come with selectors of their own and are no words of the configuration.
constexpr std::size_t kNamedSlis = 8;

const SliName& sli_name(SliKind kind) {
  return *std::find_if(kSlis.begin(), kSlis.end(), [&](const SliName& sli) { return sli.kind == kind; });
}

bool is_latency(SliKind kind) {
  return kind == SliKind::time_to_first_token || kind == SliKind::inter_token_latency ||
         kind == SliKind::end_to_end_latency;
}

bool is_ratio(SliKind kind) {
  return kind == SliKind::error_ratio || kind == SliKind::availability || kind == SliKind::quality ||
         kind == SliKind::quality_defect || kind == SliKind::bad_event_ratio || kind == SliKind::slow_request_ratio;
}

// Whether single events stand behind the indicator, so that they can be counted.
bool counts_events(SliKind kind) {
  return kind != SliKind::throughput && kind != SliKind::quality;
}

// Whether the SLO itself names what is counted.
bool has_selectors(SliKind kind) {
  return kind == SliKind::bad_event_ratio || kind == SliKind::slow_request_ratio;
}

// The share of bad events from which on an incident opens, where the configuration names none: what burns the budget
// 14.4 times as fast as it lasts, at most half-way between the objective and nothing but bad events.
double default_bad_ratio(double objective) {
  constexpr double kFastBurn = 14.4;
  const double budget = 1 - objective;
  return std::min(kFastBurn * budget, (1 + budget) / 2);
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

// Selectors as remote read takes them; what is wrong with one is told at its line.
void read_selectors(YamlMap& map, std::string_view key, std::vector<std::string>& out) {
  const auto value = map.find(key);
  if (!value) return;
  for (const std::string& text : value->texts()) {
    if (out.size() == kMaxSelectors) return value->error("may hold " + std::to_string(kMaxSelectors) + " selectors");
    if (text.size() > kMaxSelectorBytes) {
      value->error("a selector may have " + std::to_string(kMaxSelectorBytes) + " bytes");
    } else if (const auto parsed = remote_read::parse_selector(text); !parsed.ok()) {
      value->error("bad selector " + in_quotes(text) + ": " + parsed.error().message);
    }
    out.push_back(text);
  }
}

void read_event_counters(const YamlValue& value, Slo& slo) {
  slo.sli = SliKind::bad_event_ratio;
  YamlMap map(value);
  read_selectors(map, "good", slo.events.good);
  read_selectors(map, "bad", slo.events.bad);
  map.require("total");
  read_selectors(map, "total", slo.events.total);
  map.finish();
  if (slo.events.good.empty() == slo.events.bad.empty()) map.error("needs one of good and bad, and only one");
}

void read_event_histogram(const YamlValue& value, Slo& slo) {
  slo.sli = SliKind::slow_request_ratio;
  YamlMap map(value);
  const auto metric = map.require("metric");
  if (const auto text = metric ? metric->text() : std::nullopt) {
    slo.events.histogram = *text;
    const auto parsed = remote_read::parse_selector(*text);
    const auto named = [](const remote_read::Matcher& matcher) {
      return matcher.name == rca::kMetricName && matcher.type == remote_read::Matcher::Type::equal;
    };
    if (!parsed.ok()) {
      metric->error("bad selector " + in_quotes(*text) + ": " + parsed.error().message);
    } else if (std::none_of(parsed->begin(), parsed->end(), named)) {
      metric->error("must name the histogram");
    } else if (std::any_of(parsed->begin(), parsed->end(), [](const auto& one) { return one.name == "le"; })) {
      metric->error("must have no condition on le: the key le names the bucket");
    }
  }
  if (const auto bound = map.require("le")) {
    const auto number = bound->number(0, std::numeric_limits<double>::max());
    if (number && *number <= 0) bound->error("must be greater than 0");
    slo.events.bound = number.value_or(0);
  }
  map.finish();
}

// `sli:` is one of the known indicators, or a map that says what is counted.
void read_sli(YamlMap& map, Slo& slo) {
  const auto value = map.require("sli");
  if (!value) return;
  if (value->node().kind != YamlNode::Kind::map) {
    std::vector<std::string> names;
    for (std::size_t i = 0; i < kNamedSlis; ++i) names.emplace_back(kSlis.at(i).name);
    if (const auto index = map.read_choice("sli", names)) slo.sli = kSlis.at(*index).kind;
    return;
  }
  slo.budgeting = BudgetingMethod::occurrences;
  YamlMap kinds(*value);
  const auto events = kinds.find("events");
  const auto histogram = kinds.find("histogram");
  kinds.finish();
  if (events.has_value() == histogram.has_value())
    return kinds.error("needs one of events and histogram, and only one");
  if (events) read_event_counters(*events, slo);
  if (histogram) read_event_histogram(*histogram, slo);
}

void read_threshold(YamlMap& map, Slo& slo) {
  const auto threshold = has_selectors(slo.sli) ? map.find("threshold") : map.require("threshold");
  if (!threshold) {
    if (has_selectors(slo.sli)) slo.threshold = default_bad_ratio(slo.objective);
    return;
  }
  const auto number = threshold->number(0, is_ratio(slo.sli) ? 1 : std::numeric_limits<double>::max());
  if (number && *number <= 0) threshold->error("must be greater than 0");
  slo.threshold = number.value_or(0);
}

void read_budgeting(YamlMap& map, Slo& slo) {
  const bool selectors = has_selectors(slo.sli);
  if (const auto index = map.read_choice("budgeting_method", {"timeslices", "occurrences"})) {
    slo.budgeting = *index == 0 ? BudgetingMethod::timeslices : BudgetingMethod::occurrences;
  }
  const auto written = map.find("budgeting_method");
  if (!written) return;
  if (selectors && slo.budgeting == BudgetingMethod::timeslices) {
    written->error("an SLI that counts events is budgeted by occurrences");
  } else if (!counts_events(slo.sli) && slo.budgeting == BudgetingMethod::occurrences) {
    written->error("there are no events to count behind " + std::string(to_string(slo.sli)));
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
  read_sli(map, slo);
  for (const char* key : {"role", "entity"}) {
    const auto value = map.find(key);
    if (value && has_selectors(slo.sli)) value->error("the selectors of the SLI say what is counted");
  }
  map.read("role", slo.role);
  map.read("entity", slo.entity);
  map.read("service", slo.service);
  if (const auto quantile = map.find("quantile"); quantile && !is_latency(slo.sli)) {
    quantile->error("only the latencies have a quantile");
  }
  read_share(map, "quantile", slo.quantile);
  read_share(map, "objective", slo.objective);
  read_threshold(map, slo);
  read_budgeting(map, slo);
  if (map.find("open_after")) map.read("open_after", slo.open_after.emplace(), milliseconds{0}, kDay);
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

std::string_view to_string(BudgetingMethod method) {
  return method == BudgetingMethod::occurrences ? "occurrences" : "timeslices";
}

std::string_view default_role(SliKind kind) {
  return sli_name(kind).role;
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
