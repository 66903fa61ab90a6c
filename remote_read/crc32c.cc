#include "remote_read/crc32c.h"

#include <array>
#include <bit>
#include <cstddef>
#include <cstring>
#include <vector>

#if defined(__x86_64__)
#include <nmmintrin.h>
#elif defined(__aarch64__)
#include <arm_acle.h>
#include <asm/hwcap.h>
#include <sys/auxv.h>
#endif

namespace remote_read {
namespace {

// tables[0] is the usual table of one byte; tables[k] is that of a byte followed by k zero bytes, so that eight bytes
// are taken in one step ("slicing by 8", Kounavis and Berry 2005).
using Tables = std::array<std::array<std::uint32_t, 256>, 8>;

constexpr Tables make_tables() {
  Tables tables{};
  for (std::uint32_t byte = 0; byte < 256; ++byte) {
    std::uint32_t crc = byte;
    for (int bit = 0; bit < 8; ++bit) crc = (crc >> 1) ^ ((crc & 1) != 0 ? 0x82f63b78U : 0U);
    tables[0][byte] = crc;
  }
  for (std::size_t k = 1; k < 8; ++k) {
    for (std::size_t byte = 0; byte < 256; ++byte) {
      const std::uint32_t before = tables[k - 1][byte];
      tables[k][byte] = (before >> 8) ^ tables[0][before & 0xff];
    }
  }
  return tables;
}

constexpr Tables kTables = make_tables();

std::uint64_t load_little_endian(const char* bytes) {
  std::uint64_t word = 0;
  std::memcpy(&word, bytes, sizeof word);
  if constexpr (std::endian::native == std::endian::big) word = __builtin_bswap64(word);
  return word;
}

std::uint32_t portable(std::string_view bytes) {
  std::uint32_t crc = ~0U;
  for (; bytes.size() >= 8; bytes.remove_prefix(8)) {
    const std::uint64_t word = load_little_endian(bytes.data()) ^ crc;
    crc = 0;
    for (unsigned k = 0; k < 8; ++k) crc ^= kTables[7 - k][(word >> (8 * k)) & 0xff];
  }
  for (const char byte : bytes) crc = (crc >> 8) ^ kTables[0][(crc ^ static_cast<std::uint8_t>(byte)) & 0xff];
  return ~crc;
}

#if defined(__x86_64__)
__attribute__((target("sse4.2"))) std::uint32_t sse42(std::string_view bytes) {
  std::uint64_t crc = ~0U;
  for (; bytes.size() >= 8; bytes.remove_prefix(8)) crc = _mm_crc32_u64(crc, load_little_endian(bytes.data()));
  auto small = static_cast<std::uint32_t>(crc);
  for (const char byte : bytes) small = _mm_crc32_u8(small, static_cast<std::uint8_t>(byte));
  return ~small;
}
#elif defined(__aarch64__)
#if defined(__clang__)
#define RCA_TARGET_CRC __attribute__((target("crc")))
#else
#define RCA_TARGET_CRC __attribute__((target("+crc")))
#endif
RCA_TARGET_CRC std::uint32_t armv8(std::string_view bytes) {
  std::uint32_t crc = ~0U;
  for (; bytes.size() >= 8; bytes.remove_prefix(8)) crc = __crc32cd(crc, load_little_endian(bytes.data()));
  for (const char byte : bytes) crc = __crc32cb(crc, static_cast<std::uint8_t>(byte));
  return ~crc;
}
#endif

std::vector<Crc32cImplementation> find_implementations() {
  std::vector<Crc32cImplementation> found;
#if defined(__x86_64__)
  if (__builtin_cpu_supports("sse4.2") != 0) found.push_back({"sse4.2", sse42});
#elif defined(__aarch64__)
  if ((getauxval(AT_HWCAP) & HWCAP_CRC32) != 0) found.push_back({"armv8", armv8});
#endif
  found.push_back({"portable", portable});
  return found;
}

}  // namespace

std::span<const Crc32cImplementation> crc32c_implementations() {
  static const std::vector<Crc32cImplementation> implementations = find_implementations();
  return implementations;
}

std::uint32_t crc32c(std::string_view bytes) {
  static const auto best = crc32c_implementations().front().function;
  return best(bytes);
}

}  // namespace remote_read
