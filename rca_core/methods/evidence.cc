#include "rca_core/methods/evidence.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>
#include <span>
#include <system_error>

namespace rca {
namespace {

// Three significant digits, never in exponent form for everyday sizes.
std::string significant(double value) {
  if (value == 0) return "0";
  const double size = std::fabs(value);
  std::array<char, 64> text{};
  std::to_chars_result end{};
  if (!(size < 1e6) || size < 1e-4) {  // infinite as well
    end = std::to_chars(text.data(), text.data() + text.size(), value, std::chars_format::scientific, 2);
    return std::string(text.data(), end.ptr);
  }
  const int whole_digits = static_cast<int>(std::floor(std::log10(size))) + 1;
  const int decimals = whole_digits >= 3 ? 0 : 3 - whole_digits;
  end = std::to_chars(text.data(), text.data() + text.size(), value, std::chars_format::fixed, decimals);
  std::string out(text.data(), end.ptr);
  if (out.find('.') != std::string::npos) {
    out.erase(out.find_last_not_of('0') + 1);
    if (out.back() == '.') out.pop_back();
  }
  return out;
}

struct Prefix {
  double factor;
  std::string_view text;
};
constexpr std::array kSiPrefixes = {Prefix{1e12, "T"}, Prefix{1e9, "G"}, Prefix{1e6, "M"}, Prefix{1e3, "k"}};
constexpr std::array kBinaryPrefixes = {Prefix{1099511627776.0, "Ti"}, Prefix{1073741824.0, "Gi"},
                                        Prefix{1048576.0, "Mi"}, Prefix{1024.0, "Ki"}};
constexpr std::array kSecondPrefixes = {Prefix{1, ""}, Prefix{1e-3, "m"}, Prefix{1e-6, "µ"}, Prefix{1e-9, "n"}};

// In the prefix that suits `size`, so that two values of one sentence can share it.
std::string with_prefix(double value, double size, std::span<const Prefix> prefixes, std::string_view unit) {
  for (const Prefix& prefix : prefixes) {
    if (std::fabs(size) >= prefix.factor) {
      return significant(value / prefix.factor) + " " + std::string(prefix.text) + std::string(unit);
    }
  }
  return significant(value) + " " + std::string(unit);
}

std::string format_at_scale(double value, double size, std::string_view unit) {
  if (!std::isfinite(value)) return "no value";
  if (unit == "ratio") return significant(value * 100) + " %";
  if (unit == "seconds") return with_prefix(value, size, kSecondPrefixes, "s");
  if (unit == "bytes") return with_prefix(value, size, kBinaryPrefixes, "B");
  if (unit == "bytes_per_second") return with_prefix(value, size, kBinaryPrefixes, "B/s");
  if (unit == "hertz") return with_prefix(value, size, kSiPrefixes, "Hz");
  if (unit == "watts") return with_prefix(value, size, kSiPrefixes, "W");
  if (unit == "joules") return with_prefix(value, size, kSiPrefixes, "J");
  if (unit == "celsius") return significant(value) + " °C";
  if (unit == "per_second") return significant(value) + "/s";
  constexpr std::string_view kPerSecond = "_per_second";
  if (unit.ends_with(kPerSecond)) {
    return significant(value) + " " + std::string(unit.substr(0, unit.size() - kPerSecond.size())) + "/s";
  }
  if (unit.empty() || unit == "count" || unit == "none") return significant(value);
  return significant(value) + " " + std::string(unit);
}

}  // namespace

std::string format_quantity(double value, std::string_view unit) {
  return format_at_scale(value, value, unit);
}

std::string format_deviation(double deviation) {
  const double size = std::fabs(deviation);
  const std::string text = significant(size < 1 ? std::round(size * 100) / 100 : size);
  return (deviation < 0 ? "−" : "+") + text;
}

std::string format_time_of_day(std::int64_t time_ms) {
  constexpr std::int64_t kDay = 86'400;
  const std::int64_t seconds = time_ms >= 0 ? time_ms / 1000 : (time_ms - 999) / 1000;
  const std::int64_t of_day = ((seconds % kDay) + kDay) % kDay;
  const auto two_digits = [](std::int64_t value) {
    return std::string{static_cast<char>('0' + value / 10), static_cast<char>('0' + value % 10)};
  };
  return two_digits(of_day / 3600) + ":" + two_digits(of_day / 60 % 60) + ":" + two_digits(of_day % 60) + "Z";
}

std::string describe_change(const Signal& signal, const SignalScore& score, std::string_view deviation_name,
                            std::int64_t since_ms) {
  std::string text = signal.role + " of " + signal.entity;
  const std::string deviations = " (" + format_deviation(score.deviation) + " " + std::string(deviation_name) + ")";
  if (std::fabs(score.after - score.before) < score.scale) {
    text += " stayed near " + format_quantity(score.before, signal.unit) + deviations;
  } else {
    text += score.after > score.before ? " rose from " : " fell from ";
    const double size = std::max(std::fabs(score.before), std::fabs(score.after));
    text += format_at_scale(score.before, size, signal.unit) + " to " +
            format_at_scale(score.after, size, signal.unit) + deviations;
  }
  if (since_ms != 0) text += " since " + format_time_of_day(since_ms);
  return text;
}

}  // namespace rca
