// The section `drift`.
#include <algorithm>
#include <array>
#include <set>
#include <utility>

#include "common/labels.h"
#include "exporter/config/sections.h"
#include "exporter/config/text.h"
#include "exporter/incident/time_text.h"

namespace exporter {
namespace {

constexpr milliseconds kDay = std::chrono::hours(24);
constexpr milliseconds kLongestReference = 31 * kDay;
// Slots of history that one window may consist of: each histogram holds a row of counts for each.
constexpr std::int64_t kMaxSlots = 10'000;
constexpr int kMaxDays = 35;

bool is_label_name(std::string_view name) {
  const auto letter = [](char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_'; };
  return !name.empty() && letter(name.front()) &&
         std::all_of(name.begin(), name.end(), [&](char c) { return letter(c) || (c >= '0' && c <= '9'); });
}

void read_label_names(YamlMap& map, std::string_view key, std::vector<std::string>& out) {
  const auto value = map.find(key);
  if (!value) return;
  out.clear();
  for (const std::string& name : value->texts()) {
    if (!is_label_name(name) || name == "le") {
      value->error(in_quotes(name) + " cannot be the name of such a label");
    } else if (std::find(out.begin(), out.end(), name) != out.end()) {
      value->error("the label " + in_quotes(name) + " appears twice");
    } else {
      out.push_back(name);
    }
  }
}

void read_selector(const YamlValue& value, DriftSignal& signal) {
  constexpr std::string_view kBucket = "_bucket";
  const auto text = value.text();
  if (!text) return;
  auto parsed = remote_read::parse_selector(*text);
  if (!parsed.ok()) {
    value.error("not a selector: " + parsed.error().message);
    return;
  }
  for (remote_read::Matcher& matcher : *parsed) {
    if (matcher.name != rca::kMetricName) {
      signal.matchers.push_back(std::move(matcher));
    } else if (matcher.type == remote_read::Matcher::Type::equal && signal.metric.empty()) {
      signal.metric = std::move(matcher.value);
    }
  }
  if (signal.metric.empty()) value.error("must name one metric, such as request_tokens{job=\"app\"}");
  if (signal.kind == DriftKind::histogram && signal.metric.ends_with(kBucket)) {
    signal.metric.resize(signal.metric.size() - kBucket.size());
  }
}

DriftSignal read_signal(const YamlValue& item) {
  DriftSignal signal;
  signal.line = item.line();
  if (item.node().kind == YamlNode::Kind::scalar) {
    if (const auto role = item.text()) signal.name = *role;
    return signal;
  }
  YamlMap map(item);
  if (const auto name = map.require("name")) {
    if (const auto text = name->text()) {
      signal.name = *text;
      if (!is_plain_name(*text)) {
        name->error("must be made of at most 63 letters, digits, \"_\", \"-\" and \".\"");
      }
    }
  }
  static constexpr std::array<std::pair<std::string_view, DriftKind>, 3> kKinds{
      {{"histogram", DriftKind::histogram}, {"gauge", DriftKind::gauge}, {"embedding", DriftKind::embedding}}};
  int given = 0;
  for (const auto& [key, kind] : kKinds) {
    const auto value = map.find(key);
    if (!value) continue;
    if (++given > 1) {
      value->error("only one of histogram, gauge and embedding may be given");
      continue;
    }
    signal.kind = kind;
    read_selector(*value, signal);
  }
  if (given == 0)
    map.error("one of histogram, gauge and embedding is missing; a role of the catalogue is written alone");
  read_label_names(map, "by", signal.by);
  if (const auto dim = map.find("dim")) {
    map.read("dim", signal.dim);
    if (!is_label_name(signal.dim)) dim->error("must be the name of a label");
    if (signal.kind != DriftKind::embedding) dim->error("only an embedding has dimensions");
  }
  map.finish();
  return signal;
}

void read_signals(const YamlValue& value, DriftConfig& drift) {
  drift.signals.clear();
  std::set<std::string> names;
  for (const YamlValue& item : value.items()) {
    DriftSignal signal = read_signal(item);
    if (!signal.name.empty() && !names.insert(signal.name).second) {
      item.error("the signal " + in_quotes(signal.name) + " appears twice");
    }
    drift.signals.push_back(std::move(signal));
  }
}

void read_instant(YamlMap& map, std::string_view key, std::int64_t& out) {
  const auto value = map.require(key);
  const auto text = value ? value->text() : std::nullopt;
  if (!text) return;
  const auto time = parse_time(*text);
  if (!time.ok()) {
    value->error(time.error().message);
  } else {
    out = *time;
  }
}

void read_fixed(const YamlValue& value, DriftReference& reference) {
  YamlMap map(value);
  reference.kind = ReferenceKind::fixed;
  read_instant(map, "start", reference.start_ms);
  read_instant(map, "end", reference.end_ms);
  map.finish();
  if (reference.start_ms == 0 || reference.end_ms == 0) return;
  if (reference.end_ms <= reference.start_ms) {
    map.error("end must be after start");
  } else if (reference.end_ms - reference.start_ms > kLongestReference.count()) {
    map.error("must be at most " + format_duration(kLongestReference) + " long");
  }
}

void read_same_hour(const YamlValue& value, DriftReference& reference) {
  YamlMap map(value);
  reference.kind = ReferenceKind::same_hour;
  map.read("days", reference.days, 1, kMaxDays);
  map.finish();
}

void read_rolling(const YamlValue& value, DriftReference& reference) {
  YamlMap map(value);
  reference.kind = ReferenceKind::rolling;
  map.read("window", reference.window, milliseconds{1000}, kLongestReference);
  map.read("gap", reference.gap, milliseconds{0}, kLongestReference);
  map.finish();
}

void read_pinned(const YamlValue& value, DriftReference& reference) {
  YamlMap map(value);
  reference.kind = ReferenceKind::pinned;
  if (const auto file = map.require("file")) {
    // Not opened here: `rcatool pin` reads this configuration before it writes the file.
    if (const auto text = file->text()) reference.file = relative_to(value.diagnostics().file(), *text);
  }
  map.finish();
}

DriftReference read_reference(const YamlValue& item) {
  YamlMap map(item);
  DriftReference reference;
  reference.line = item.line();
  if (const auto name = map.require("name")) {
    if (const auto text = name->text()) {
      reference.name = *text;
      if (!is_plain_name(*text)) {
        name->error("must be made of at most 63 letters, digits, \"_\", \"-\" and \".\"");
      }
    }
  }
  using Reader = void (*)(const YamlValue&, DriftReference&);
  static constexpr std::array<std::pair<std::string_view, Reader>, 4> kKinds{
      {{"fixed", read_fixed}, {"same_hour", read_same_hour}, {"rolling", read_rolling}, {"pinned", read_pinned}}};
  int given = 0;
  for (const auto& [key, read] : kKinds) {
    const auto value = map.find(key);
    if (!value) continue;
    if (++given > 1) {
      value->error("only one of fixed, same_hour, rolling and pinned may be given");
    } else {
      read(*value, reference);
    }
  }
  if (given == 0) map.error("one of fixed, same_hour, rolling and pinned is missing");
  map.finish();
  return reference;
}

void read_references(const YamlValue& value, DriftConfig& drift) {
  drift.references.clear();
  std::set<std::string> names;
  for (const YamlValue& item : value.items()) {
    DriftReference reference = read_reference(item);
    if (!reference.name.empty() && !names.insert(reference.name).second) {
      item.error("the reference " + in_quotes(reference.name) + " appears twice");
    }
    drift.references.push_back(std::move(reference));
  }
  if (value.node().kind == YamlNode::Kind::sequence && value.node().items.empty()) value.error("must not be empty");
}

bool is_statistic(const YamlValue& at, const std::string& name, const ConfigChecks& checks) {
  const auto& known = checks.known_statistics;
  if (known.empty() || std::find(known.begin(), known.end(), name) != known.end()) return true;
  at.error("unknown statistic" + suggestion(name, known));
  return false;
}

void read_statistics(const YamlValue& value, const ConfigChecks& checks, DriftConfig& drift) {
  for (const YamlValue& item : value.items()) {
    const auto name = item.text();
    if (!name || !is_statistic(item, *name, checks)) continue;
    if (std::find(drift.statistics.begin(), drift.statistics.end(), *name) != drift.statistics.end()) {
      item.error("the statistic " + in_quotes(*name) + " appears twice");
    } else {
      drift.statistics.push_back(*name);
    }
  }
  if (value.node().kind == YamlNode::Kind::sequence && value.node().items.empty()) value.error("must not be empty");
}

void read_thresholds(const YamlValue& value, const ConfigChecks& checks, DriftConfig& drift) {
  for (const auto& [name, entry] : YamlMap(value).entries()) {
    const auto number = entry.number(0, 1e12);
    if (!number || !is_statistic(entry, name, checks)) continue;
    if (*number <= 0) {
      entry.error("must be greater than 0");
    } else {
      drift.thresholds[name] = *number;
    }
  }
}

void read_attribution(const YamlValue& value, DriftConfig& drift) {
  YamlMap map(value);
  read_label_names(map, "labels", drift.attribution_labels);
  map.read("top_k", drift.attribution_top_k, 1, 100);
  map.finish();
}

void read_drift_limits(const YamlValue& value, DriftConfig& drift) {
  YamlMap map(value);
  map.read("comparisons", drift.max_targets, 1, 100'000);
  map.read("parts", drift.max_parts, 1, 1'000'000);
  map.read("buckets", drift.max_buckets, 0, 200);
  map.read("dimensions", drift.max_dimensions, 1, 16'384);
  map.finish();
}

// What only fits together.
void check_windows(YamlMap& map, const DriftConfig& drift) {
  const auto complain = [&](std::string_view key, const std::string& message) {
    if (const auto at = map.find(key)) {
      at->error(message);
    } else {
      map.error(std::string(key) + " " + message);
    }
  };
  if (drift.window.count() % drift.interval.count() != 0) {
    complain("window", "must be a multiple of interval = " + format_duration(drift.interval) + ", not " +
                           format_duration(drift.window));
  }
  std::int64_t slots = drift.window / drift.interval;
  for (const DriftReference& reference : drift.references) {
    if (reference.kind == ReferenceKind::rolling) slots = std::max(slots, reference.window / drift.interval);
    if (reference.kind == ReferenceKind::same_hour) {
      slots = std::max(slots, reference.days * (drift.window / drift.interval));
      if (drift.window > kDay)
        complain("window", "must be at most 1d with a reference of the same hours of earlier days");
    }
    if (reference.kind == ReferenceKind::rolling && reference.window < drift.interval) {
      complain("interval", "must not be over the window of the reference " + in_quotes(reference.name));
    }
  }
  if (slots > kMaxSlots) {
    complain("interval", "must be longer: a window would consist of " + std::to_string(slots) + " intervals, over " +
                             std::to_string(kMaxSlots));
  }
}

}  // namespace

void read_drift(const YamlValue& value, const ConfigChecks& checks, Config& config) {
  YamlMap map(value);
  DriftConfig& drift = config.drift;
  map.read("enabled", drift.enabled);
  map.read("interval", drift.interval, milliseconds{5000}, kDay);
  map.read("window", drift.window, milliseconds{5000}, 7 * kDay);
  if (const auto signals = map.find("signals")) read_signals(*signals, drift);
  if (const auto references = map.find("references")) read_references(*references, drift);
  map.read("min_observations", drift.min_observations, 10, 1'000'000'000);
  map.read("min_values", drift.min_values, 3, 1'000'000);
  map.read("min_vectors", drift.min_vectors, 3, 1'000'000);
  if (const auto alpha = map.find("alpha")) {
    const auto number = alpha->number(0, 1);
    if (number && (*number <= 0 || *number >= 1)) {
      alpha->error("must be between 0 and 1, both excluded");
    } else if (number) {
      drift.alpha = *number;
    }
  }
  if (const auto statistics = map.find("statistics")) read_statistics(*statistics, checks, drift);
  if (const auto thresholds = map.find("thresholds")) read_thresholds(*thresholds, checks, drift);
  if (const auto attribution = map.find("attribution")) read_attribution(*attribution, drift);
  map.read("sample_interval", drift.sample_interval, milliseconds{1000}, kDay);
  if (const auto limits = map.find("limits")) read_drift_limits(*limits, drift);
  map.finish();
  check_windows(map, drift);
}

std::vector<DriftSignal> default_drift_signals() {
  std::vector<DriftSignal> signals;
  for (const char* role : {"prompt_tokens", "generation_tokens", "ttft", "groundedness", "answer_relevance",
                           "answer_similarity", "refusal_ratio", "hallucination_ratio", "format_error_ratio",
                           "repetition_ratio", "retrieval_score", "retrieval_relevance"}) {
    signals.emplace_back();
    signals.back().name = role;
  }
  return signals;
}

std::vector<DriftReference> default_drift_references() {
  std::vector<DriftReference> references(1);
  references[0].name = "earlier_days";
  return references;
}

}  // namespace exporter
