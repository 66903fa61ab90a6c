#include "remote_read/frame_reader.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "tests/support/remote_read/answers.h"
#include "tests/support/remote_read/bit_writer.h"

namespace remote_read {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using testing::write_frame;

struct Reading {
  std::vector<std::string> payloads;
  rca::Result<void> fed;
  rca::Result<void> finished;
};

// Feeds `stream` in pieces of `piece` bytes.
Reading read(const std::string& stream, std::size_t piece, std::size_t max_frame_bytes = 1000) {
  Reading reading;
  FrameReader reader(max_frame_bytes, [&reading](std::string_view payload) {
    reading.payloads.emplace_back(payload);
    return rca::Result<void>();
  });
  for (std::size_t i = 0; i < stream.size() && reading.fed.ok(); i += piece)
    reading.fed = reader.feed(stream.substr(i, piece));
  reading.finished = reader.finish();
  EXPECT_EQ(reader.frames(), reading.payloads.size());
  return reading;
}

TEST(FrameReader, GivesEachPayloadHoweverTheBytesArrive) {
  const std::string big(700, 'b');
  const std::string stream = write_frame("first") + write_frame("") + write_frame(big) + write_frame("last");
  for (std::size_t piece = 1; piece <= stream.size(); ++piece) {
    const Reading reading = read(stream, piece);
    EXPECT_TRUE(reading.fed.ok());
    EXPECT_TRUE(reading.finished.ok());
    EXPECT_THAT(reading.payloads, ElementsAre("first", "", big, "last")) << piece;
  }
}

TEST(FrameReader, GivesAFrameAsSoonAsItIsComplete) {
  std::size_t frames = 0;
  FrameReader reader(100, [&frames](std::string_view) {
    ++frames;
    return rca::Result<void>();
  });
  const std::string frame = write_frame("payload");
  EXPECT_TRUE(reader.feed(frame.substr(0, frame.size() - 1)).ok());
  EXPECT_EQ(frames, 0U);
  EXPECT_TRUE(reader.feed(frame.substr(frame.size() - 1)).ok());
  EXPECT_EQ(frames, 1U);
  EXPECT_TRUE(reader.feed(write_frame("")).ok());
  EXPECT_EQ(frames, 2U);
}

TEST(FrameReader, AnEmptyStreamIsAnAnswerWithoutSeries) {
  const Reading reading = read("", 1);
  EXPECT_TRUE(reading.finished.ok());
}

TEST(FrameReader, ATruncatedStreamIsAnErrorAtEveryByte) {
  const std::string whole = write_frame("first");
  const std::string stream = whole + write_frame("second one");
  for (std::size_t cut = 1; cut < stream.size(); ++cut) {
    if (cut == whole.size()) continue;
    const Reading reading = read(stream.substr(0, cut), 3);
    EXPECT_TRUE(reading.fed.ok());
    ASSERT_FALSE(reading.finished.ok()) << cut;
    EXPECT_EQ(reading.finished.error().kind, rca::ErrorKind::truncated);
    EXPECT_THAT(reading.finished.error().message, HasSubstr(cut < whole.size() ? "frame 0" : "frame 1"));
  }
}

TEST(FrameReader, AChangedBitIsAnError) {
  const std::string frame = write_frame("payload");
  for (std::size_t bit = 8; bit < frame.size() * 8; ++bit) {
    std::string damaged = frame;
    damaged[bit / 8] = static_cast<char>(damaged[bit / 8] ^ 1 << bit % 8);
    const Reading reading = read(damaged, damaged.size());
    ASSERT_FALSE(reading.fed.ok()) << bit;
    EXPECT_EQ(reading.fed.error().kind, rca::ErrorKind::checksum);
    EXPECT_TRUE(reading.payloads.empty());
  }
}

TEST(FrameReader, RefusesALongFrameByItsLengthAlone) {
  testing::BitWriter header;
  header.put_uvarint(1001);
  for (const std::size_t piece : {1U, 2U}) {
    const Reading reading = read(header.bytes(), piece);
    ASSERT_FALSE(reading.fed.ok());
    EXPECT_EQ(reading.fed.error().kind, rca::ErrorKind::limit);
    EXPECT_THAT(reading.fed.error().message, HasSubstr("1001"));
  }
  EXPECT_TRUE(read(write_frame(std::string(1000, 'x')), 64).finished.ok());
}

TEST(FrameReader, RefusesAnOverlongLength) {
  for (const std::size_t piece : {1U, 11U}) {
    const Reading reading = read(std::string(10, '\xff') + "\x01", piece);
    ASSERT_FALSE(reading.fed.ok());
    EXPECT_EQ(reading.fed.error().kind, rca::ErrorKind::malformed);
  }
}

TEST(FrameReader, StaysFailed) {
  FrameReader reader(100, [](std::string_view) {
    return rca::Result<void>(rca::Error{rca::ErrorKind::limit, "enough"});
  });
  EXPECT_EQ(reader.feed(write_frame("x")).error().message, "enough");
  EXPECT_EQ(reader.feed(write_frame("x")).error().message, "enough");
  EXPECT_EQ(reader.finish().error().message, "enough");
}

}  // namespace
}  // namespace remote_read
