#include "exporter/metrics/utf8.h"

#include <gtest/gtest.h>

namespace exporter {
namespace {

constexpr const char* kBad = "\xef\xbf\xbd";

TEST(ValidUtf8, LeavesWhatIsValid) {
  for (const std::string& text : std::vector<std::string>{"", "plain", "ü €", "\U0001F525", "\xed\x9f\xbf",
                                                          "\xee\x80\x80", "\xf4\x8f\xbf\xbf", "a\nb\"\\"}) {
    EXPECT_EQ(valid_utf8(text, 1024), text);
  }
}

TEST(ValidUtf8, ReplacesEveryByteThatIsNot) {
  EXPECT_EQ(valid_utf8("a\xff"
                       "b",
                       1024),
            std::string("a") + kBad + "b");
  EXPECT_EQ(valid_utf8("\xc3", 1024), kBad);                                                // cut off
  EXPECT_EQ(valid_utf8("\xc3(", 1024), std::string(kBad) + "(");                            // no continuation
  EXPECT_EQ(valid_utf8("\xc0\xaf", 1024), std::string(kBad) + kBad);                        // longer than needed
  EXPECT_EQ(valid_utf8("\xe0\x80\x80", 1024), std::string(kBad) + kBad + kBad);             // longer than needed
  EXPECT_EQ(valid_utf8("\xed\xa0\x80", 1024), std::string(kBad) + kBad + kBad);             // a surrogate
  EXPECT_EQ(valid_utf8("\xf4\x90\x80\x80", 1024), std::string(kBad) + kBad + kBad + kBad);  // beyond Unicode
  EXPECT_EQ(valid_utf8(std::string("a\0b", 3), 1024), std::string("a") + kBad + "b");
}

TEST(ValidUtf8, CutsBetweenCharacters) {
  EXPECT_EQ(valid_utf8("aüb", 4), "aüb");
  EXPECT_EQ(valid_utf8("aüb", 3), "aü");
  EXPECT_EQ(valid_utf8("aüb", 2), "a");
  EXPECT_EQ(valid_utf8("\xff", 2), "");
  EXPECT_EQ(valid_utf8("abc", 0), "");
}

}  // namespace
}  // namespace exporter
