#include "remote_read/crc32c.h"

#include <gtest/gtest.h>

#include <random>
#include <string>

namespace remote_read {
namespace {

// Each implementation that runs on this machine.
class Crc32c : public ::testing::TestWithParam<Crc32cImplementation> {};

// RFC 3720 (iSCSI), appendix B.4; and the check value of the CRC catalogue.
TEST_P(Crc32c, GivesThePublishedValues) {
  const auto crc = GetParam().function;
  EXPECT_EQ(crc(""), 0x00000000U);
  EXPECT_EQ(crc("123456789"), 0xe3069283U);
  EXPECT_EQ(crc(std::string(32, '\0')), 0x8a9136aaU);
  EXPECT_EQ(crc(std::string(32, '\xff')), 0x62a8ab43U);
  std::string ascending;
  for (char c = 0; c < 32; ++c) ascending += c;
  EXPECT_EQ(crc(ascending), 0x46dd794eU);
  EXPECT_EQ(crc(std::string(ascending.rbegin(), ascending.rend())), 0x113fdb5cU);
  const std::string read_command(
      "\x01\xc0\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00"
      "\x14\x00\x00\x00\x00\x00\x04\x00\x00\x00\x00\x14\x00\x00\x00\x18"
      "\x28\x00\x00\x00\x00\x00\x00\x00\x02\x00\x00\x00\x00\x00\x00\x00",
      48);
  EXPECT_EQ(crc(read_command), 0xd9963a56U);
}

TEST_P(Crc32c, AgreesWithTheDefinitionAtEveryLengthAndAlignment) {
  std::mt19937 random(1);
  std::string bytes(300, '\0');
  for (char& byte : bytes) byte = static_cast<char>(random());
  for (std::size_t length = 0; length < 260; ++length) {
    const std::string_view piece = std::string_view(bytes).substr(length % 9, length);
    std::uint32_t crc = ~0U;
    for (const char byte : piece) {
      crc ^= static_cast<std::uint8_t>(byte);
      for (int bit = 0; bit < 8; ++bit) crc = (crc >> 1) ^ ((crc & 1) != 0 ? 0x82f63b78U : 0U);
    }
    EXPECT_EQ(GetParam().function(piece), ~crc) << length;
  }
}

INSTANTIATE_TEST_SUITE_P(All, Crc32c,
                         ::testing::ValuesIn(crc32c_implementations().begin(), crc32c_implementations().end()),
                         [](const auto& param_info) {
                           std::string name(param_info.param.name);
                           std::erase(name, '.');
                           return name;
                         });

TEST(Crc32cChoice, TakesTheFirstAndAlwaysHasThePortableOne) {
  EXPECT_EQ(crc32c_implementations().back().name, "portable");
  EXPECT_EQ(crc32c("123456789"), 0xe3069283U);
#if defined(__x86_64__)
  if (__builtin_cpu_supports("sse4.2") != 0) {
    EXPECT_EQ(crc32c_implementations().front().name, "sse4.2");
  }
#endif
}

}  // namespace
}  // namespace remote_read
