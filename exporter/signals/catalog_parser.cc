#include "exporter/signals/catalog_parser.h"

#include <algorithm>
#include <array>
#include <filesystem>
#include <limits>
#include <map>
#include <set>
#include <utility>

#include "exporter/config/matchers.h"
#include "exporter/config/text.h"
#include "exporter/config/yaml_reader.h"

namespace exporter {
namespace {

const std::vector<std::string>& categories() {
  static const std::vector<std::string> all{"inference_infrastructure", "prompt_and_input",
                                            "model_and_configuration",  "orchestration_and_dependencies",
                                            "observability_gaps",       "cascades_and_scaling"};
  return all;
}

// What a file says once for all its entries.
struct FileDefaults {
  std::string exporter;
  std::vector<std::string> prefixes;
  std::vector<std::string> entity_labels;
  std::vector<std::string> peer_labels;
  std::string category;
  std::optional<remote_read::Dialect> dialect;
};

bool is_word(std::string_view text) {
  return !text.empty() && text.front() >= 'a' && text.front() <= 'z' && text.size() <= 63 &&
         std::all_of(text.begin(), text.end(),
                     [](char c) { return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '_'; });
}

// Metric names of Prometheus 2, and those with dots that OpenTelemetry sends to Prometheus 3.
bool is_metric_name(std::string_view text) {
  return !text.empty() && text.size() <= 256 && !(text.front() >= '0' && text.front() <= '9') &&
         std::all_of(text.begin(), text.end(), [](char c) {
           return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' || c == ':' ||
                  c == '.';
         });
}

void read_word(YamlMap& map, std::string_view key, std::string& out) {
  std::string text;
  if (!map.read(key, text)) return;
  if (is_word(text)) {
    out = std::move(text);
  } else {
    map.find(key)->error("must be made of small letters, digits and \"_\" and start with a letter, not " +
                         in_quotes(text));
  }
}

void read_category(YamlMap& map, std::string& out) {
  std::string text;
  if (!map.read("category", text)) return;
  const auto& all = categories();
  if (text == "none") {
    out.clear();
  } else if (std::find(all.begin(), all.end(), text) != all.end()) {
    out = std::move(text);
  } else {
    map.find("category")->error("unknown category " + in_quotes(text) + suggestion(text, all));
  }
}

std::vector<remote_read::Matcher> read_matchers(YamlMap& map) {
  std::vector<remote_read::Matcher> out;
  const auto match = map.find("match");
  if (!match) return out;
  for (const std::string& text : match->texts()) {
    auto matchers = parse_matchers(text);
    if (matchers.ok()) {
      out.insert(out.end(), matchers->begin(), matchers->end());
    } else {
      match->error("bad condition " + in_quotes(text) + ": " + matchers.error().message);
    }
  }
  return out;
}

void check_metric(const YamlValue& at, const std::string& name, bool histogram) {
  if (!is_metric_name(name)) {
    at.error("not a metric name: " + in_quotes(name) + "; conditions on labels go under match");
  } else if (histogram && (name.ends_with("_bucket") || name.ends_with("_sum") || name.ends_with("_count"))) {
    at.error("the name of a histogram is given without _bucket, _sum and _count, not " + in_quotes(name));
  }
}

std::vector<std::string> read_metrics(YamlMap& map, const FileDefaults& defaults, bool histogram) {
  std::vector<std::string> out;
  const auto metrics = map.require("metrics");
  if (!metrics) return out;
  for (const std::string& name : metrics->texts()) {
    check_metric(*metrics, name, histogram);
    for (const std::string& prefix : defaults.prefixes) {
      if (std::find(out.begin(), out.end(), prefix + name) != out.end()) {
        metrics->error("the name " + in_quotes(name) + " appears twice");
      }
      out.push_back(prefix + name);
    }
  }
  if (out.empty()) metrics->error("must name at least one metric");
  return out;
}

// `hints: {func, by}` and whether the file's dialect asks for them.
template <typename Spec>
void read_hints(YamlMap& map, Spec& spec) {
  const bool needed = spec.dialect == remote_read::Dialect::deepflow;
  const auto hints = map.find("hints");
  if (!hints) {
    if (needed) map.error("the key \"hints\" is missing, which the dialect deepflow needs");
    return;
  }
  if (!needed) hints->error("only the dialect deepflow has hints");
  YamlMap hint_map(*hints);
  hint_map.require("func");
  hint_map.read("func", spec.hint_func);
  hint_map.require("by");
  hint_map.read_texts("by", spec.hint_by);
  hint_map.finish();
}

void read_quantities(YamlMap& map, SignalSpec& spec) {
  const bool histogram = spec.kind == SeriesKind::histogram || spec.kind == SeriesKind::histogram_mean;
  if (const auto scale = map.find("scale")) {
    const auto number = scale->number(std::numeric_limits<double>::lowest(), std::numeric_limits<double>::max());
    if (number && *number == 0) scale->error("must not be 0");
    if (number && *number < 0 && histogram) scale->error("must be greater than 0 for a histogram");
    spec.scale = number.value_or(1);
  }
  if (const auto quantile = map.find("quantile")) {
    const auto number = quantile->number(0, 1);
    if (number && (*number <= 0 || *number >= 1)) quantile->error("must be between 0 and 1, both excluded");
    if (spec.kind != SeriesKind::histogram) quantile->error("only kind histogram has a quantile");
    spec.quantile = number.value_or(spec.quantile);
  }
  if (map.find("divide_by")) {
    spec.divide_by.emplace();
    read_word(map, "divide_by", *spec.divide_by);
    if (histogram) map.find("divide_by")->error("a histogram cannot be divided");
    if (*spec.divide_by == spec.role) map.find("divide_by")->error("a role cannot be divided by itself");
  }
  if (const auto index = map.read_choice("aggregate", {"sum", "mean", "max", "min"})) {
    constexpr std::array kAll{Aggregate::sum, Aggregate::mean, Aggregate::max, Aggregate::min};
    spec.aggregate = kAll.at(*index);
    if (histogram) map.find("aggregate")->error("a histogram's buckets are always summed");
  }
}

// What signals and edges have in common: whose they are, and where they stand.
template <typename Spec>
Spec spec_at(const YamlValue& item, const FileDefaults& defaults) {
  Spec spec;
  spec.exporter = defaults.exporter;
  spec.dialect = defaults.dialect;
  spec.file = item.diagnostics().file();
  spec.line = item.line();
  return spec;
}

SignalSpec read_signal(const YamlValue& item, const FileDefaults& defaults) {
  YamlMap map(item);
  auto spec = spec_at<SignalSpec>(item, defaults);
  map.require("role");
  read_word(map, "role", spec.role);
  map.read("description", spec.description);
  if (const auto index = map.read_choice("kind", {"gauge", "counter", "histogram", "histogram_mean"})) {
    constexpr std::array kAll{SeriesKind::gauge, SeriesKind::counter, SeriesKind::histogram,
                              SeriesKind::histogram_mean};
    spec.kind = kAll.at(*index);
  }
  const bool histogram = spec.kind == SeriesKind::histogram || spec.kind == SeriesKind::histogram_mean;
  spec.metrics = read_metrics(map, defaults, histogram);
  spec.matchers = read_matchers(map);
  map.require("unit");
  read_word(map, "unit", spec.unit);
  read_quantities(map, spec);
  spec.category = defaults.category;
  read_category(map, spec.category);
  spec.entity_labels = defaults.entity_labels;
  map.read_texts("entity_labels", spec.entity_labels);
  if (spec.entity_labels.empty()) map.error("entity_labels is missing, here and for the whole file");
  spec.peer_labels = defaults.peer_labels;
  map.read_texts("peer_labels", spec.peer_labels);
  map.read("internal", spec.internal);
  read_hints(map, spec);
  map.finish();
  return spec;
}

EdgeSpec read_edge(const YamlValue& item, const FileDefaults& defaults) {
  YamlMap map(item);
  auto spec = spec_at<EdgeSpec>(item, defaults);
  map.require("kind");
  if (const auto index = map.read_choice("kind", {"call", "placement", "alias"})) {
    constexpr std::array kAll{EdgeSpec::Kind::call, EdgeSpec::Kind::placement, EdgeSpec::Kind::alias};
    spec.kind = kAll.at(*index);
  }
  if (const auto index = map.read_choice("live", {"present", "positive", "increasing"})) {
    constexpr std::array kAll{EdgeSpec::Live::present, EdgeSpec::Live::positive, EdgeSpec::Live::increasing};
    spec.live = kAll.at(*index);
  }
  map.require("metric");
  if (map.read("metric", spec.metric)) check_metric(*map.find("metric"), spec.metric, false);
  spec.matchers = read_matchers(map);
  map.require("source_labels");
  map.read_texts("source_labels", spec.source_labels);
  map.require("target_labels");
  map.read_texts("target_labels", spec.target_labels);
  read_hints(map, spec);
  map.finish();
  return spec;
}

ChangeSpec read_change(const YamlValue& item, const std::string& prefix, const FileDefaults& defaults) {
  YamlMap map(item);
  auto spec = spec_at<ChangeSpec>(item, defaults);
  map.require("kind");
  read_word(map, "kind", spec.kind);
  map.require("metric");
  if (map.read("metric", spec.metric)) check_metric(*map.find("metric"), spec.metric, false);
  spec.metric = prefix + spec.metric;
  spec.matchers = read_matchers(map);
  spec.entity_labels = defaults.entity_labels;
  map.read_texts("entity_labels", spec.entity_labels);
  if (spec.entity_labels.empty()) map.error("entity_labels is missing, here and for the whole file");
  map.read_texts("key_labels", spec.key_labels);
  map.read_texts("value_labels", spec.value_labels);
  read_hints(map, spec);
  map.finish();
  return spec;
}

FileDefaults read_defaults(YamlMap& map) {
  FileDefaults defaults;
  const std::string& file = map.value().diagnostics().file();
  defaults.exporter = std::filesystem::path(file).stem().string();
  std::replace(defaults.exporter.begin(), defaults.exporter.end(), '-', '_');
  int version = 0;
  map.require("version");
  map.read("version", version, 1, 1);
  if (map.find("exporter")) {
    read_word(map, "exporter", defaults.exporter);
  } else if (!is_word(defaults.exporter)) {
    map.error("the file's name is no word; give the exporter's name under \"exporter\"");
  }
  map.find("description");
  map.read_texts("prefixes", defaults.prefixes);
  if (defaults.prefixes.empty()) defaults.prefixes.emplace_back();
  map.read_texts("entity_labels", defaults.entity_labels);
  map.read_texts("peer_labels", defaults.peer_labels);
  read_category(map, defaults.category);
  if (const auto index = map.read_choice("dialect", {"deepflow"})) defaults.dialect = remote_read::Dialect::deepflow;
  return defaults;
}

bool same_edge(const EdgeSpec& a, const EdgeSpec& b) {
  return a.exporter == b.exporter && a.kind == b.kind && a.metric == b.metric && a.matchers == b.matchers;
}

const SignalSpec* find_signal(const Catalog& catalog, const std::string& exporter, const std::string& role) {
  const auto found = std::find_if(catalog.signals.begin(), catalog.signals.end(), [&](const SignalSpec& spec) {
    return spec.exporter == exporter && spec.role == role;
  });
  return found == catalog.signals.end() ? nullptr : &*found;
}

void merge_changes(Catalog& catalog, std::vector<ChangeSpec> changes) {
  for (ChangeSpec& spec : changes) {
    const auto found = std::find_if(catalog.changes.begin(), catalog.changes.end(), [&](const ChangeSpec& other) {
      return other.exporter == spec.exporter && other.kind == spec.kind && other.metric == spec.metric &&
             other.matchers == spec.matchers;
    });
    if (found != catalog.changes.end()) {
      *found = std::move(spec);
    } else {
      catalog.changes.push_back(std::move(spec));
    }
  }
}

}  // namespace

CatalogFile parse_catalog_file(std::string_view text, Diagnostics& diagnostics) {
  CatalogFile out;
  const YamlNodePtr root = parse_yaml(text, diagnostics);
  if (!root) return out;
  YamlMap map(YamlValue(*root, "", diagnostics));
  const FileDefaults defaults = read_defaults(map);
  out.exporter = defaults.exporter;
  map.read_texts("remove", out.removed);
  std::map<std::string, int> roles;
  if (const auto signals = map.find("signals")) {
    for (const YamlValue& item : signals->items()) {
      SignalSpec spec = read_signal(item, defaults);
      const auto [it, fresh] = roles.emplace(spec.role, spec.line);
      if (!fresh && !spec.role.empty()) {
        item.error("the role " + in_quotes(spec.role) + " appears twice, first in line " + std::to_string(it->second));
      }
      out.entries.signals.push_back(std::move(spec));
    }
  }
  if (const auto edges = map.find("edges")) {
    for (const YamlValue& item : edges->items()) {
      EdgeSpec spec = read_edge(item, defaults);
      const bool twice = std::any_of(out.entries.edges.begin(), out.entries.edges.end(),
                                     [&](const EdgeSpec& other) { return same_edge(other, spec); });
      if (twice && !spec.metric.empty()) item.error("an edge of this kind, metric and match appears twice");
      out.entries.edges.push_back(std::move(spec));
    }
  }
  if (const auto changes = map.find("changes")) {
    for (const YamlValue& item : changes->items()) {
      // A mistake is named once, not once a prefix.
      const std::size_t prefixes = diagnostics.empty() ? defaults.prefixes.size() : 1;
      for (std::size_t i = 0; i < prefixes; ++i) {
        out.entries.changes.push_back(read_change(item, defaults.prefixes[i], defaults));
      }
    }
  }
  map.finish();
  if (out.entries.signals.empty() && out.entries.edges.empty() && out.entries.changes.empty() && out.removed.empty() &&
      diagnostics.empty()) {
    map.error("there are no signals and no edges");
  }
  return out;
}

void merge_into(Catalog& catalog, CatalogFile file) {
  for (const std::string& role : file.removed) {
    std::erase_if(catalog.signals,
                  [&](const SignalSpec& spec) { return spec.exporter == file.exporter && spec.role == role; });
  }
  for (SignalSpec& spec : file.entries.signals) {
    const auto found = std::find_if(catalog.signals.begin(), catalog.signals.end(), [&](const SignalSpec& other) {
      return other.exporter == spec.exporter && other.role == spec.role;
    });
    if (found != catalog.signals.end()) {
      *found = std::move(spec);
    } else {
      catalog.signals.push_back(std::move(spec));
    }
  }
  for (EdgeSpec& spec : file.entries.edges) {
    const auto found = std::find_if(catalog.edges.begin(), catalog.edges.end(),
                                    [&](const EdgeSpec& other) { return same_edge(other, spec); });
    if (found != catalog.edges.end()) {
      *found = std::move(spec);
    } else {
      catalog.edges.push_back(std::move(spec));
    }
  }
  merge_changes(catalog, std::move(file.entries.changes));
}

void check_links(const Catalog& catalog, std::vector<Diagnostic>& diagnostics) {
  std::set<std::pair<std::string, std::string>> used;
  for (const SignalSpec& spec : catalog.signals) {
    if (!spec.divide_by || spec.divide_by->empty() || *spec.divide_by == spec.role) continue;
    used.emplace(spec.exporter, *spec.divide_by);
    const SignalSpec* divisor = find_signal(catalog, spec.exporter, *spec.divide_by);
    std::string message;
    if (divisor == nullptr) {
      std::vector<std::string> roles;
      for (const SignalSpec& other : catalog.signals) {
        if (other.exporter == spec.exporter) roles.push_back(other.role);
      }
      message = "there is no role " + in_quotes(*spec.divide_by) + suggestion(*spec.divide_by, roles);
    } else if (divisor->divide_by) {
      message = "the role " + in_quotes(*spec.divide_by) + " is itself divided";
    } else if (divisor->kind == SeriesKind::histogram || divisor->kind == SeriesKind::histogram_mean) {
      message = "the role " + in_quotes(*spec.divide_by) + " is a histogram";
    }
    if (!message.empty()) diagnostics.push_back({spec.file, spec.line, spec.role + ".divide_by", message});
  }
  for (const SignalSpec& spec : catalog.signals) {
    if (spec.internal && !used.contains({spec.exporter, spec.role})) {
      diagnostics.push_back({spec.file, spec.line, spec.role + ".internal", "no role of this exporter divides by it"});
    }
  }
}

}  // namespace exporter
