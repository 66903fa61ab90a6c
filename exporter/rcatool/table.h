// Plain text tables for a terminal.
#pragma once

#include <string>
#include <vector>

namespace rcatool {

// Columns are as wide as their longest cell; the last one is not padded. Control characters become spaces: what comes
// from series must not steer the terminal.
std::string table(const std::vector<std::string>& head, const std::vector<std::vector<std::string>>& rows);

// Four significant digits; "-" for what is not a number.
std::string number(double value);

// Like `text`, with control characters as spaces.
std::string plain(std::string text);

}  // namespace rcatool
