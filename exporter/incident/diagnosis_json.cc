#include "exporter/incident/diagnosis_json.h"

#include <cmath>
#include <limits>
#include <memory>
#include <type_traits>
#include <utility>
#include <vector>

#include "exporter/incident/diagnosis_fields.h"
#include "exporter/incident/json_input.h"
#include "exporter/incident/time_text.h"

namespace exporter {
namespace {

using fields::describe;

template <typename T>
struct IsVector : std::false_type {};
template <typename T>
struct IsVector<std::vector<T>> : std::true_type {};

class Writer {
 public:
  template <typename T>
  void operator()(std::string_view name, const T& field) {
    json_[std::string(name)] = write(field);
  }
  void time(std::string_view name, std::int64_t ms) {
    json_[std::string(name)] = ms > 0 ? Json(format_time(ms)) : Json(nullptr);
  }
  template <typename Enum, std::size_t N>
  void choice(std::string_view name, Enum field, const std::array<Enum, N>&) {
    json_[std::string(name)] = to_string(field);
  }

  template <typename T>
  static Json write(const T& field) {
    if constexpr (IsVector<T>::value) {
      Json list = Json::array();
      for (const auto& one : field) list.push_back(write(one));
      return list;
    } else if constexpr (std::is_floating_point_v<T>) {
      return std::isfinite(field) ? Json(field) : Json(nullptr);
    } else if constexpr (std::is_arithmetic_v<T> || std::is_same_v<T, std::string>) {
      return Json(field);
    } else {
      Writer writer;
      T copy = field;  // the list of fields serves readers as well and takes them by reference
      describe(writer, copy);
      return std::move(writer.json_);
    }
  }

 private:
  Json json_ = Json::object();
};

class Reader {
 public:
  explicit Reader(const nlohmann::json& json) : json_(json) {}

  template <typename T>
  void operator()(std::string_view name, T& field) const {
    if (const nlohmann::json* value = find(name)) read(*value, field);
  }
  void time(std::string_view name, std::int64_t& ms) const {
    const nlohmann::json* value = find(name);
    if (value == nullptr || !value->is_string()) return;
    if (const auto parsed = parse_time(value->get_ref<const std::string&>()); parsed.ok()) ms = *parsed;
  }
  template <typename Enum, std::size_t N>
  void choice(std::string_view name, Enum& field, const std::array<Enum, N>& values) const {
    const nlohmann::json* value = find(name);
    if (value == nullptr || !value->is_string()) return;
    for (const Enum one : values) {
      if (value->get_ref<const std::string&>() == to_string(one)) field = one;
    }
  }

  template <typename T>
  static void read(const nlohmann::json& value, T& field) {
    if constexpr (IsVector<T>::value) {
      if (!value.is_array()) return;
      field.clear();
      for (const nlohmann::json& one : value) read(one, field.emplace_back());
    } else if constexpr (std::is_floating_point_v<T>) {
      if (value.is_number()) field = value.get<T>();
      if (value.is_null()) field = std::numeric_limits<T>::quiet_NaN();
    } else if constexpr (std::is_same_v<T, bool>) {
      if (value.is_boolean()) field = value.get<bool>();
    } else if constexpr (std::is_same_v<T, std::string>) {
      if (value.is_string()) field = value.get<std::string>();
    } else if constexpr (std::is_integral_v<T>) {
      if (value.is_number_integer() && value.get<std::int64_t>() >= 0)
        field = static_cast<T>(value.get<std::int64_t>());
    } else {
      Reader reader(value);
      describe(reader, field);
    }
  }

 private:
  [[nodiscard]] const nlohmann::json* find(std::string_view name) const {
    if (!json_.is_object()) return nullptr;
    const auto it = json_.find(std::string(name));
    return it == json_.end() ? nullptr : &*it;
  }
  const nlohmann::json& json_;
};

template <typename T>
void shorten(std::vector<T>& list, std::size_t most) {
  if (list.size() > most) list.resize(most);
}

rca::Diagnosis bounded(const rca::Diagnosis& diagnosis) {
  rca::Diagnosis copy = diagnosis;
  shorten(copy.assessment.entities, kMaxStoredEntities);
  shorten(copy.assessment.classes, kMaxStoredClasses);
  for (rca::EntityPosterior& entity : copy.assessment.entities) shorten(entity.items, kMaxStoredEvidence);
  for (rca::ClassProbability& one : copy.assessment.classes) shorten(one.matches, kMaxStoredEvidence);
  return copy;
}

}  // namespace

Json to_json(const rca::Diagnosis& diagnosis) {
  return Writer::write(diagnosis);
}
Json to_json(const Impact& impact) {
  return Writer::write(impact);
}
Json to_json(const Recurrence& recurrence) {
  return Writer::write(recurrence);
}
Json to_json(const ActionCheck& check) {
  return Writer::write(check);
}

std::string findings_document(const Incident& incident) {
  Json json = Json::object();
  if (incident.diagnosis) json["diagnosis"] = Writer::write(bounded(*incident.diagnosis));
  json["impact"] = Writer::write(incident.impact);
  json["recurrence"] = Writer::write(incident.recurrence);
  json["checks"] = Writer::write(incident.checks);
  return json.dump(-1, ' ', false, Json::error_handler_t::replace);
}

rca::Result<void> read_findings_document(const std::string& document, Incident& incident) {
  RCA_ASSIGN(const nlohmann::json json, parse_json(document));
  if (!json.is_object())
    return rca::Error{rca::ErrorKind::malformed, "the document is " + std::string(json_type(json))};
  const Reader reader(json);
  if (const auto it = json.find("diagnosis"); it != json.end() && it->is_object()) {
    auto diagnosis = std::make_shared<rca::Diagnosis>();
    Reader::read(*it, *diagnosis);
    incident.diagnosis = std::move(diagnosis);
  }
  reader("impact", incident.impact);
  reader("recurrence", incident.recurrence);
  reader("checks", incident.checks);
  // A check of an action that is not there would be looked up out of range.
  const std::size_t actions = incident.diagnosis ? incident.diagnosis->actions.size() : 0;
  std::erase_if(incident.checks, [actions](const ActionCheck& check) { return check.action >= actions; });
  return {};
}

}  // namespace exporter
