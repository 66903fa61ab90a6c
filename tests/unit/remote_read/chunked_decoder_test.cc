#include "remote_read/chunked_decoder.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "tests/support/remote_read/answers.h"
#include "tests/support/remote_read/histogram_chunk_writer.h"
#include "tests/support/remote_read/xor_chunk_writer.h"

namespace remote_read {
namespace {

using testing::chunked_payload;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using testing::KeepingSink;
using testing::TestChunk;

TestChunk xor_chunk(const std::vector<std::int64_t>& times, double value = 1) {
  rca::Samples samples;
  for (const std::int64_t time : times) samples.push_back(time, value++);
  return {1, testing::write_xor_chunk(samples.view())};
}

class ChunkedDecoderTest : public ::testing::Test {
 protected:
  ChunkedDecoderTest() {
    queries[0].start_ms = 100;
    queries[0].end_ms = 200;
    queries[1].start_ms = 0;
    queries[1].end_ms = 10'000;
  }

  // Decodes the payloads and the end of the answer.
  rca::Result<void> decode(const std::vector<std::string>& payloads) {
    sink.series.clear();
    ReadUsage usage(limits);
    ChunkedDecoder decoder(queries, 5, usage, sink);
    for (const std::string& payload : payloads) RCA_TRY(decoder.decode(payload));
    auto finished = decoder.finish();
    stats = decoder.stats();
    EXPECT_EQ(usage.samples_left(), limits.max_samples - stats.samples);
    usage.give_back(stats.series, stats.samples);
    EXPECT_EQ(usage.samples_left(), limits.max_samples);
    return finished;
  }

  void expect_error(const std::vector<std::string>& payloads, rca::ErrorKind kind, const std::string& what) {
    const auto decoded = decode(payloads);
    ASSERT_FALSE(decoded.ok()) << what;
    EXPECT_EQ(decoded.error().kind, kind);
    EXPECT_THAT(decoded.error().message, HasSubstr(what));
  }

  rca::Samples at(std::size_t query, const std::string& series) { return sink.series[{query, series}]; }

