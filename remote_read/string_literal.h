// PromQL's string literals: those of Go, and with single quotes too.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace remote_read {

// Reads the literal at the front of `text` ("…" or '…' with escapes, `…` raw) into `value`. Returns null and sets
// `used` to its length with the quotes; or returns what is wrong and sets `used` to where.
const char* read_string_literal(std::string_view text, std::string& value, std::size_t& used);

// `value` in double quotes, so that read_string_literal gives it back: \ " and control characters are escaped.
std::string quote_string(std::string_view value);

}  // namespace remote_read
