// CRC-32C (Castagnoli, reflected polynomial 0x82f63b78), the checksum of iSCSI (RFC 3720, appendix B.4) and of
// remote-read frames.
#pragma once

#include <cstdint>
#include <span>
#include <string_view>

namespace remote_read {

// With the CPU's instruction where it has one.
std::uint32_t crc32c(std::string_view bytes);

struct Crc32cImplementation {
  std::string_view name;  // "sse4.2", "armv8" or "portable"
  std::uint32_t (*function)(std::string_view bytes);
};

// Those that run on this machine, the one that crc32c() takes first. The last is always "portable".
std::span<const Crc32cImplementation> crc32c_implementations();

}  // namespace remote_read
