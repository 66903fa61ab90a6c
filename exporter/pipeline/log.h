// The log of the programs: one event a line on standard error, as logfmt or JSON, like Prometheus' own components.
#pragma once

#include <initializer_list>
#include <string>
#include <string_view>

#include "common/result.h"

namespace exporter {

struct LogField {
  std::string_view key;
  std::string value;
};

// `level`: debug, info, warn or error; `format`: logfmt or json. Error invalid_argument: anything else.
rca::Result<void> init_logging(std::string_view level, std::string_view format);

// Thread-safe. `message` is one sentence that is the same every time; what differs goes into the fields.
void log_debug(std::string_view message, std::initializer_list<LogField> fields = {});
void log_info(std::string_view message, std::initializer_list<LogField> fields = {});
void log_warn(std::string_view message, std::initializer_list<LogField> fields = {});
void log_error(std::string_view message, std::initializer_list<LogField> fields = {});

// One event without time and level, as the two formats write it.
std::string logfmt_fields(std::string_view message, std::initializer_list<LogField> fields);
std::string json_fields(std::string_view message, std::initializer_list<LogField> fields);

}  // namespace exporter
