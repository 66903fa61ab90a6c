// Numbers as people read them.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace exporter {

// Four significant digits.
std::string number(double value);

// Two to three significant digits with the unit: "0.31 s", "310 ms", "33 %" (of the unit "ratio"), "1.41 GHz",
// "21.5 tokens/s". An unknown unit is written out, its underscores as spaces; without one "1.41G"; "unknown" for what
// is not finite.
std::string quantity(double value, std::string_view unit);

// "1 replica", "2 replicas".
std::string plural(std::int64_t count, std::string_view unit);

// "45 s", "12 min 5 s", "3 h 20 min"; negative ones are 0.
std::string duration(std::int64_t ms);

// "a", "a and b", "a, b and c"; beyond `most` names "a, b and 3 more".
std::string join_names(const std::vector<std::string>& names, std::size_t most);

}  // namespace exporter
