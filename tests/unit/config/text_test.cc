#include "exporter/config/text.h"

#include <gtest/gtest.h>

#include <chrono>
#include <optional>
#include <string>

namespace exporter {
namespace {

using std::chrono::milliseconds;

TEST(ParseDuration, TakesPrometheusForm) {
  EXPECT_EQ(parse_duration("0"), milliseconds(0));
  EXPECT_EQ(parse_duration("0s"), milliseconds(0));
  EXPECT_EQ(parse_duration("5s"), milliseconds(5'000));
  EXPECT_EQ(parse_duration("1h30m"), milliseconds(5'400'000));
  EXPECT_EQ(parse_duration("100ms"), milliseconds(100));
  EXPECT_EQ(parse_duration("1d12h"), milliseconds(129'600'000));
  EXPECT_EQ(parse_duration("1y2w3d4h5m6s7ms"), milliseconds(33'019'506'007));
}

TEST(ParseDuration, RefusesEverythingElse) {
  for (const char* text : {"", "5", "s", "5x", "-5s", "1.5s", "5 s", "5s ", "1m1h", "5s5s", "1ms1s", "1e3s",
                           "99999999999999999999s", "9223372036855y"}) {
    EXPECT_EQ(parse_duration(text), std::nullopt) << text;
  }
}

TEST(FormatDuration, IsReadBack) {
  for (const std::int64_t count :
       {1LL, 999LL, 1'000LL, 61'000LL, 5'400'000LL, 86'400'000LL, 604'800'000LL, 34'560'000'000LL, 31'536'000'000LL}) {
    EXPECT_EQ(parse_duration(format_duration(milliseconds(count))), milliseconds(count)) << count;
  }
  EXPECT_EQ(format_duration(milliseconds(0)), "0s");
  EXPECT_EQ(format_duration(milliseconds(7'800'000)), "2h10m");
  EXPECT_EQ(format_duration(std::chrono::hours(24 * 400)), "400d");
}

TEST(ParseBytes, TakesPowersOf1024) {
  EXPECT_EQ(parse_bytes("1048576"), 1048576U);
  EXPECT_EQ(parse_bytes("64MB"), 64U << 20U);
  EXPECT_EQ(parse_bytes("64MiB"), 64U << 20U);
  EXPECT_EQ(parse_bytes("1GB"), 1U << 30U);
  EXPECT_EQ(parse_bytes("0B"), 0U);
  for (const char* text : {"", "MB", "1.5MB", "-1", "1 MB", "1mb", "99999999999999999999", "99999999PB"}) {
    EXPECT_EQ(parse_bytes(text), std::nullopt) << text;
  }
}

TEST(InQuotes, StaysOnOneLineAndShort) {
  EXPECT_EQ(in_quotes("a\"b\\c"), R"("a\"b\\c")");
  EXPECT_EQ(in_quotes("a\nb\x01\xff"), R"("a\nb\x01\xff")");
  EXPECT_EQ(in_quotes(std::string(80, 'x')), "\"" + std::string(80, 'x') + "\"");
  EXPECT_EQ(in_quotes(std::string(81, 'x')), "\"" + std::string(80, 'x') + "…\"");
}

TEST(Utf8Length, FollowsTheStandard) {
  EXPECT_EQ(utf8_length("a"), 1U);
  EXPECT_EQ(utf8_length("é"), 2U);
  EXPECT_EQ(utf8_length("€"), 3U);
  EXPECT_EQ(utf8_length("\U0001F600"), 4U);
  for (const char* bad : {"\x80", "\xc0\xaf", "\xc1\x81", "\xe0\x80\x80", "\xed\xa0\x80", "\xf0\x80\x80\x80",
                          "\xf4\x90\x80\x80", "\xf5\x80\x80\x80", "\xe2\x82", "\xc3"}) {
    EXPECT_EQ(utf8_length(bad), 0U);
  }
}

TEST(Suggestion, NamesTheNearestOrAllThereAre) {
  EXPECT_EQ(suggestion("intervall", {"interval", "step"}), ", did you mean \"interval\"?");
  EXPECT_EQ(suggestion("zzz", {"interval", "step"}), "; known are interval, step");
  EXPECT_EQ(suggestion("zzz", {}), "");
}

TEST(RelativeTo, JoinsToTheFolderOfTheFile) {
  EXPECT_EQ(relative_to("/etc/rca/rca.yml", "my.yml"), "/etc/rca/my.yml");
  EXPECT_EQ(relative_to("/etc/rca/rca.yml", "/tmp/my.yml"), "/tmp/my.yml");
  EXPECT_EQ(relative_to("rca.yml", "sub/my.yml"), "sub/my.yml");
  EXPECT_EQ(relative_to("a/rca.yml", "../my.yml"), "my.yml");
  EXPECT_EQ(relative_to("a/rca.yml", ""), "");
}

}  // namespace
}  // namespace exporter