  std::vector<Query> queries{2};
  Limits limits;
  KeepingSink sink;
  DecodeStats stats;
};

const rca::Labels kUp = {{"__name__", "up"}, {"job", "a"}};
const rca::Labels kDown = {{"__name__", "down"}};

TEST_F(ChunkedDecoderTest, GivesEachSeriesToItsQuery) {
  ASSERT_TRUE(decode({chunked_payload(0, kUp, {xor_chunk({100, 150})}), chunked_payload(0, kDown, {xor_chunk({110})}),
                      chunked_payload(1, kUp, {xor_chunk({100, 150, 9000})})})
                  .ok());
  EXPECT_EQ(sink.series.size(), 3U);
  EXPECT_EQ(sink.calls, 3U);
  EXPECT_THAT(at(5, "up{job=\"a\"}").times, ElementsAre(100, 150));
  EXPECT_THAT(at(5, "up{job=\"a\"}").values, ElementsAre(1, 2));
  EXPECT_THAT(at(5, "down").times, ElementsAre(110));
  EXPECT_THAT(at(6, "up{job=\"a\"}").times, ElementsAre(100, 150, 9000));
  EXPECT_EQ(stats.series, 3U);
  EXPECT_EQ(stats.samples, 6U);
}

TEST_F(ChunkedDecoderTest, TrimsToTheRangeOfTheQuery) {
  ASSERT_TRUE(decode({chunked_payload(0, kUp, {xor_chunk({10, 99, 100, 101}), xor_chunk({150, 200, 201})}),
                      chunked_payload(0, kDown, {xor_chunk({10, 20}), xor_chunk({300})})})
                  .ok());
  EXPECT_EQ(sink.series.size(), 1U);
  EXPECT_THAT(at(5, "up{job=\"a\"}").times, ElementsAre(100, 101, 150, 200));
  EXPECT_THAT(at(5, "up{job=\"a\"}").values, ElementsAre(3, 4, 1, 2));
}

TEST_F(ChunkedDecoderTest, ASeriesMaySpanFrames) {
  ASSERT_TRUE(decode({chunked_payload(1, kUp, {xor_chunk({100, 150})}), chunked_payload(1, kUp, {xor_chunk({160})}),
                      chunked_payload(1, kUp, {xor_chunk({170})}), chunked_payload(1, kDown, {xor_chunk({5})})})
                  .ok());
  EXPECT_THAT(at(6, "up{job=\"a\"}").times, ElementsAre(100, 150, 160, 170));
  EXPECT_EQ(stats.series, 2U);
}

TEST_F(ChunkedDecoderTest, OverlappingChunksAreMergedAndTheFirstWins) {
  ASSERT_TRUE(decode({chunked_payload(1, kUp, {xor_chunk({100, 120, 140}, 1), xor_chunk({110, 120, 130}, 10)}),
                      chunked_payload(1, kUp, {xor_chunk({105, 140, 150}, 20)})})
                  .ok());
  EXPECT_THAT(at(6, "up{job=\"a\"}").times, ElementsAre(100, 105, 110, 120, 130, 140, 150));
  EXPECT_THAT(at(6, "up{job=\"a\"}").values, ElementsAre(1, 20, 10, 2, 12, 3, 22));
  EXPECT_EQ(stats.samples, 7U);
}

TEST_F(ChunkedDecoderTest, SeveralSeriesInOneFrame) {
  wire::ChunkedReadResponse response;
  *response.add_chunked_series() = testing::chunked_series(kUp, {xor_chunk({1})});
  *response.add_chunked_series() = testing::chunked_series(kDown, {xor_chunk({2})});
  response.set_query_index(1);
  ASSERT_TRUE(decode({response.SerializeAsString()}).ok());
  EXPECT_EQ(sink.series.size(), 2U);
  EXPECT_THAT(at(6, "down").times, ElementsAre(2));
}

TEST_F(ChunkedDecoderTest, LabelsAreSortedAndEmptyOnesDropped) {
  const rca::Labels unsorted = {{"z", "1"}, {"__name__", "up"}, {"m", ""}, {"a", "2"}};
  ASSERT_TRUE(decode({chunked_payload(1, unsorted, {xor_chunk({1})})}).ok());
  EXPECT_THAT(at(6, "up{a=\"2\",z=\"1\"}").times, ElementsAre(1));
}

TEST_F(ChunkedDecoderTest, BadLabelsAreErrors) {
  using rca::ErrorKind;
  expect_error({chunked_payload(1, {{"a", "1"}, {"a", "2"}}, {})}, ErrorKind::malformed, "label a is there twice");
  expect_error({chunked_payload(1, {{"", "1"}}, {})}, ErrorKind::malformed, "no name");
  wire::ChunkedReadResponse response;
  *response.add_chunked_series() = testing::chunked_series({{"a", "xx"}}, {});
  std::string payload = response.SerializeAsString();
  for (const char* bad : {"\xff\xfe", "\xc0\x80", "\xc3(", "a\xe2"}) {
    payload.replace(payload.size() - 2, 2, bad);
    expect_error({payload}, ErrorKind::malformed, "UTF-8");
  }
}

TEST_F(ChunkedDecoderTest, UnknownEncodingsAreNamed) {
  for (const int encoding : {0, 4, 5, 6, 7, 250}) {
    expect_error({chunked_payload(1, kUp, {{encoding, "data"}})}, rca::ErrorKind::unsupported_encoding,
                 "series up{job=\"a\"}: unknown chunk encoding " + std::to_string(encoding));
  }
}

TEST_F(ChunkedDecoderTest, QueryNumbersAreChecked) {
  expect_error({chunked_payload(2, kUp, {})}, rca::ErrorKind::malformed, "query 2 of a request with 2");
  expect_error({chunked_payload(-1, kUp, {})}, rca::ErrorKind::malformed, "of a request with 2");
}

TEST_F(ChunkedDecoderTest, ADamagedChunkNamesItsSeries) {
  TestChunk chunk = xor_chunk({1, 2, 3});
  chunk.data.pop_back();
  chunk.data.pop_back();
  expect_error({chunked_payload(1, kUp, {chunk})}, rca::ErrorKind::malformed, "series up{job=\"a\"}: XOR chunk");
  expect_error({chunked_payload(1, kUp, {{2, "x"}})}, rca::ErrorKind::malformed,
               "series up{job=\"a\"}: histogram chunk");
}

TEST_F(ChunkedDecoderTest, ACutPayloadIsAnErrorOrAnotherAnswerButNeverMore) {
  const std::string payload = chunked_payload(1, kUp, {xor_chunk({1, 2, 3}), xor_chunk({4, 5})});
  for (std::size_t cut = 0; cut < payload.size(); ++cut) {
    sink = {};
    if (const auto decoded = decode({payload.substr(0, cut)}); !decoded.ok()) {
      EXPECT_EQ(decoded.error().kind, rca::ErrorKind::malformed);
    } else {
      // The two bytes of the query's number are the only ones that can go without a trace inside protobuf.
      EXPECT_TRUE(cut == 0 || cut == payload.size() - 2) << cut;
    }
  }
}

TEST_F(ChunkedDecoderTest, UnknownFieldsAreSkippedAndGroupsRefused) {
  wire::ChunkedReadResponse response;
  response.set_query_index(1);
  *response.add_chunked_series() = testing::chunked_series(kUp, {xor_chunk({1})});
  const std::string payload = response.SerializeAsString();
  const std::string unknown(
      "\x78\x05\x81\x01"
      "12345678"
      "\x8a\x01\x02hi\x95\x01"
      "1234",
      23);
  EXPECT_TRUE(decode({unknown + payload}).ok());
  EXPECT_EQ(stats.samples, 1U);
  expect_error({payload + "\x7b"}, rca::ErrorKind::malformed, "protobuf");
  expect_error({payload + std::string("\x00\x00", 2)}, rca::ErrorKind::malformed, "protobuf");
}

TEST_F(ChunkedDecoderTest, KeepsToTheLimits) {
  limits.max_series = 1;
  expect_error({chunked_payload(1, kUp, {xor_chunk({1})}), chunked_payload(1, kDown, {xor_chunk({1})})},
               rca::ErrorKind::limit, "more than the permitted 1 series");
  limits.max_series = 10;
  limits.max_samples = 4;
  EXPECT_TRUE(decode({chunked_payload(1, kUp, {xor_chunk({1, 2}), xor_chunk({3, 4})})}).ok());
  expect_error({chunked_payload(1, kUp, {xor_chunk({1, 2}), xor_chunk({3, 4, 5})})}, rca::ErrorKind::limit,
               "more than the permitted 4 samples");
  expect_error({chunked_payload(1, kUp, {xor_chunk({1, 2})}), chunked_payload(1, kDown, {xor_chunk({3, 4, 5})})},
               rca::ErrorKind::limit, "more than the permitted 4 samples");
  // A chunk that claims more samples than it can hold is refused by its claim.
  expect_error({chunked_payload(1, kUp, {{1, testing::chunk_count(65'535)}})}, rca::ErrorKind::limit, "samples");
}

TEST_F(ChunkedDecoderTest, AnErrorOfTheSinkStopsTheRead) {
  sink.answer = rca::Error{rca::ErrorKind::cancelled, "enough"};
  expect_error({chunked_payload(1, kUp, {xor_chunk({1})}), chunked_payload(1, kDown, {xor_chunk({1})})},
               rca::ErrorKind::cancelled, "enough");
  EXPECT_EQ(sink.calls, 1U);
}

TEST_F(ChunkedDecoderTest, FloatsAndHistogramsOfOneSeries) {
  HistogramLayout layout;
  layout.positive = {1};
  const auto histograms = [&](std::int64_t from, HistogramEncoding encoding) {
    return TestChunk{
        static_cast<int>(encoding),
        testing::write_histogram_chunk(encoding, layout, {{from, 3, 1, 0.5, {2}}, {from + 20, 5, 1, 0.75, {4}}})};
  };
  ASSERT_TRUE(
      decode({chunked_payload(0, kUp, {xor_chunk({90, 100})}),
              chunked_payload(
                  0, kUp, {histograms(110, HistogramEncoding::integer), histograms(120, HistogramEncoding::floating)}),
              chunked_payload(0, kUp, {histograms(190, HistogramEncoding::integer)})})
          .ok());
  EXPECT_THAT(at(5, "up{job=\"a\"}").times, ElementsAre(100));
  EXPECT_THAT(at(5, "up_count{job=\"a\"}").times, ElementsAre(110, 120, 130, 140, 190));
  EXPECT_THAT(at(5, "up_bucket{job=\"a\",le=\"2\"}").values, ElementsAre(3, 3, 5, 5, 3));
  EXPECT_EQ(stats.series, 1U + 6U);
}

}  // namespace
}  // namespace remote_read
