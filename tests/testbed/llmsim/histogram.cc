#include "tests/testbed/llmsim/histogram.h"

#include <array>
#include <charconv>
#include <cmath>

namespace llmsim {

std::string format_number(double value, NumberStyle style) {
  if (std::isinf(value)) return value > 0 ? "+Inf" : "-Inf";
  if (std::isnan(value)) return "NaN";
  std::array<char, 32> text{};
  const auto end = std::to_chars(text.data(), text.data() + text.size(), value).ptr;
  std::string out(text.data(), end);
  if (style == NumberStyle::python && out.find_first_of(".e") == std::string::npos) out += ".0";
  return out;
}

Buckets make_buckets(std::span<const double> bounds, NumberStyle style) {
  Buckets out;
  for (const double bound : bounds) {
    out.bounds.push_back(bound);
    // Bounds are written without an exponent by both clients as far as they occur here.
    std::array<char, 64> text{};
    const auto end = std::to_chars(text.data(), text.data() + text.size(), bound, std::chars_format::fixed).ptr;
    std::string le(text.data(), end);
    if (style == NumberStyle::python && le.find('.') == std::string::npos) le += ".0";
    out.le.push_back(std::move(le));
  }
  out.le.emplace_back("+Inf");
  return out;
}

constexpr std::array kEnvoyBounds = {0.5,     1.0,      5.0,      10.0,      25.0,     50.0,    100.0,
                                     250.0,   500.0,    1000.0,   2500.0,    5000.0,   10000.0, 30000.0,
                                     60000.0, 300000.0, 600000.0, 1800000.0, 3600000.0};

const Buckets& envoy_buckets() {
  static const Buckets buckets = make_buckets(kEnvoyBounds, NumberStyle::go);
  return buckets;
}

}  // namespace llmsim
