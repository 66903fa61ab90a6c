#include "remote_read/varint.h"

#include <gtest/gtest.h>

#include <string>

#include "tests/support/remote_read/bit_writer.h"

namespace remote_read {
namespace {

TEST(Varint, ReadsWhatIsWritten) {
  for (const std::uint64_t value : {std::uint64_t{0}, std::uint64_t{1}, std::uint64_t{127}, std::uint64_t{128},
                                    std::uint64_t{300}, std::uint64_t{1} << 35, ~std::uint64_t{0}}) {
    testing::BitWriter out;
    out.put_uvarint(value);
    std::uint64_t read = 0;
    EXPECT_EQ(read_uvarint(out.bytes() + "x", read), out.bytes().size());
    EXPECT_EQ(read, value);
    for (std::size_t cut = 0; cut < out.bytes().size(); ++cut) {
      EXPECT_EQ(read_uvarint(out.bytes().substr(0, cut), read), 0U);
    }
  }
}

TEST(Varint, RefusesMoreThan64Bits) {
  std::uint64_t read = 0;
  EXPECT_EQ(read_uvarint(std::string(9, '\xff') + "\x01", read), 10U);
  EXPECT_EQ(read, ~std::uint64_t{0});
  EXPECT_EQ(read_uvarint(std::string(9, '\xff') + "\x02", read), kOverlongVarint);
  EXPECT_EQ(read_uvarint(std::string(11, '\x80') + "\x01", read), kOverlongVarint);
}

TEST(Varint, ZigzagCoversAllSigns) {
  EXPECT_EQ(zigzag_decode(0), 0);
  EXPECT_EQ(zigzag_decode(1), -1);
  EXPECT_EQ(zigzag_decode(2), 1);
  EXPECT_EQ(zigzag_decode(~std::uint64_t{0}), INT64_MIN);
  EXPECT_EQ(zigzag_decode(~std::uint64_t{0} - 1), INT64_MAX);
}

}  // namespace
}  // namespace remote_read
