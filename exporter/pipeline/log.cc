#include "exporter/pipeline/log.h"

#include <spdlog/sinks/stdout_sinks.h>
#include <spdlog/spdlog.h>

#include <algorithm>
#include <atomic>
#include <cctype>
#include <memory>
#include <nlohmann/json.hpp>

namespace exporter {
namespace {

std::atomic<bool> g_json{false};

bool needs_quotes(std::string_view text) {
  return text.empty() || std::any_of(text.begin(), text.end(), [](unsigned char c) {
           return c <= ' ' || c == '"' || c == '=' || c == '\\' || c == 0x7f;
         });
}

void append_quoted(std::string& out, std::string_view text) {
  constexpr std::string_view kHex = "0123456789abcdef";
  out += '"';
  for (const char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    if (c == '"' || c == '\\') {
      out += '\\';
      out += c;
    } else if (c == '\n') {
      out += "\\n";
    } else if (byte < 0x20 || byte == 0x7f) {  // nothing that could steer a terminal
      out += "\\x";
      out += kHex[byte >> 4U];
      out += kHex[byte & 15U];
    } else {
      out += c;
    }
  }
  out += '"';
}

std::string json_string(std::string_view text) {
  return nlohmann::json(std::string(text)).dump(-1, ' ', false, nlohmann::json::error_handler_t::replace);
}

void write(spdlog::level::level_enum level, std::string_view message, std::initializer_list<LogField> fields) {
  if (!spdlog::should_log(level)) return;
  const std::string text = g_json ? json_fields(message, fields) : logfmt_fields(message, fields);
  spdlog::log(level, spdlog::string_view_t(text.data(), text.size()));
}

}  // namespace

rca::Result<void> init_logging(std::string_view level, std::string_view format) {
  auto chosen = spdlog::level::info;
  if (level == "debug") {
    chosen = spdlog::level::debug;
  } else if (level == "warn") {
    chosen = spdlog::level::warn;
  } else if (level == "error") {
    chosen = spdlog::level::err;
  } else if (level != "info") {
    return rca::Error{rca::ErrorKind::invalid_argument,
                      "unknown log level '" + std::string(level) + "', it is one of debug, info, warn, error"};
  }
  if (format != "logfmt" && format != "json") {
    return rca::Error{rca::ErrorKind::invalid_argument,
                      "unknown log format '" + std::string(format) + "', it is one of logfmt, json"};
  }
  g_json = format == "json";
  auto logger = std::make_shared<spdlog::logger>("rca", std::make_shared<spdlog::sinks::stderr_sink_mt>());
  logger->set_level(chosen);
  logger->set_pattern(
      g_json ? R"({"ts":"%Y-%m-%dT%H:%M:%S.%eZ","level":"%l",%v})" : "ts=%Y-%m-%dT%H:%M:%S.%eZ level=%l %v",
      spdlog::pattern_time_type::utc);
  spdlog::set_default_logger(std::move(logger));
  return {};
}

std::string logfmt_fields(std::string_view message, std::initializer_list<LogField> fields) {
  std::string out = "msg=";
  append_quoted(out, message);
  for (const LogField& field : fields) {
    out += ' ';
    out += field.key;
    out += '=';
    if (needs_quotes(field.value)) {
      append_quoted(out, field.value);
    } else {
      out += field.value;
    }
  }
  return out;
}

std::string json_fields(std::string_view message, std::initializer_list<LogField> fields) {
  std::string out = "\"msg\":" + json_string(message);
  for (const LogField& field : fields) out += "," + json_string(field.key) + ":" + json_string(field.value);
  return out;
}

void log_debug(std::string_view message, std::initializer_list<LogField> fields) {
  write(spdlog::level::debug, message, fields);
}
void log_info(std::string_view message, std::initializer_list<LogField> fields) {
  write(spdlog::level::info, message, fields);
}
void log_warn(std::string_view message, std::initializer_list<LogField> fields) {
  write(spdlog::level::warn, message, fields);
}
void log_error(std::string_view message, std::initializer_list<LogField> fields) {
  write(spdlog::level::err, message, fields);
}

}  // namespace exporter
