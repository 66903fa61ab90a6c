// JSON that comes from the network: parsed without exceptions, every mistake named by its field.
#pragma once

#include <cstddef>
#include <nlohmann/json.hpp>
#include <string>
#include <string_view>

#include "common/result.h"

namespace exporter {

// Errors: malformed, with the byte offset.
rca::Result<nlohmann::json> parse_json(std::string_view text);

// What a value is, for messages: "a string", "an object", …
std::string_view json_type(const nlohmann::json& value);

// "<path>: <message>", kind malformed.
rca::Error field_error(const std::string& path, const std::string& message);

// The text in `object[key]`, at most `max_bytes` long. `object` is a JSON object, `path` its own path ("" at the top).
// A missing key (or null) is "" unless `required`; then it must not be empty either. Errors: malformed, limit.
rca::Result<std::string> text_field(const nlohmann::json& object, const std::string& key, const std::string& path,
                                    std::size_t max_bytes, bool required);

// `path` and `key` joined: "alerts[0].status".
std::string join_path(const std::string& path, const std::string& key);

}  // namespace exporter
