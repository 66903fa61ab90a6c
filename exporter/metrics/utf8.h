// Label values are UTF-8; what comes from elsewhere may not be.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace exporter {

// `text` as valid UTF-8 (RFC 3629) of at most `max_bytes`: what is not becomes U+FFFD, NUL included; it is cut between
// characters.
std::string valid_utf8(std::string_view text, std::size_t max_bytes);

}  // namespace exporter
