#include "exporter/config/config.h"

#include <algorithm>
#include <array>
#include <set>
#include <utility>

#include "exporter/config/matchers.h"
#include "exporter/config/name_rule.h"
#include "exporter/config/sections.h"
#include "exporter/config/text.h"
#include "exporter/config/yaml_reader.h"

namespace exporter {
namespace {

constexpr milliseconds kLongest = std::chrono::hours(24 * 365);

void read_methods(const YamlValue& value, const ConfigChecks& checks, Config& config) {
  config.methods.clear();
  for (const YamlValue& item : value.items()) {
    const auto name = item.text();
    if (!name) continue;
    const auto& known = checks.known_methods;
    if (!known.empty() && std::find(known.begin(), known.end(), *name) == known.end()) {
      item.error("unknown method" + suggestion(*name, known));
    } else if (std::find(config.methods.begin(), config.methods.end(), *name) != config.methods.end()) {
      item.error("the method " + in_quotes(*name) + " appears twice");
    } else {
      config.methods.push_back(*name);
    }
  }
  if (value.node().kind == YamlNode::Kind::sequence && value.node().items.empty()) value.error("must not be empty");
}

void read_catalog(const YamlValue& value, const ConfigChecks& checks, Config& config) {
  YamlMap map(value);
  map.read("builtin", config.builtin_catalog);
  if (const auto exporters = map.find("exporters")) {
    for (const YamlValue& item : exporters->items()) {
      const auto name = item.text();
      if (!name) continue;
      const auto& known = checks.known_exporters;
      if (!known.empty() && std::find(known.begin(), known.end(), *name) == known.end()) {
        item.error("there is no built-in catalogue of this name" + suggestion(*name, known));
      } else {
        config.catalog_exporters.push_back(*name);
      }
    }
    if (!config.builtin_catalog) exporters->error("chooses built-in catalogues, but builtin is false");
  }
  if (const auto files = map.find("files")) {
    for (const YamlValue& item : files->items()) {
      const auto name = item.text();
      if (!name) continue;
      std::string path = relative_to(value.diagnostics().file(), *name);
      std::string error;
      if (!read_text_file(path, kMaxYamlBytes, error)) {
        item.error(std::string("the file ").append(path).append(" ").append(error));
      } else {
        config.catalog_files.push_back(std::move(path));
      }
    }
  }
  if (const auto match = map.find("match")) {
    for (const std::string& text : match->texts()) {
      const auto matchers = parse_matchers(text);
      if (!matchers.ok()) {
        match->error("bad condition " + in_quotes(text) + ": " + matchers.error().message);
      } else {
        config.series_matchers.push_back(text);
      }
    }
  }
  map.finish();
  if (!config.builtin_catalog && !map.find("files")) map.error("builtin is false and there are no files");
}

void read_entities(const YamlValue& value, Config& config) {
  for (const YamlValue& item : value.items()) {
    YamlMap map(item);
    EntityRule rule;
    const auto regex = map.require("regex");
    if (const auto text = regex ? regex->text() : std::nullopt) rule.regex = *text;
    const auto replacement = map.require("replacement");
    if (replacement && replacement->node().kind == YamlNode::Kind::scalar) {
      rule.replacement = replacement->node().text;  // may be empty: the signal is dropped
    } else if (replacement) {
      (void)replacement->text();
    }
    map.finish();
    if (!regex || !replacement || rule.regex.empty()) continue;
    if (const auto compiled = compile_regex(rule.regex); !compiled.ok()) {
      regex->error(compiled.error().message);
    } else if (const auto checked = NameRule::create(rule.regex, rule.replacement); !checked.ok()) {
      replacement->error(checked.error().message);
    } else {
      config.entity_rules.push_back(std::move(rule));
    }
  }
}

void read_peer_groups(const YamlValue& value, Config& config) {
  std::set<std::string> names;
  for (const YamlValue& item : value.items()) {
    YamlMap map(item);
    PeerGroupRule rule;
    const auto name = map.require("name");
    if (const auto text = name ? name->text() : std::nullopt) {
      rule.name = *text;
      if (!names.insert(*text).second) name->error("the peer group " + in_quotes(*text) + " appears twice");
    }
    const auto entities = map.require("entities");
    if (const auto text = entities ? entities->text() : std::nullopt) {
      rule.entities = *text;
      if (const auto compiled = compile_regex(*text); !compiled.ok()) entities->error(compiled.error().message);
    }
    map.finish();
    config.peer_groups.push_back(std::move(rule));
  }
}

void read_graph(const YamlValue& value, Config& config) {
  YamlMap map(value);
  if (const auto calls = map.find("calls")) {
    for (const YamlValue& item : calls->items()) {
      YamlMap edge_map(item);
      CallEdge edge;
      const auto source = edge_map.require("source");
      if (const auto text = source ? source->text() : std::nullopt) edge.source = *text;
      const auto target = edge_map.require("target");
      if (const auto text = target ? target->text() : std::nullopt) edge.target = *text;
      edge_map.finish();
      if (!edge.source.empty() && edge.source == edge.target) item.error("an entity does not call itself");
      config.calls.push_back(std::move(edge));
    }
  }
  map.finish();
}

void read_incidents(const YamlValue& value, Config& config) {
  YamlMap map(value);
  IncidentOptions& incidents = config.incidents;
  map.read("open_after", incidents.open_after, milliseconds{0}, kLongest);
  map.read("resolve_after", incidents.resolve_after, milliseconds{0}, kLongest);
  map.read("resolve_ratio", incidents.resolve_ratio, 0.01, 1);
  map.read("top_k", incidents.top_k, 1, 1000);
  map.read("kept", incidents.kept, 0, 10'000);
  map.finish();
}

void read_audit(const YamlValue& value, Config& config) {
  YamlMap map(value);
  map.read("traces", config.audit_traces);
  map.read("logs", config.audit_logs);
  map.finish();
}

void read_store(const YamlValue& value, Config& config) {
  YamlMap map(value);
  std::string path;
  if (map.read("path", path)) {
    config.store_path = path == ":memory:" ? path : relative_to(value.diagnostics().file(), path);
  }
  map.finish();
}

void read_web(const YamlValue& value, Config& config) {
  YamlMap map(value);
  map.read("enable_write", config.webhook_enabled);
  map.read("enable_lifecycle", config.lifecycle_enabled);
  map.finish();
}

void read_file(const YamlValue& root, const ConfigChecks& checks, Config& config) {
  YamlMap map(root);
  if (const auto value = map.find("evaluation")) read_evaluation(*value, config);
  if (const auto value = map.find("methods")) read_methods(*value, checks, config);
  if (const auto value = map.require("sources")) read_sources(*value, config);
  if (const auto value = map.find("catalog")) read_catalog(*value, checks, config);
  if (const auto value = map.find("entities")) read_entities(*value, config);
  if (const auto value = map.find("peer_groups")) read_peer_groups(*value, config);
  if (const auto value = map.find("graph")) read_graph(*value, config);
  if (const auto value = map.find("slos")) read_slos(*value, config);
  if (const auto value = map.find("audit")) read_audit(*value, config);
  if (const auto value = map.find("incidents")) read_incidents(*value, config);
  if (const auto value = map.find("drift")) read_drift(*value, checks, config);
  if (const auto value = map.find("spc")) read_spc(*value, config);
  if (const auto value = map.find("store")) read_store(*value, config);
  if (const auto value = map.find("web")) read_web(*value, config);
  map.finish();
}

}  // namespace

std::string to_string(const Diagnostic& diagnostic) {
  std::string out = diagnostic.file;
  if (diagnostic.line > 0) out += ":" + std::to_string(diagnostic.line);
  if (!out.empty()) out += ": ";
  if (!diagnostic.path.empty()) out += diagnostic.path + ": ";
  out += diagnostic.message;
  // Keys come from the file, and escapes put any character into them.
  std::replace_if(
      out.begin(), out.end(), [](char c) { return static_cast<unsigned char>(c) < 0x20 || c == 0x7f; }, ' ');
  return out;
}

std::string to_string(const std::vector<Diagnostic>& diagnostics) {
  std::string out;
  for (const Diagnostic& diagnostic : diagnostics) out += (out.empty() ? "" : "\n") + to_string(diagnostic);
  return out;
}

bool is_plain_name(std::string_view name) {
  return !name.empty() && name.size() <= 63 && std::all_of(name.begin(), name.end(), [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' || c == '-' ||
           c == '.';
  });
}

ConfigResult parse_config(const std::string& text, const std::string& file_name, const ConfigChecks& checks) {
  Diagnostics diagnostics(file_name);
  Config config;
  config.file = file_name;
  config.slos = default_slos();
  config.drift.signals = default_drift_signals();
  config.drift.references = default_drift_references();
  config.spc.signals = default_spc_signals();
  if (const YamlNodePtr root = parse_yaml(text, diagnostics)) {
    read_file(YamlValue(*root, "", diagnostics), checks, config);
  }
  ConfigResult result;
  result.diagnostics = diagnostics.take();
  if (result.diagnostics.empty()) result.config = std::move(config);
  return result;
}

ConfigResult load_config(const std::string& path, const ConfigChecks& checks) {
  std::string error;
  const auto text = read_text_file(path, kMaxYamlBytes, error);
  if (!text) return {std::nullopt, {{path, 0, "", error}}};
  return parse_config(*text, path, checks);
}

}  // namespace exporter
