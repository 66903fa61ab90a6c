// Small text work that messages and values of configuration files need.
#pragma once

#include <chrono>
#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace exporter {

// Length of the UTF-8 sequence at the start of `text`; 0: not valid. Requires !text.empty().
std::size_t utf8_length(std::string_view text);

// `text` in double quotes for a message, on one line and cut to a bearable length.
std::string in_quotes(std::string_view text);

// "a, b, c"
std::string join(const std::vector<std::string>& words);

// The known word that `word` is most likely a misspelling of; empty: none is near.
std::string nearest(std::string_view word, const std::vector<std::string>& known);

// `, did you mean "x"?` or, where none is near, `; known are a, b, c`; nothing when nothing is known.
std::string suggestion(std::string_view word, const std::vector<std::string>& known);

// Prometheus' durations: units y w d h m s ms in this order, each at most once ("1h30m", "100ms", "0"). nullopt: not
// one, or over 292 years.
std::optional<std::chrono::milliseconds> parse_duration(std::string_view text);
std::string format_duration(std::chrono::milliseconds duration);

// Bytes as Prometheus' flags take them: "1048576", "512MB", "50MiB"; the units are powers of 1024 with and without i.
std::optional<std::size_t> parse_bytes(std::string_view text);

// `name` joined to the folder of the file `base`, as Prometheus does with the files that its configuration names.
std::string relative_to(const std::string& base, const std::string& name);

}  // namespace exporter
