#include "exporter/config/name_rule.h"

#include <gtest/gtest.h>

#include <optional>
#include <string>

namespace exporter {
namespace {

std::optional<std::string> apply(const std::string& regex, const std::string& replacement, const std::string& name) {
  const auto rule = NameRule::create(regex, replacement);
  if (!rule.ok()) return "error: " + rule.error().message;
  return rule->apply(name);
}

TEST(NameRule, ReplacesWholeNamesOnly) {
  EXPECT_EQ(apply("llm-.*-(head)-.*", "ray-$1", "llm-raycluster-h7k2p-head-9xk2q"), "ray-head");
  EXPECT_EQ(apply("head", "x", "ray-head"), std::nullopt);
  EXPECT_EQ(apply("a|ab", "x", "ab"), "x");
  EXPECT_EQ(apply(".*", "", "anything"), "");
}

TEST(NameRule, ExpandsAsGoDoes) {
  EXPECT_EQ(apply("(a)(b)", "$2$1", "ab"), "ba");
  EXPECT_EQ(apply("(a)(b)", "${2}x$$", "ab"), "bx$");
  EXPECT_EQ(apply("(?P<pod>.*)-[0-9]+", "p-$pod.$0", "web-7"), "p-web.web-7");
  EXPECT_EQ(apply("(a)|(b)", "[$1$2]", "b"), "[b]");
  EXPECT_EQ(apply("(a)(b)(c)(d)(e)(f)(g)(h)(i)(j)", "$10", "abcdefghij"), "j");
}

TEST(NameRule, RefusesWhatWouldSilentlyGiveNothing) {
  EXPECT_EQ(apply("(a)", "$1_x", "a"), "error: the regex has no group \"1_x\"; ${1}x is group 1 followed by x");
  EXPECT_EQ(apply("(a)", "$2", "a"), "error: the regex has no group \"2\"; ${1}x is group 1 followed by x");
  EXPECT_EQ(apply("(a)", "$", "a"), "error: a $ that names no group; write $$ for a dollar");
  EXPECT_EQ(apply("(a)", "${1", "a"), "error: a $ that names no group; write $$ for a dollar");
  EXPECT_EQ(apply("(a", "x", "a"), "error: bad regex \"(a\": missing ): (a");
}

}  // namespace
}  // namespace exporter
