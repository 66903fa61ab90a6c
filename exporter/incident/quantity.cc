#include "exporter/incident/quantity.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdio>

namespace exporter {
namespace {

std::string digits(double value, int significant) {
  std::array<char, 32> buffer{};
  std::snprintf(buffer.data(), buffer.size(), "%.*g", significant, value);
  return buffer.data();
}

// Large numbers whole, small ones with three digits; never in scientific notation where people would not use it.
std::string readable(double value) {
  const double size = std::abs(value);
  if (size >= 1000 && size < 1e7) return digits(std::round(value), 8);
  return digits(value, 3);
}

struct Step {
  double factor;
  std::string_view prefix;
};

std::string scaled(double value, std::string_view unit) {
  constexpr std::array<Step, 5> kSteps{{{1e12, "T"}, {1e9, "G"}, {1e6, "M"}, {1e3, "k"}, {1, ""}}};
  for (const Step& step : kSteps) {
    if (std::abs(value) >= step.factor || step.factor == 1) {
      return readable(value / step.factor) + " " + std::string(step.prefix) + std::string(unit);
    }
  }
  return readable(value) + " " + std::string(unit);
}

std::string seconds(double value) {
  const double size = std::abs(value);
  if (size == 0 || size >= 0.1) return readable(value) + " s";
  if (size >= 1e-4) return readable(value * 1e3) + " ms";
  return readable(value * 1e6) + " µs";
}

}  // namespace

std::string number(double value) {
  return digits(value, 4);
}

std::string quantity(double value, std::string_view unit) {
  if (!std::isfinite(value)) return "unknown";
  if (unit == "seconds") return seconds(value);
  if (unit == "ratio") return digits(value * 100, std::abs(value) >= 0.1 ? 3 : 2) + " %";
  if (unit == "hertz") return scaled(value, "Hz");
  if (unit == "bytes") return scaled(value, "B");
  if (unit == "watts") return scaled(value, "W");
  if (unit == "per_second") return readable(value) + "/s";
  if (unit == "tokens_per_second") return readable(value) + " tokens/s";
  if (unit == "celsius") return readable(value) + " °C";
  if (unit.empty()) {
    std::string text = std::abs(value) >= 1e6 ? scaled(value, "") : readable(value);
    std::erase(text, ' ');  // "1.41G": a factor, no unit
    return text;
  }
  std::string words(unit);
  std::replace(words.begin(), words.end(), '_', ' ');
  return readable(value) + " " + words;
}

std::string plural(std::int64_t count, std::string_view unit) {
  return std::to_string(count) + " " + std::string(unit) + (count == 1 ? "" : "s");
}

std::string duration(std::int64_t ms) {
  const std::int64_t seconds = std::max<std::int64_t>(ms, 0) / 1000;
  if (seconds < 60) return std::to_string(seconds) + " s";
  const auto with_rest = [](std::int64_t whole, std::string_view unit, std::int64_t rest, std::string_view small) {
    std::string text = std::to_string(whole) + " " + std::string(unit);
    if (rest > 0) text += " " + std::to_string(rest) + " " + std::string(small);
    return text;
  };
  if (seconds < 3600) return with_rest(seconds / 60, "min", seconds % 60, "s");
  if (seconds < 48LL * 3600) return with_rest(seconds / 3600, "h", seconds / 60 % 60, "min");
  return with_rest(seconds / 86'400, "d", seconds / 3600 % 24, "h");
}

std::string join_names(const std::vector<std::string>& names, std::size_t most) {
  std::string text;
  const std::size_t shown = std::min(names.size(), most);
  const bool more = shown < names.size();
  for (std::size_t i = 0; i < shown; ++i) {
    if (i > 0) text += i + 1 == shown && !more ? " and " : ", ";
    text += names[i];
  }
  if (more) text += " and " + std::to_string(names.size() - shown) + " more";
  return text;
}

}  // namespace exporter
