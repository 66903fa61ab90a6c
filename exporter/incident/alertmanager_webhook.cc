#include "exporter/incident/alertmanager_webhook.h"

#include <array>
#include <cstdio>
#include <utility>

#include "exporter/incident/json_input.h"
#include "exporter/incident/time_text.h"

namespace exporter {
namespace {

rca::Result<rca::Labels> labels_field(const nlohmann::json& alert, const std::string& key, const std::string& path) {
  rca::Labels labels;
  const std::string where = join_path(path, key);
  const auto it = alert.find(key);
  if (it == alert.end() || it->is_null()) return labels;
  if (!it->is_object()) return field_error(where, "must be an object, not " + std::string(json_type(*it)));
  if (it->size() > kMaxAlertLabels) {
    return rca::Error{rca::ErrorKind::limit,
                      where + ": holds more than " + std::to_string(kMaxAlertLabels) + " entries"};
  }
  for (const auto& [name, value] : it->items()) {
    if (name.empty()) return field_error(where, "holds an entry without a name");
    if (name.size() > kMaxAlertTextBytes) {
      return rca::Error{rca::ErrorKind::limit,
                        where + ": holds a name longer than " + std::to_string(kMaxAlertTextBytes) + " bytes"};
    }
    RCA_ASSIGN(std::string text, text_field(*it, name, where, kMaxAlertTextBytes, false));
    rca::set_label(labels, name, text);
  }
  return labels;
}

// Alertmanager writes the year 1 for "no time"; everything before the epoch counts as that.
rca::Result<std::int64_t> time_field(const nlohmann::json& alert, const std::string& key, const std::string& path) {
  RCA_ASSIGN(const std::string text, text_field(alert, key, path, kMaxAlertTextBytes, false));
  if (text.empty()) return std::int64_t{0};
  auto time = parse_time(text);
  if (!time.ok()) return field_error(join_path(path, key), time.error().message);
  return std::max(*time, std::int64_t{0});
}

// FNV-1a, http://www.isthe.com/chongo/tech/comp/fnv/: only to tell label sets apart, as Alertmanager's own does.
std::string fingerprint_of(const rca::Labels& labels) {
  std::uint64_t hash = 0xcbf29ce484222325ULL;
  for (const char c : rca::to_string(labels)) {
    hash ^= static_cast<unsigned char>(c);
    hash *= 0x100000001b3ULL;
  }
  std::array<char, 24> text{};
  std::snprintf(text.data(), text.size(), "%016llx", static_cast<unsigned long long>(hash));
  return text.data();
}

rca::Result<Alert> parse_alert(const nlohmann::json& json, const std::string& path) {
  if (!json.is_object()) return field_error(path, "must be an object, not " + std::string(json_type(json)));
  Alert alert;
  RCA_ASSIGN(const std::string status, text_field(json, "status", path, kMaxAlertTextBytes, true));
  if (status != "firing" && status != "resolved") {
    return field_error(join_path(path, "status"), "must be \"firing\" or \"resolved\"");
  }
  alert.firing = status == "firing";
  RCA_ASSIGN(alert.labels, labels_field(json, "labels", path));
  RCA_ASSIGN(alert.annotations, labels_field(json, "annotations", path));
  alert.name = rca::label_value(alert.labels, "alertname");
  if (alert.name.empty()) return field_error(join_path(path, "labels.alertname"), "is missing");
  RCA_ASSIGN(alert.starts_ms, time_field(json, "startsAt", path));
  RCA_ASSIGN(alert.ends_ms, time_field(json, "endsAt", path));
  RCA_ASSIGN(alert.fingerprint, text_field(json, "fingerprint", path, 128, false));
  if (alert.fingerprint.empty()) alert.fingerprint = fingerprint_of(alert.labels);
  RCA_ASSIGN(alert.generator_url, text_field(json, "generatorURL", path, kMaxAlertTextBytes, false));
  return alert;
}

}  // namespace

rca::Result<std::vector<Alert>> parse_alertmanager_webhook(std::string_view body) {
  RCA_ASSIGN(const nlohmann::json json, parse_json(body));
  if (!json.is_object()) return field_error("", "must be an object, not " + std::string(json_type(json)));
  RCA_ASSIGN(const std::string version, text_field(json, "version", "", kMaxAlertTextBytes, true));
  if (version != "4") return field_error("version", "must be \"4\", Alertmanager's webhook format since 0.6");
  const auto alerts = json.find("alerts");
  if (alerts == json.end()) return field_error("alerts", "is missing");
  if (!alerts->is_array()) return field_error("alerts", "must be an array, not " + std::string(json_type(*alerts)));
  if (alerts->size() > kMaxAlerts) {
    return rca::Error{rca::ErrorKind::limit, "alerts: holds more than " + std::to_string(kMaxAlerts) + " alerts"};
  }
  std::vector<Alert> result;
  for (std::size_t i = 0; i < alerts->size(); ++i) {
    RCA_ASSIGN(Alert alert, parse_alert((*alerts)[i], "alerts[" + std::to_string(i) + "]"));
    result.push_back(std::move(alert));
  }
  return result;
}

}  // namespace exporter
