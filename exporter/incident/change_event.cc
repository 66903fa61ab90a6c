#include "exporter/incident/change_event.h"

#include <cmath>
#include <utility>

#include "exporter/incident/json_input.h"
#include "exporter/incident/time_text.h"

namespace exporter {
namespace {

constexpr double kLastUnixSeconds = 253'402'300'799.0;  // the end of the year 9999

rca::Result<std::int64_t> time_field(const nlohmann::json& object, const std::string& path, std::int64_t now_ms) {
  const auto it = object.find("time");
  if (it == object.end() || it->is_null()) return now_ms;
  const std::string where = join_path(path, "time");
  if (it->is_number()) {
    const double seconds = it->get<double>();
    if (!(seconds >= 0 && seconds <= kLastUnixSeconds)) {
      return field_error(where, "is not a unix time in seconds (milliseconds, perhaps)");
    }
    return static_cast<std::int64_t>(std::floor(seconds * 1000));
  }
  if (!it->is_string())
    return field_error(where, "must be RFC 3339 text or unix seconds, not " + std::string(json_type(*it)));
  auto time = parse_time(it->get_ref<const std::string&>());
  if (!time.ok()) return field_error(where, time.error().message);
  return time;
}

rca::Result<rca::ChangeEvent> parse_event(const nlohmann::json& object, const std::string& path, std::int64_t now_ms) {
  if (!object.is_object()) return field_error(path, "must be an object, not " + std::string(json_type(object)));
  rca::ChangeEvent event;
  RCA_ASSIGN(event.kind, text_field(object, "kind", path, kMaxChangeTextBytes, true));
  RCA_ASSIGN(event.entity, text_field(object, "entity", path, kMaxChangeTextBytes, true));
  RCA_ASSIGN(event.from, text_field(object, "from", path, kMaxChangeTextBytes, false));
  RCA_ASSIGN(event.to, text_field(object, "to", path, kMaxChangeTextBytes, false));
  RCA_ASSIGN(event.time_ms, time_field(object, path, now_ms));
  return event;
}

}  // namespace

rca::Result<std::vector<rca::ChangeEvent>> parse_change_events(std::string_view body, std::int64_t now_ms) {
  RCA_ASSIGN(const nlohmann::json json, parse_json(body));
  std::vector<rca::ChangeEvent> events;
  if (!json.is_array()) {
    RCA_ASSIGN(rca::ChangeEvent event, parse_event(json, "", now_ms));
    events.push_back(std::move(event));
    return events;
  }
  if (json.size() > kMaxChangeEvents) {
    return rca::Error{rca::ErrorKind::limit,
                      "the body: holds more than " + std::to_string(kMaxChangeEvents) + " events"};
  }
  for (std::size_t i = 0; i < json.size(); ++i) {
    RCA_ASSIGN(rca::ChangeEvent event, parse_event(json[i], "[" + std::to_string(i) + "]", now_ms));
    events.push_back(std::move(event));
  }
  return events;
}

}  // namespace exporter
