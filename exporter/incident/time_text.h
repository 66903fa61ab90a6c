// Instants as text: RFC 3339 (https://www.rfc-editor.org/rfc/rfc3339) and unix times.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "common/result.h"

namespace exporter {

// ms since the epoch of an RFC 3339 time ("2026-11-22T07:30:00Z", "2026-11-22T08:30:00.5+01:00") or of unix seconds
// ("1795332600", "1795332600.25"). What is finer than a millisecond is cut off. Errors: invalid_argument, for anything
// else and for times outside the years 0 to 9999.
rca::Result<std::int64_t> parse_time(std::string_view text);

// "2026-11-22T07:30:00Z", with milliseconds (".250") when there are any. Times outside the years 0 to 9999 are clamped.
std::string format_time(std::int64_t ms);

// "20261122T073000Z", as in the ids of incidents.
std::string format_time_compact(std::int64_t ms);

}  // namespace exporter
