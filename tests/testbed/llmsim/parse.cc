#include "tests/testbed/llmsim/parse.h"

#include <array>
#include <charconv>
#include <ctime>
#include <utility>

namespace llmsim {
namespace {

rca::Error parse_error(std::string_view text, std::string_view expected) {
  return {rca::ErrorKind::invalid_argument, "'" + std::string(text) + "' is not " + std::string(expected)};
}

// Takes a non-negative number from the front of `text`.
bool take_number(std::string_view& text, double& value) {
  if (text.empty() || text.front() < '0' || text.front() > '9') return false;
  const auto result = std::from_chars(text.data(), text.data() + text.size(), value, std::chars_format::fixed);
  if (result.ec != std::errc()) return false;
  text.remove_prefix(static_cast<std::size_t>(result.ptr - text.data()));
  return true;
}

}  // namespace

rca::Result<double> parse_duration(std::string_view text) {
  static constexpr std::array<std::pair<std::string_view, double>, 6> kUnits = {
      {{"ms", 1e-3}, {"s", 1}, {"m", 60}, {"h", 3600}, {"d", 86400}, {"w", 604800}}};
  const rca::Error error = parse_error(text, "a duration such as 90s, 5m or 1h30m");
  double total = 0;
  std::string_view rest = text;
  while (!rest.empty()) {
    double number = 0;
    if (!take_number(rest, number)) return error;
    if (rest.empty() && total == 0) {
      total = number;
      break;
    }
    bool found = false;
    for (const auto& [unit, seconds] : kUnits) {
      if (!rest.starts_with(unit)) continue;
      rest.remove_prefix(unit.size());
      total += number * seconds;
      found = true;
      break;
    }
    if (!found) return error;
  }
  if (!(total > 0) || total > 1e9) return error;
  return total;
}

rca::Result<double> parse_time(std::string_view text) {
  std::string_view rest = text;
  double number = 0;
  if (take_number(rest, number) && rest.empty()) return number;
  std::tm parts{};
  const std::string copy(text);
  const char* end = strptime(copy.c_str(), "%Y-%m-%dT%H:%M:%SZ", &parts);
  if (end == nullptr || *end != '\0')
    return parse_error(text, "a unix time or an RFC 3339 time such as 2024-01-01T00:00:00Z");
  return static_cast<double>(timegm(&parts));
}

rca::Result<FaultPlan> parse_fault_plan(std::string_view text) {
  FaultPlan plan;
  std::string_view rest = text;
  bool first = true;
  while (!rest.empty()) {
    const std::size_t comma = rest.find(',');
    const std::string_view part = rest.substr(0, comma);
    rest.remove_prefix(comma == std::string_view::npos ? rest.size() : comma + 1);
    const std::size_t equals = part.find('=');
    const std::string_view key = part.substr(0, equals);
    if (equals == std::string_view::npos) {
      if (!first) return parse_error(part, "key=value in the fault '" + std::string(text) + "'");
      plan.type = part;
    } else if (key == "target") {
      plan.target = part.substr(equals + 1);
    } else if (key == "at") {
      RCA_ASSIGN(plan.at, parse_duration(part.substr(equals + 1)));
    } else if (key == "for") {
      RCA_ASSIGN(plan.duration, parse_duration(part.substr(equals + 1)));
    } else {
      std::string_view digits = part.substr(equals + 1);
      double value = 0;
      if (key.empty() || !take_number(digits, value) || !digits.empty()) {
        return parse_error(part, "target=NAME, at=DURATION, for=DURATION or a parameter with a number, in the fault '" +
                                     std::string(text) + "'");
      }
      plan.parameters[std::string(key)] = value;
    }
    first = false;
  }
  if (plan.type.empty() || plan.at <= 0 || plan.duration <= 0) {
    return parse_error(text, "a fault such as gpu,target=ray-replicas-1,at=90m,for=10m");
  }
  return plan;
}

}  // namespace llmsim
