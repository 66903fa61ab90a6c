#include "exporter/incident/time_text.h"

#include <gtest/gtest.h>

namespace exporter {
namespace {

struct Case {
  const char* text;
  std::int64_t ms;
};

TEST(ParseTime, ReadsRfc3339AndUnixSeconds) {
  // The RFC 3339 values are those of `date -u -d TEXT +%s`.
  for (const Case& c : {Case{"1970-01-01T00:00:00Z", 0},
                        {"2026-11-22T07:30:00Z", 1795332600000},
                        {"2026-11-22t07:30:00z", 1795332600000},
                        {"2026-11-22 07:30:00Z", 1795332600000},
                        {"2026-11-22T08:30:00.25+01:00", 1795332600250},
                        {"2026-11-22T02:00:00-05:30", 1795332600000},
                        {"2026-11-22T07:30:00.123999Z", 1795332600123},
                        {"2024-02-29T23:59:60Z", 1709251200000},
                        {"1969-12-31T23:59:59.5Z", -500},
                        {"0001-01-01T00:00:00Z", -62135596800000},
                        {"1795332600", 1795332600000},
                        {"1795332600.25", 1795332600250},
                        {"0", 0}}) {
    const auto parsed = parse_time(c.text);
    ASSERT_TRUE(parsed.ok()) << c.text;
    EXPECT_EQ(*parsed, c.ms) << c.text;
  }
}

TEST(ParseTime, RefusesEverythingElse) {
  for (const char* text : {"",
                           "now",
                           "-5",
                           "+5",
                           "1.",
                           ".5",
                           "1e9",
                           "1795332600 ",
                           "9999999999999",
                           "253402300800",
                           "2026-11-22",
                           "2026-11-22T07:30Z",
                           "2026-11-22T07:30:00",
                           "2026-02-29T00:00:00Z",
                           "2026-13-01T00:00:00Z",
                           "2026-00-01T00:00:00Z",
                           "2026-11-22T24:00:00Z",
                           "2026-11-22T07:60:00Z",
                           "2026-11-22T07:30:61Z",
                           "2026-11-22T07:30:00.Z",
                           "2026-11-22T07:30:00+1:00",
                           "2026-11-22T07:30:00+24:00",
                           "2026-11-22T07:30:00Zjunk",
                           "20261122T073000Z"}) {
    const auto parsed = parse_time(text);
    ASSERT_FALSE(parsed.ok()) << text;
    EXPECT_EQ(parsed.error().kind, rca::ErrorKind::invalid_argument);
    EXPECT_NE(parsed.error().message.find("RFC 3339"), std::string::npos);
  }
}

TEST(FormatTime, WritesWhatParseTimeReads) {
  EXPECT_EQ(format_time(1795332600000), "2026-11-22T07:30:00Z");
  EXPECT_EQ(format_time(1795332600250), "2026-11-22T07:30:00.250Z");
  EXPECT_EQ(format_time(-500), "1969-12-31T23:59:59.500Z");
  EXPECT_EQ(format_time_compact(1795332600999), "20261122T073000Z");
  for (const std::int64_t ms :
       {std::int64_t{0}, std::int64_t{1709251199999}, std::int64_t{-62135596800000}, std::int64_t{253402300799999}}) {
    const auto parsed = parse_time(format_time(ms));
    ASSERT_TRUE(parsed.ok());
    EXPECT_EQ(*parsed, ms);
  }
}

TEST(FormatTime, ClampsWhatHasNoFourDigitYear) {
  EXPECT_EQ(format_time(INT64_MAX), "9999-12-31T23:59:59.999Z");
  EXPECT_EQ(format_time(INT64_MIN), "0000-01-01T00:00:00Z");
}

}  // namespace
}  // namespace exporter
