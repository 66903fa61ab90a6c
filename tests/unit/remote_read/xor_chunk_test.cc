#include "remote_read/xor_chunk.h"

#include <gtest/gtest.h>

#include <bit>
#include <cmath>
#include <functional>
#include <limits>
#include <random>
#include <string>
#include <vector>

#include "common/samples.h"
#include "tests/support/remote_read/bit_writer.h"
#include "tests/support/remote_read/xor_chunk_writer.h"

namespace remote_read {
namespace {

using testing::write_xor_chunk;

constexpr std::int64_t kStart = 1'700'000'000'000;

// Bits, not values: NaNs must keep their payload.
void expect_equal(rca::SampleView got, rca::SampleView want) {
  ASSERT_EQ(got.size(), want.size());
  for (std::size_t i = 0; i < want.size(); ++i) {
    ASSERT_EQ(got.times[i], want.times[i]) << i;
    ASSERT_EQ(std::bit_cast<std::uint64_t>(got.values[i]), std::bit_cast<std::uint64_t>(want.values[i])) << i;
  }
}

void expect_round_trip(const rca::Samples& samples) {
  const std::string chunk = write_xor_chunk(samples.view());
  // In a buffer of exactly its size, so that the address sanitizer sees every read behind it.
  const std::vector<char> exact(chunk.begin(), chunk.end());
  SampleBuffer out;
  out.push_back(-1, 42);
  const auto decoded = decode_xor_chunk({exact.data(), exact.size()}, out);
  ASSERT_TRUE(decoded.ok()) << decoded.error().message;
  ASSERT_EQ(out.view().times[0], -1);
  expect_equal(out.view().subview(1, out.size() - 1), samples.view());
}

rca::Samples regular(std::size_t count, const std::function<double(std::size_t)>& value) {
  rca::Samples samples;
  for (std::size_t i = 0; i < count; ++i) samples.push_back(kStart + static_cast<std::int64_t>(i) * 15'000, value(i));
  return samples;
}

TEST(XorChunk, RegularSeriesOfEveryLength) {
  std::mt19937_64 random(7);
  for (std::size_t count = 1; count <= 130; ++count) {
    expect_round_trip(regular(count, [](std::size_t) { return 3.5; }));
    expect_round_trip(regular(count, [](std::size_t i) { return static_cast<double>(i) * 7; }));
    expect_round_trip(regular(count, [&](std::size_t) { return static_cast<double>(random() % 100); }));
    expect_round_trip(regular(count, [&](std::size_t) { return std::bit_cast<double>(random()); }));
    expect_round_trip(regular(count, [](std::size_t i) { return i % 40 < 30 ? 1.0 : 2.0; }));
  }
}

TEST(XorChunk, SpecialValuesKeepTheirBits) {
  constexpr double kInfinity = std::numeric_limits<double>::infinity();
  const std::vector<double> values = {0.0,
                                      -0.0,
                                      rca::stale_marker(),
                                      rca::stale_marker(),
                                      std::nan(""),
                                      std::bit_cast<double>(std::uint64_t{0xfff8000000000123}),
                                      kInfinity,
                                      -kInfinity,
                                      std::numeric_limits<double>::denorm_min(),
                                      std::numeric_limits<double>::max(),
                                      std::bit_cast<double>(std::uint64_t{1}),
                                      std::bit_cast<double>(~std::uint64_t{0}),
                                      0.0};
  expect_round_trip(regular(values.size(), [&](std::size_t i) { return values[i]; }));
}

TEST(XorChunk, StepsOfEveryClass) {
  // Changes at the ends of the classes of 14, 17, 20 and 64 bits.
  rca::Samples samples;
  std::int64_t time = -5'000;
  std::int64_t step = 10'000'000;
  samples.push_back(time, 1);
  time += step;
  samples.push_back(time, 1);
  for (const std::int64_t change : {0, 1, -1, 8192, -8191, 8193, -8192, 65536, -65535, 65537, -65536, 524288, -524287,
                                    524289, -524288, 1'000'000'000, -1'000'000'000}) {
    step += change;
    time += step;
    samples.push_back(time, static_cast<double>(change));
  }
  expect_round_trip(samples);
}

TEST(XorChunk, RandomSeries) {
  std::mt19937_64 random(11);
  for (int round = 0; round < 400; ++round) {
    rca::Samples samples;
    std::int64_t time = static_cast<std::int64_t>(random() % 2'000'000) - 1'000'000;
    std::uint64_t bits = random();
    const std::size_t count = 1 + random() % 300;
    for (std::size_t i = 0; i < count; ++i) {
      time += 1 + static_cast<std::int64_t>(random() % 4 != 0 ? 14'999 : random() >> (20 + random() % 43));
      if (random() % 3 != 0) bits ^= (random() >> random() % 64) << random() % 64;
      samples.push_back(time, std::bit_cast<double>(bits));
    }
    expect_round_trip(samples);
  }
}

TEST(XorChunk, TheLongestChunk) {
  expect_round_trip(regular(65'535, [](std::size_t i) { return std::sin(static_cast<double>(i)); }));
}

TEST(XorChunk, AnEmptyChunkHasNoSamples) {
  SampleBuffer out;
  EXPECT_TRUE(decode_xor_chunk(std::string(2, '\0'), out).ok());
  EXPECT_TRUE(out.empty());
}

// The decoder must refuse `chunk`, and take nothing of it.
void expect_malformed(std::string_view chunk, const std::string& what) {
  const std::vector<char> exact(chunk.begin(), chunk.end());
  SampleBuffer out;
  out.push_back(1, 1);
  const auto decoded = decode_xor_chunk({exact.data(), exact.size()}, out);
  ASSERT_FALSE(decoded.ok()) << what;
  EXPECT_EQ(decoded.error().kind, rca::ErrorKind::malformed);
  EXPECT_EQ(out.size(), 1U);
}

TEST(XorChunk, ACutChunkIsAnErrorAtEveryByte) {
  std::mt19937_64 random(3);
  for (const std::size_t count : {1U, 2U, 3U, 120U}) {
    const std::string chunk =
        write_xor_chunk(regular(count, [&](std::size_t) { return std::bit_cast<double>(random()); }).view());
    for (std::size_t cut = 0; cut < chunk.size(); ++cut) expect_malformed(chunk.substr(0, cut), std::to_string(cut));
  }
  const std::string constant = write_xor_chunk(regular(2000, [](std::size_t) { return 1.0; }).view());
  for (std::size_t cut = 0; cut < constant.size(); ++cut)
    expect_malformed(constant.substr(0, cut), std::to_string(cut));
}

TEST(XorChunk, TimesMustIncrease) {
  rca::Samples same = regular(5, [](std::size_t) { return 1.0; });
  same.times[1] = same.times[0];
  expect_malformed(write_xor_chunk(same.view()), "two first samples at one time");
  same = regular(5, [](std::size_t) { return 1.0; });
  same.times[3] = same.times[2];
  expect_malformed(write_xor_chunk(same.view()), "two samples at one time");
  same.times[3] = same.times[2] - 1;
  expect_malformed(write_xor_chunk(same.view()), "time runs backwards");
  same = regular(3, [](std::size_t) { return 1.0; });
  same.times[2] = INT64_MAX;
  expect_malformed(write_xor_chunk(same.view()), "a leap out of range");
  same.times[0] = INT64_MAX;
  expect_malformed(write_xor_chunk(same.view()), "a first time out of range");
}

TEST(XorChunk, AFrameBeyond64BitsIsAnError) {
  for (const bool second : {true, false}) {
    testing::BitWriter out(testing::chunk_count(3));
    out.put_varint(kStart);
    out.put_double(1);
    out.put_uvarint(1000);
    if (!second) out.put(0b0'0, 2);
    out.put(0b11, 2);
    out.put(31, 5);
    out.put(34, 6);  // 31 + 34 > 64
    out.put(0, 64);
    out.put(0, 64);
    expect_malformed(out.bytes(), second ? "in the second sample" : "in the third");
  }
}

TEST(XorChunk, AnOverlongTimeIsAnError) {
  expect_malformed(testing::chunk_count(2) + std::string(10, '\xff') + std::string(40, '\0'), "first time");
  expect_malformed(testing::chunk_count(2) + std::string(9, '\0') + std::string(10, '\xff') + std::string(40, '\0'),
                   "step");
}

}  // namespace
}  // namespace remote_read
