// Evidence as a sentence that an on-call engineer understands.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "rca_core/frame/signal.h"
#include "rca_core/methods/scoring.h"

namespace rca {

// A value with its unit on a human scale: 1.41e9 hertz → "1.41 GHz", 0.025 seconds → "25 ms", 0.5 ratio → "50 %",
// 8589934592 bytes → "8 GiB". Three significant digits. "no value" for what is not finite.
std::string format_quantity(double value, std::string_view unit);

// Signed, at most three significant digits, with a real minus sign: "+0.4", "−18".
std::string format_deviation(double deviation);

// UTC time of day, "12:03:05Z".
std::string format_time_of_day(std::int64_t time_ms);

// "gpu_clock of ray-replicas-1 fell from 1.41 GHz to 0.66 GHz (−18 standard deviations) since 12:03:05Z".
// `deviation_name` says what one deviation is; `since_ms` 0 leaves the time out.
std::string describe_change(const Signal& signal, const SignalScore& score, std::string_view deviation_name,
                            std::int64_t since_ms);

}  // namespace rca
