#include "remote_read/request.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "remote_read/remote.pb.h"
#include "remote_read/sample_response.h"

namespace remote_read {
namespace {

using ::testing::ElementsAre;

TEST(Request, HoldsEverythingThatWasAsked) {
  Query first;
  first.start_ms = 1000;
  first.end_ms = 2000;
  first.matchers = {{Matcher::Type::equal, "__name__", "up"},
                    {Matcher::Type::not_equal, "a", "b"},
                    {Matcher::Type::regex, "c", "d.*"},
                    {Matcher::Type::not_regex, "e", "f|g"}};
  first.hints = {.step_ms = 15,
                 .func = "rate",
                 .start_ms = 900,
                 .end_ms = 2100,
                 .grouping = {"pod", "node"},
                 .by = true,
                 .range_ms = 60};
  Query second;
  second.start_ms = -5;
  second.end_ms = 7;
  const std::vector<Query> queries = {first, second};
  const std::vector<ResponseType> types = {ResponseType::streamed_xor_chunks, ResponseType::samples};
  const auto plain = snappy_decompress(build_request(queries, types), 10'000);
  ASSERT_TRUE(plain.ok());
  wire::ReadRequest request;
  ASSERT_TRUE(request.ParseFromString(*plain));
  EXPECT_THAT(request.accepted_response_types(), ElementsAre(1, 0));
  ASSERT_EQ(request.queries_size(), 2);
  const wire::Query& query = request.queries(0);
  EXPECT_EQ(query.start_timestamp_ms(), 1000);
  EXPECT_EQ(query.end_timestamp_ms(), 2000);
  ASSERT_EQ(query.matchers_size(), 4);
  EXPECT_EQ(query.matchers(0).type(), wire::LabelMatcher::EQ);
  EXPECT_EQ(query.matchers(1).type(), wire::LabelMatcher::NEQ);
  EXPECT_EQ(query.matchers(2).type(), wire::LabelMatcher::RE);
  EXPECT_EQ(query.matchers(3).type(), wire::LabelMatcher::NRE);
  EXPECT_EQ(query.matchers(3).name(), "e");
  EXPECT_EQ(query.matchers(3).value(), "f|g");
  EXPECT_EQ(query.hints().step_ms(), 15);
  EXPECT_EQ(query.hints().func(), "rate");
  EXPECT_EQ(query.hints().start_ms(), 900);
  EXPECT_EQ(query.hints().end_ms(), 2100);
  EXPECT_THAT(query.hints().grouping(), ElementsAre("pod", "node"));
  EXPECT_TRUE(query.hints().by());
  EXPECT_EQ(query.hints().range_ms(), 60);
  // Without hints of its own, the range is that of the query.
  EXPECT_EQ(request.queries(1).hints().start_ms(), -5);
  EXPECT_EQ(request.queries(1).hints().end_ms(), 7);
}

// The bytes of a request as protobuf's and snappy's definitions give them, so that no numbering error can hide in the
// messages that the other tests share with the code.
TEST(Request, HasTheBytesOfTheProtocol) {
  Query query;
  query.start_ms = 1;
  query.end_ms = 2;
  query.matchers = {{Matcher::Type::regex, "n", "v"}};
  const ResponseType types[] = {ResponseType::streamed_xor_chunks};
  const auto plain = snappy_decompress(build_request({&query, 1}, types), 1000);
  ASSERT_TRUE(plain.ok());
  EXPECT_EQ(*plain, std::string("\x0a\x14"                            // queries, 20 bytes
                                "\x08\x01\x10\x02"                    // start, end
                                "\x1a\x08\x08\x02\x12\x01n\x1a\x01v"  // matcher: RE, name, value
                                "\x22\x04\x18\x01\x20\x02"            // hints: start, end
                                "\x12\x01\x01",                       // accepted response types, packed
                                25));
}

}  // namespace
}  // namespace remote_read
