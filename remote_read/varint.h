// Base-128 varints, as protobuf and Go's encoding/binary write them.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>

namespace remote_read {

inline constexpr std::size_t kMaxVarintBytes = 10;
inline constexpr std::size_t kOverlongVarint = static_cast<std::size_t>(-1);

// Reads the varint at the front of `bytes`. Returns how many bytes it took, 0 when `bytes` ends inside it, or
// kOverlongVarint when it does not fit into 64 bits.
inline std::size_t read_uvarint(std::string_view bytes, std::uint64_t& value) {
  std::uint64_t result = 0;
  for (std::size_t i = 0; i < bytes.size(); ++i) {
    const auto byte = static_cast<std::uint8_t>(bytes[i]);
    if (i == kMaxVarintBytes - 1 && byte > 1) return kOverlongVarint;
    result |= static_cast<std::uint64_t>(byte & 0x7f) << (7 * i);
    if (byte < 0x80) {
      value = result;
      return i + 1;
    }
  }
  return 0;
}

// Small negative numbers are small unsigned ones: 0, -1, 1, -2 … are 0, 1, 2, 3 …
constexpr std::int64_t zigzag_decode(std::uint64_t value) {
  return static_cast<std::int64_t>(value >> 1) ^ -static_cast<std::int64_t>(value & 1);
}

}  // namespace remote_read
