// OpenSLO's openslo/v1: https://github.com/OpenSLO/OpenSLO#specification
#include <cctype>
#include <charconv>
#include <map>
#include <set>
#include <utility>

#include "exporter/config/text.h"
#include "exporter/config/yaml_reader.h"
#include "exporter/slo/import.h"
#include "exporter/slo/import_writer.h"
#include "exporter/slo/promql_form.h"

namespace exporter {
namespace {

constexpr std::string_view kVersion = "openslo/v1";
constexpr std::string_view kPrometheus = "prometheus";
constexpr std::int64_t kDayMs = 24LL * 3600 * 1000;

std::string lower(std::string text) {
  for (char& c : text) c = static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
  return text;
}

// The specification's shorthand: a whole number and one letter. Months, quarters and years are taken as 30, 90 and 365
// days, since a budget window here is a number of days.
std::optional<milliseconds> shorthand(const std::string& text) {
  std::int64_t count = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), count);
  if (error != std::errc() || end + 1 != text.data() + text.size() || count <= 0 || count > 100'000)
    return std::nullopt;
  switch (*end) {
    case 'm': return milliseconds(count * 60'000);
    case 'h': return milliseconds(count * 3'600'000);
    case 'd': return milliseconds(count * kDayMs);
    case 'w': return milliseconds(count * 7 * kDayMs);
    case 'M': return milliseconds(count * 30 * kDayMs);
    case 'Q': return milliseconds(count * 90 * kDayMs);
    case 'Y': return milliseconds(count * 365 * kDayMs);
    default: return std::nullopt;
  }
}

struct Document {
  YamlNodePtr root;
  std::string kind;
  std::string name;
};

// What documents refer to by name.
struct Library {
  std::map<std::string, YamlNodePtr> slis;  // SLI documents
  std::map<std::string, std::string> source_types;
};

class Reader {
 public:
  Reader(const Library& library, std::vector<ImportedSlo>& out, std::set<std::string>& taken)
      : library_(library), out_(out), taken_(taken) {}

  void read_slo(const YamlValue& root, const std::string& name) {
    YamlMap map(root);
    const auto spec = map.require("spec");
    if (!spec) return;
    YamlMap inside(*spec);
    ImportedSlo imported;
    inside.read("service", imported.slo.service);
    inside.find("description");
    read_window(inside, imported);
    const bool occurrences = read_method(inside);
    if (const auto policies = inside.find("alertPolicies")) {
      imported.comments.push_back("line " + std::to_string(policies->line()) +
                                  ": alertPolicies are not carried over: `rcatool generate rules` makes the alerts");
    }
    const auto sli = read_indicator(inside);
    const auto objectives = inside.require("objectives");
    inside.finish();
    if (!sli || !occurrences || !objectives) return;
    imported.slo.events = *sli;
    const std::vector<YamlValue> items = objectives->items();
    if (items.empty()) objectives->error("there is no objective");
    for (std::size_t i = 0; i < items.size(); ++i) {
      const auto share = read_objective(items[i]);
      if (!share) continue;
      ImportedSlo one = imported;
      one.slo.name = plain_name(items.size() == 1 ? name : name + "-" + std::to_string(i + 1));
      one.slo.objective = *share;
      if (!taken_.insert(one.slo.name).second) {
        items[i].error("the name " + in_quotes(one.slo.name) + " is taken already");
      } else {
        out_.push_back(std::move(one));
      }
    }
  }

 private:
  static void read_window(YamlMap& spec, ImportedSlo& imported) {
    const auto windows = spec.find("timeWindow");
    if (!windows) return;
    for (const YamlValue& item : windows->items()) {
      YamlMap map(item);
      const auto duration = map.require("duration");
      const auto text = duration ? duration->text() : std::nullopt;
      const auto length = text ? shorthand(*text) : std::nullopt;
      if (text && (!length || *length < std::chrono::hours(1) || *length > std::chrono::hours(24 * 366))) {
        duration->error("must be a whole number with m, h, d, w, M, Q or Y, from 1 hour to 366 days, not " +
                        in_quotes(*text));
      }
      if (length) imported.slo.budget_window = *length;
      const auto calendar = map.find("calendar");
      map.find("isRolling");
      map.finish();
      if (calendar) {
        imported.comments.push_back("line " + std::to_string(calendar->line()) +
                                    ": the window is aligned to the calendar there and rolls here");
      }
    }
  }

  static bool read_method(YamlMap& spec) {
    const auto method = spec.require("budgetingMethod");
    const auto text = method ? method->text() : std::nullopt;
    if (!text) return false;
    if (*text == "Occurrences") return true;
    method->error("only Occurrences can be carried over, not " + in_quotes(*text) +
                  ": for time in which a threshold is kept write one of our own indicators");
    return false;
  }

  static std::optional<double> read_objective(const YamlValue& item) {
    YamlMap map(item);
    map.find("displayName");
    const auto target = map.find("target");
    const auto percent = map.find("targetPercent");
    for (const char* key : {"op", "value"}) {
      if (const auto value = map.find(key)) value->error("compares a thresholdMetric, which cannot be carried over");
    }
    for (const char* key : {"timeSliceTarget", "timeSliceWindow"}) {
      if (const auto value = map.find(key)) value->error("time slices cannot be carried over");
    }
    map.finish();
    if (target.has_value() == percent.has_value()) {
      map.error("needs one of target and targetPercent, and only one");
      return std::nullopt;
    }
    const YamlValue& value = target ? *target : *percent;
    const auto number = value.number(0, target ? 1 : 100);
    if (!number) return std::nullopt;
    const double share = target ? *number : share_of_percent(*number);
    if (share > 0 && share < 1) return share;
    value.error("must leave an error budget, and not be one as a whole");
    return std::nullopt;
  }

  std::optional<EventSli> read_indicator(YamlMap& spec) {
    const auto inline_sli = spec.find("indicator");
    const auto reference = spec.find("indicatorRef");
    if (inline_sli.has_value() == reference.has_value()) {
      spec.error("needs one of indicator and indicatorRef, and only one");
      return std::nullopt;
    }
    if (inline_sli) return read_sli(*inline_sli);
    const auto name = reference->text();
    if (!name) return std::nullopt;
    const auto found = library_.slis.find(*name);
    if (found == library_.slis.end()) {
      reference->error("there is no SLI " + in_quotes(*name) + " in this file");
      return std::nullopt;
    }
    return read_sli(YamlValue(*found->second, "SLI " + *name, reference->diagnostics()));
  }

  std::optional<EventSli> read_sli(const YamlValue& value) {
    YamlMap map(value);
    for (const char* key : {"apiVersion", "kind", "metadata"}) map.find(key);
    const auto spec = map.require("spec");
    map.finish();
    if (spec) return read_sli_spec(*spec);
    return std::nullopt;
  }

  std::optional<EventSli> read_sli_spec(const YamlValue& value) {
    YamlMap map(value);
    map.find("description");
    const auto threshold = map.find("thresholdMetric");
    const auto ratio = map.find("ratioMetric");
    map.finish();
    if (threshold) {
      threshold->error(
          "a thresholdMetric cannot be carried over: for a latency write sli.histogram, the share of requests up to a "
          "bucket's bound");
      return std::nullopt;
    }
    if (!ratio) {
      map.error("needs a ratioMetric");
      return std::nullopt;
    }
    return read_ratio(*ratio);
  }

  std::optional<EventSli> read_ratio(const YamlValue& value) {
    YamlMap map(value);
    bool counter = true;
    map.read("counter", counter);
    const auto good = map.find("good");
    const auto bad = map.find("bad");
    const auto total = map.find("total");
    const auto raw = map.find("raw");
    const auto type = map.find("rawType");
    map.finish();
    if (raw) return read_raw(*raw, type);
    if (!counter) {
      map.error("counter: false cannot be carried over: events are counted by counters");
      return std::nullopt;
    }
    if (!total || good.has_value() == bad.has_value()) {
      map.error("needs total with one of good and bad");
      return std::nullopt;
    }
    const auto part = read_events(good ? *good : *bad);
    const auto all = read_events(*total);
    if (!part || !all) return std::nullopt;
    return take(value, sli_of(*part, *all, good.has_value()));
  }

  std::optional<EventSli> read_raw(const YamlValue& raw, const std::optional<YamlValue>& type) {
    const auto query = query_of(raw);
    const auto text = query ? query->text() : std::nullopt;
    const auto word = type ? type->text() : std::nullopt;
    if (!word || (*word != "success" && *word != "failure")) {
      raw.error("needs rawType: success or failure");
      return std::nullopt;
    }
    if (!text) return std::nullopt;
    const auto ratio = parse_ratio_form(*text);
    if (ratio.ok()) return take(raw, sli_of(ratio->part, ratio->total, ratio->good != (*word == "success")));
    query->error("cannot be carried over, a share that is computed elsewhere has no events to count: " +
                 ratio.error().message);
    return std::nullopt;
  }

  std::optional<EventForm> read_events(const YamlValue& metric) {
    const auto query = query_of(metric);
    const auto text = query ? query->text() : std::nullopt;
    if (!text) return std::nullopt;
    auto form = parse_event_form(*text, true);
    if (form.ok()) return std::move(*form);
    query->error("cannot be carried over: " + form.error().message);
    return std::nullopt;
  }

  // metricSource.spec.query of a Prometheus.
  std::optional<YamlValue> query_of(const YamlValue& metric) {
    YamlMap map(metric);
    const auto source = map.require("metricSource");
    map.finish();
    if (!source) return std::nullopt;
    YamlMap inside(*source);
    const auto reference = inside.find("metricSourceRef");
    const auto type = inside.find("type");
    const auto spec = inside.require("spec");
    inside.finish();
    std::string kind;
    if (type) {
      kind = type->text().value_or("");
    } else if (reference) {
      const auto found = library_.source_types.find(reference->text().value_or(""));
      if (found != library_.source_types.end()) kind = found->second;
    }
    if (!kind.empty() && lower(kind) != kPrometheus) {
      source->error("only Prometheus can be read, not " + in_quotes(kind));
      return std::nullopt;
    }
    if (!spec) return std::nullopt;
    YamlMap fields(*spec);
    return fields.require("query");
  }

  static std::optional<EventSli> take(const YamlValue& value, const rca::Result<EventSli>& sli) {
    if (sli.ok()) return *sli;
    value.error("cannot be carried over: " + sli.error().message);
    return std::nullopt;
  }

  const Library& library_;
  std::vector<ImportedSlo>& out_;
  std::set<std::string>& taken_;
};

std::optional<Document> read_head(const YamlNodePtr& root, Diagnostics& diagnostics) {
  YamlMap map(YamlValue(*root, "", diagnostics));
  const auto version = map.require("apiVersion");
  const auto kind = map.require("kind");
  const auto metadata = map.require("metadata");
  const auto text = version ? version->text() : std::nullopt;
  if (text && *text != kVersion) {
    version->error("must be " + in_quotes(kVersion) + ", not " + in_quotes(*text));
    return std::nullopt;
  }
  const auto word = kind ? kind->text() : std::nullopt;
  if (!text || !word || !metadata) return std::nullopt;
  YamlMap inside(*metadata);
  const auto name = inside.require("name");
  const auto title = name ? name->text() : std::nullopt;
  if (!title) return std::nullopt;
  return Document{root, *word, *title};
}

void note(const Document& document, Library& library, Diagnostics& diagnostics) {
  if (document.kind == "SLI") library.slis[document.name] = document.root;
  if (document.kind != "DataSource") return;
  YamlMap map(YamlValue(*document.root, "", diagnostics));
  const auto spec = map.require("spec");
  if (!spec) return;
  YamlMap inside(*spec);
  const auto type = inside.require("type");
  if (type) library.source_types[document.name] = type->text().value_or("");
}

}  // namespace

ImportResult import_openslo(const std::string& text, const std::string& file_name) {
  Diagnostics diagnostics(file_name);
  std::vector<Document> documents;
  Library library;
  const std::vector<std::string> texts = yaml_documents(text);
  if (texts.empty()) diagnostics.add(0, "", "holds no document");
  for (const std::string& one : texts) {
    const YamlNodePtr root = parse_yaml(one, diagnostics);
    auto document = root ? read_head(root, diagnostics) : std::nullopt;
    if (!document) continue;
    note(*document, library, diagnostics);
    documents.push_back(std::move(*document));
  }
  std::vector<ImportedSlo> slos;
  std::set<std::string> taken;
  for (const Document& document : documents) {
    if (document.kind != "SLO") continue;
    Reader(library, slos, taken).read_slo(YamlValue(*document.root, "", diagnostics), document.name);
  }
  ImportResult result;
  result.diagnostics = diagnostics.take();
  result.yaml = write_slos(slos, result.diagnostics);
  return result;
}

}  // namespace exporter
