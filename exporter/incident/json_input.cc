#include "exporter/incident/json_input.h"

#include <utility>

namespace exporter {

rca::Result<nlohmann::json> parse_json(std::string_view text) {
  try {
    return nlohmann::json::parse(text);
  } catch (const nlohmann::json::parse_error& error) {
    return rca::Error{rca::ErrorKind::malformed,
                      "the body is not valid JSON (at byte " + std::to_string(error.byte) + ")"};
  } catch (const nlohmann::json::exception&) {  // e.g. a number out of range
    return rca::Error{rca::ErrorKind::malformed, "the body is not valid JSON (a number is out of range)"};
  }
}

std::string_view json_type(const nlohmann::json& value) {
  switch (value.type()) {
    case nlohmann::json::value_t::null: return "null";
    case nlohmann::json::value_t::object: return "an object";
    case nlohmann::json::value_t::array: return "an array";
    case nlohmann::json::value_t::string: return "a string";
    case nlohmann::json::value_t::boolean: return "a boolean";
    default: return "a number";
  }
}

std::string join_path(const std::string& path, const std::string& key) {
  return path.empty() ? key : path + "." + key;
}

rca::Error field_error(const std::string& path, const std::string& message) {
  return {rca::ErrorKind::malformed, (path.empty() ? std::string("the body") : path) + ": " + message};
}

rca::Result<std::string> text_field(const nlohmann::json& object, const std::string& key, const std::string& path,
                                    std::size_t max_bytes, bool required) {
  const std::string where = join_path(path, key);
  const auto it = object.find(key);
  if (it == object.end() || it->is_null()) {
    if (required) return field_error(where, "is missing");
    return std::string();
  }
  if (!it->is_string()) return field_error(where, "must be a string, not " + std::string(json_type(*it)));
  const auto& text = it->get_ref<const std::string&>();
  if (required && text.empty()) return field_error(where, "must not be empty");
  if (text.size() > max_bytes) {
    return rca::Error{rca::ErrorKind::limit, where + ": is longer than " + std::to_string(max_bytes) + " bytes"};
  }
  return text;
}

}  // namespace exporter
