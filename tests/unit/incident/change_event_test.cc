#include "exporter/incident/change_event.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace exporter {
namespace {

constexpr std::int64_t kNow = 1795332600000;

std::string error_of(const std::string& body) {
  const auto parsed = parse_change_events(body, kNow);
  return parsed.ok() ? "no error" : parsed.error().message;
}

TEST(ParseChangeEvents, ReadsOneAndSeveral) {
  const auto one = parse_change_events(
      R"({"kind":"deployment","entity":"ray-replicas-1","from":"v1.4.0","to":"v1.4.1","time":"2026-11-22T07:30:00Z"})",
      5);
  ASSERT_TRUE(one.ok());
  ASSERT_EQ(one->size(), 1U);
  EXPECT_EQ(one->front().kind, "deployment");
  EXPECT_EQ(one->front().entity, "ray-replicas-1");
  EXPECT_EQ(one->front().from, "v1.4.0");
  EXPECT_EQ(one->front().to, "v1.4.1");
  EXPECT_EQ(one->front().time_ms, kNow);

  const auto three = parse_change_events(
      R"([{"kind":"scaling","entity":"a","time":1795332600.25},{"kind":"scaling","entity":"b","time":"12"},
          {"kind":"scaling","entity":"c","from":null,"extra":[1]}])",
      kNow);
  ASSERT_TRUE(three.ok());
  ASSERT_EQ(three->size(), 3U);
  EXPECT_EQ((*three)[0].time_ms, kNow + 250);
  EXPECT_EQ((*three)[1].time_ms, 12000);
  EXPECT_EQ((*three)[2].time_ms, kNow);
  EXPECT_EQ((*three)[2].from, "");

  const auto none = parse_change_events("[]", kNow);
  ASSERT_TRUE(none.ok());
  EXPECT_TRUE(none->empty());
}

TEST(ParseChangeEvents, NamesTheFieldThatIsWrong) {
  EXPECT_EQ(error_of(R"({"entity":"a"})"), "kind: is missing");
  EXPECT_EQ(error_of(R"({"kind":"x","entity":""})"), "entity: must not be empty");
  EXPECT_EQ(error_of(R"([{"kind":"x","entity":"a"},{"kind":3,"entity":"a"}])"),
            "[1].kind: must be a string, not a number");
  EXPECT_EQ(error_of(R"([7])"), "[0]: must be an object, not a number");
  EXPECT_EQ(error_of(R"("x")"), "the body: must be an object, not a string");
  EXPECT_EQ(error_of(R"({"kind":"x","entity":"a","time":true})"),
            "time: must be RFC 3339 text or unix seconds, not a boolean");
  EXPECT_THAT(error_of(R"({"kind":"x","entity":"a","time":"soon"})"), testing::StartsWith("time: 'soon' is neither"));
  EXPECT_THAT(error_of(R"({"kind":"x","entity":"a","time":1795332600000})"), testing::HasSubstr("milliseconds"));
  EXPECT_THAT(error_of(R"({"kind":"x","entity":"a","time":-1})"), testing::StartsWith("time: "));
}

TEST(ParseChangeEvents, RefusesWhatIsNotJson) {
  for (const char* body : {"", "{", "{}}", "[1,", "\xff", "{\"kind\":\"\xc3\x28\"}", "1e999999999"}) {
    const auto parsed = parse_change_events(body, kNow);
    ASSERT_FALSE(parsed.ok()) << body;
    EXPECT_EQ(parsed.error().kind, rca::ErrorKind::malformed);
    EXPECT_THAT(parsed.error().message, testing::StartsWith("the body is not valid JSON"));
  }
}

TEST(ParseChangeEvents, IsBounded) {
  const std::string event = R"({"kind":"x","entity":"a"})";
  std::string many = "[" + event;
  for (std::size_t i = 1; i <= kMaxChangeEvents; ++i) many += "," + event;
  const auto too_many = parse_change_events(many + "]", kNow);
  ASSERT_FALSE(too_many.ok());
  EXPECT_EQ(too_many.error().kind, rca::ErrorKind::limit);

  const auto too_long =
      parse_change_events(R"({"kind":"x","entity":")" + std::string(kMaxChangeTextBytes + 1, 'a') + "\"}", kNow);
  ASSERT_FALSE(too_long.ok());
  EXPECT_EQ(too_long.error().kind, rca::ErrorKind::limit);
  EXPECT_THAT(too_long.error().message, testing::StartsWith("entity: "));
}

TEST(ParseChangeEvents, SurvivesDeepNesting) {
  const auto parsed = parse_change_events(std::string(500'000, '[') + std::string(500'000, ']'), kNow);
  EXPECT_FALSE(parsed.ok());
}

}  // namespace
}  // namespace exporter
