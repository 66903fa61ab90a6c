#include "remote_read/build_info.h"

#include <charconv>
#include <nlohmann/json.hpp>

#include "remote_read/endpoint.h"

namespace remote_read {
namespace {

// "" where there is no such string.
std::string text_at(const nlohmann::json& json, const nlohmann::json::json_pointer& pointer) {
  const auto& found = json.contains(pointer) ? json.at(pointer) : nlohmann::json();
  return found.is_string() ? found.get<std::string>() : std::string();
}

}  // namespace

rca::Result<BuildInfo> parse_build_info(std::string_view json) {
  const nlohmann::json parsed = nlohmann::json::parse(json, nullptr, false);
  using Pointer = nlohmann::json::json_pointer;
  if (text_at(parsed, Pointer("/status")) != "success") {
    return rca::Error{rca::ErrorKind::unexpected_content, "not an answer of status/buildinfo: " + excerpt(json)};
  }
  const std::string application = text_at(parsed, Pointer("/data/application"));
  BuildInfo info;
  if (!application.empty() && !application.starts_with("Prometheus")) return info;
  info.version = excerpt(text_at(parsed, Pointer("/data/version")), 80);
  std::from_chars(info.version.data(), info.version.data() + info.version.size(), info.major);
  return info;
}

}  // namespace remote_read
