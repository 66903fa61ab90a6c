// Sloth's formats. Keys: pkg/prometheus/api/v1 and pkg/kubernetes/api/sloth/v1 of github.com/slok/sloth.
#include <set>
#include <utility>

#include "exporter/config/text.h"
#include "exporter/config/yaml_reader.h"
#include "exporter/slo/import.h"
#include "exporter/slo/import_writer.h"
#include "exporter/slo/promql_form.h"

namespace exporter {
namespace {

constexpr std::string_view kVersion = "prometheus/v1";
constexpr std::string_view kKubernetesVersion = "sloth.slok.dev/v1";

struct Names {  // of the keys, which the two formats write differently
  const char* error_query;
  const char* total_query;
  const char* ratio_query;
};
constexpr Names kSnake{"error_query", "total_query", "error_ratio_query"};
constexpr Names kCamel{"errorQuery", "totalQuery", "errorRatioQuery"};

std::optional<EventForm> read_form(YamlMap& map, const char* key) {
  const auto value = map.require(key);
  const auto text = value ? value->text() : std::nullopt;
  if (!text) return std::nullopt;
  auto form = parse_event_form(*text, false);
  if (form.ok()) return std::move(*form);
  value->error("cannot be carried over: " + form.error().message);
  return std::nullopt;
}

std::optional<EventSli> take_sli(const YamlValue& value, const rca::Result<EventSli>& sli) {
  if (sli.ok()) return *sli;
  value.error("cannot be carried over: " + sli.error().message);
  return std::nullopt;
}

std::optional<EventSli> read_sli(const YamlValue& value, const Names& names) {
  YamlMap map(value);
  const auto events = map.find("events");
  const auto raw = map.find("raw");
  const auto plugin = map.find("plugin");
  map.finish();
  if (plugin) {
    plugin->error("a plugin of Sloth makes the queries; take them from the rules that Sloth generates");
    return std::nullopt;
  }
  if (events) {
    YamlMap queries(*events);
    const auto bad = read_form(queries, names.error_query);
    const auto total = read_form(queries, names.total_query);
    queries.finish();
    return bad && total ? take_sli(*events, sli_of(*bad, *total, false)) : std::nullopt;
  }
  if (!raw) {
    value.error("needs events or raw");
    return std::nullopt;
  }
  YamlMap queries(*raw);
  const auto query = queries.require(names.ratio_query);
  queries.finish();
  const auto text = query ? query->text() : std::nullopt;
  if (!text) return std::nullopt;
  const auto ratio = parse_ratio_form(*text);
  if (!ratio.ok()) {
    query->error("cannot be carried over, a share that is computed elsewhere has no events to count: " +
                 ratio.error().message);
    return std::nullopt;
  }
  return take_sli(*query, sli_of(ratio->part, ratio->total, ratio->good));
}

std::string keys_of(const YamlValue& value) {
  std::vector<std::string> keys;
  for (const YamlEntry& entry : value.node().entries) keys.push_back(entry.key);
  return join(keys);
}

std::string at(const YamlValue& value) {
  return "line " + std::to_string(value.line()) + ": ";
}

class Reader {
 public:
  Reader(const Names& names, std::vector<ImportedSlo>& out, std::set<std::string>& taken)
      : names_(names), out_(out), taken_(taken) {}

  // service, labels, slos: the whole document in one format, `spec` in the other.
  void read_service(YamlMap& map) {
    const auto name = map.require("service");
    const auto service = name ? name->text() : std::nullopt;
    const auto labels = map.find("labels");
    if (const auto plugins = map.find("sloPlugins")) plugins->error("plugins of Sloth cannot be carried over");
    if (const auto plugins = map.find("slo_plugins")) plugins->error("plugins of Sloth cannot be carried over");
    const auto slos = map.require("slos");
    map.finish();
    if (!slos) return;
    for (const YamlValue& item : slos->items()) read_slo(item, service.value_or(""), labels);
  }

 private:
  void read_slo(const YamlValue& item, const std::string& service, const std::optional<YamlValue>& shared_labels) {
    YamlMap map(item);
    ImportedSlo imported;
    const auto name = map.require("name");
    const auto text = name ? name->text() : std::nullopt;
    const auto objective = map.require("objective");
    const auto percent = objective ? objective->number(0, 100) : std::nullopt;
    if (percent && (*percent <= 0 || *percent >= 100)) {
      objective->error("an objective of " + in_quotes(objective->node().text) + " percent leaves no error budget");
    }
    map.find("description");
    const auto labels = map.find("labels");
    const auto alerting = map.find("alerting");
    if (const auto plugins = map.find("plugins")) plugins->error("plugins of Sloth cannot be carried over");
    const auto sli = map.require("sli");
    const auto events = sli ? read_sli(*sli, names_) : std::nullopt;
    map.finish();
    if (!text || !percent || *percent <= 0 || *percent >= 100 || !events) return;
    imported.slo.name = plain_name(service.empty() ? *text : service + "-" + *text);
    if (!taken_.insert(imported.slo.name).second) {
      return name->error("the name " + in_quotes(imported.slo.name) + " is taken already");
    }
    imported.slo.service = service;
    imported.slo.objective = share_of_percent(*percent);
    imported.slo.events = *events;
    for (const auto& left : {shared_labels, labels}) {
      if (left) imported.comments.push_back(at(*left) + "labels are not carried over: " + keys_of(*left));
    }
    if (alerting) {
      imported.comments.push_back(at(*alerting) + "alerting (" + keys_of(*alerting) +
                                  ") is not carried over: alerts have the labels slo, service and severity");
    }
    out_.push_back(std::move(imported));
  }

  const Names& names_;
  std::vector<ImportedSlo>& out_;
  std::set<std::string>& taken_;
};

void read_document(const YamlValue& root, std::vector<ImportedSlo>& out, std::set<std::string>& taken) {
  YamlMap map(root);
  if (const auto kind = map.find("kind")) {
    const auto version = map.require("apiVersion");
    const auto text = version ? version->text() : std::nullopt;
    if (text && *text != kKubernetesVersion) {
      return version->error("must be " + in_quotes(kKubernetesVersion) + ", not " + in_quotes(*text));
    }
    if (const auto word = kind->text(); word && *word != "PrometheusServiceLevel") {
      return kind->error("must be \"PrometheusServiceLevel\", not " + in_quotes(*word));
    }
    map.find("metadata");
    const auto spec = map.require("spec");
    map.finish();
    if (!spec) return;
    YamlMap inside(*spec);
    return Reader(kCamel, out, taken).read_service(inside);
  }
  const auto version = map.require("version");
  const auto text = version ? version->text() : std::nullopt;
  if (text && *text != kVersion) {
    return version->error("must be " + in_quotes(kVersion) + ", not " + in_quotes(*text));
  }
  Reader(kSnake, out, taken).read_service(map);
}

}  // namespace

ImportResult import_sloth(const std::string& text, const std::string& file_name) {
  Diagnostics diagnostics(file_name);
  std::vector<ImportedSlo> slos;
  std::set<std::string> taken;
  const std::vector<std::string> documents = yaml_documents(text);
  if (documents.empty()) diagnostics.add(0, "", "holds no document");
  for (const std::string& document : documents) {
    if (const YamlNodePtr root = parse_yaml(document, diagnostics)) {
      read_document(YamlValue(*root, "", diagnostics), slos, taken);
    }
  }
  ImportResult result;
  result.diagnostics = diagnostics.take();
  result.yaml = write_slos(slos, result.diagnostics);
  return result;
}

}  // namespace exporter
