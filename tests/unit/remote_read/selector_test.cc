#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "remote_read/query.h"

namespace remote_read {

void PrintTo(const Matcher& matcher, std::ostream* out) {
  *out << matcher.name << static_cast<int>(matcher.type) << matcher.value;
}

namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using Type = Matcher::Type;

std::vector<Matcher> parse(const std::string& text) {
  auto parsed = parse_selector(text);
  EXPECT_TRUE(parsed.ok()) << parsed.error().message;
  if (!parsed.ok()) return {};
  // What it parsed to reads back from its own text.
  const std::string again = to_string(*parsed);
  const auto reparsed = parse_selector(again);
  EXPECT_TRUE(reparsed.ok()) << again;
  if (reparsed.ok()) {
    EXPECT_EQ(*reparsed, *parsed) << again;
  }
  return *parsed;
}

void expect_error(const std::string& text, const std::string& what, std::size_t offset) {
  const auto parsed = parse_selector(text);
  ASSERT_FALSE(parsed.ok()) << text;
  EXPECT_EQ(parsed.error().kind, rca::ErrorKind::invalid_argument);
  EXPECT_THAT(parsed.error().message, HasSubstr(what));
  EXPECT_THAT(parsed.error().message, HasSubstr(" at byte " + std::to_string(offset))) << text;
}

Matcher named(const std::string& name) {
  return {Type::equal, "__name__", name};
}

TEST(Selector, Names) {
  EXPECT_THAT(parse("up"), ElementsAre(named("up")));
  EXPECT_THAT(parse("  vllm:kv_cache_usage_perc { } "), ElementsAre(named("vllm:kv_cache_usage_perc")));
  EXPECT_THAT(parse(":a"), ElementsAre(named(":a")));
  EXPECT_THAT(parse("_9"), ElementsAre(named("_9")));
  for (const char* keyword : {"sum", "by", "offset", "on", "bool", "and", "or", "infinite"}) {
    EXPECT_THAT(parse(keyword), ElementsAre(named(keyword)));
  }
}

TEST(Selector, Matchers) {
  EXPECT_THAT(parse("vllm:kv_cache_usage_perc{model_name=~\"falcon.*\"}"),
              ElementsAre(named("vllm:kv_cache_usage_perc"), Matcher{Type::regex, "model_name", "falcon.*"}));
  EXPECT_THAT(parse("{__name__=~\"DCGM_FI_DEV_.*\"}"), ElementsAre(Matcher{Type::regex, "__name__", "DCGM_FI_DEV_.*"}));
  EXPECT_THAT(parse("up{ a = \"1\" , b!= '2',c=~`3`,\n\td!~\"4\", }"),
              ElementsAre(named("up"), Matcher{Type::equal, "a", "1"}, Matcher{Type::not_equal, "b", "2"},
                          Matcher{Type::regex, "c", "3"}, Matcher{Type::not_regex, "d", "4"}));
  EXPECT_THAT(parse("{a!=\"\"}"), ElementsAre(Matcher{Type::not_equal, "a", ""}));
  EXPECT_THAT(parse("{a=~\".+\",b=\"\"}"), ElementsAre(Matcher{Type::regex, "a", ".+"}, Matcher{Type::equal, "b", ""}));
  EXPECT_THAT(parse("{a=\"b\",__name__=\"up\"}"), ElementsAre(Matcher{Type::equal, "a", "b"}, named("up")));
  EXPECT_THAT(parse("{__name__=~\"a.*\",__name__!=\"ab\"}"),
              ElementsAre(Matcher{Type::regex, "__name__", "a.*"}, Matcher{Type::not_equal, "__name__", "ab"}));
  EXPECT_THAT(parse("{inf=\"1\"}"), ElementsAre(Matcher{Type::equal, "inf", "1"}));
  EXPECT_THAT(parse("{__name__=\"nan\"}"), ElementsAre(named("nan")));
}

TEST(Selector, QuotedNamesOfPrometheus3) {
  EXPECT_THAT(parse("{\"my.metric\", a=\"b\"}"), ElementsAre(named("my.metric"), Matcher{Type::equal, "a", "b"}));
  EXPECT_THAT(parse("{a=\"b\", 'my.metric'}"), ElementsAre(named("my.metric"), Matcher{Type::equal, "a", "b"}));
  EXPECT_THAT(parse("up{\"service.name\"=~\"x\"}"),
              ElementsAre(named("up"), Matcher{Type::regex, "service.name", "x"}));
  EXPECT_THAT(parse("{\"größe\"}"), ElementsAre(named("größe")));
}

TEST(Selector, StringsAreThoseOfGo) {
  const auto value = [](const std::string& literal) { return parse("{a=" + literal + "}").at(0).value; };
  EXPECT_EQ(value(R"("\a\b\f\n\r\t\v\\\"'")"), "\a\b\f\n\r\t\v\\\"'");
  EXPECT_EQ(value(R"('\'"')"), "'\"");
  EXPECT_EQ(value(R"("\101\x42\u0043\u00e9\u20ac\U0001F600")"), "ABCé€😀");
  EXPECT_EQ(value("`\\n{\"\n`"), "\\n{\"\n");
  EXPECT_EQ(value("\"}\""), "}");
  EXPECT_EQ(value(R"("\x01\x7f")"), "\x01\x7f");
}

TEST(Selector, CommentsAreWhiteSpace) {
  EXPECT_THAT(parse("up # the name\n{ # nothing\n}"), ElementsAre(named("up")));
}

TEST(Selector, ErrorsNameTheirPlace) {
  expect_error("", "expected a metric name or {", 0);
  expect_error("9up", "expected a metric name or {", 0);
  expect_error("\"up\"", "expected a metric name or {", 0);
  expect_error("Inf", "is a number", 0);
  expect_error("up{", "not closed", 3);
  expect_error("up{a=\"b\"", "not closed", 8);
  expect_error("up{a=\"b\" c=\"d\"}", "expected , or }", 9);
  expect_error("up{,}", "expected a label name", 3);
  expect_error("up{a:b=\"c\"}", "expected =, !=, =~ or !~", 4);
  expect_error("up{a}", "expected =, !=, =~ or !~", 4);
  expect_error("up{a==\"b\"}", "expected a quoted string", 5);
  expect_error("up{a=b}", "expected a quoted string", 5);
  expect_error("up{a=\"b}", "unterminated string", 5);
  expect_error("up{a=\"b\n\"}", "unterminated string", 5);
  expect_error("up{a=`b", "unterminated string", 5);
  expect_error(R"(up{a="x\q"})", "unknown escape", 7);
  expect_error(R"(up{a="\'"})", "unknown escape", 6);
  expect_error(R"(up{a="\400"})", "unknown escape", 6);
  expect_error(R"(up{a="\ud800"})", "unknown escape", 6);
  expect_error(R"(up{a="\x4"})", "unknown escape", 6);
  expect_error(R"(up{a="\xff"})", "UTF-8", 5);
  expect_error("up{a=~\"(\"}", "bad regex", 6);
  expect_error("up{a=~\"a**\"}", "bad regex", 6);
  expect_error("up{\"\"=\"a\"}", "label name is empty", 3);
  expect_error("{}", "must exclude the empty string", 0);
  expect_error("{a=\"\"}", "must exclude the empty string", 0);
  expect_error("{a=~\".*\"}", "must exclude the empty string", 0);
  expect_error("{a!~\".+\",b!=\"x\"}", "must exclude the empty string", 0);
  expect_error("up{__name__=\"down\"}", "metric name is there twice", 3);
  expect_error("up{__name__=~\"d.*\"}", "metric name is there twice", 3);
  expect_error("up{\"down\"}", "metric name is there twice", 3);
  expect_error("{\"up\",\"down\"}", "metric name is there twice", 6);
  expect_error("up[5m]", "range", 2);
  expect_error("up offset 5m", "offset", 3);
  expect_error("up @ 5", "@", 3);
  expect_error("up{a=\"b\"} + 1", "unexpected text", 10);
  expect_error(std::string("up\0", 3), "unexpected text", 2);
}

TEST(Selector, NameGoesInFrontOnlyWhereItReadsBack) {
  EXPECT_EQ(to_string({named("up")}), "up");
  EXPECT_EQ(to_string({named("up"), {Type::not_regex, "a", "b\"\n"}}), "up{a!~\"b\\\"\\n\"}");
  EXPECT_EQ(to_string({named("my.metric")}), "{__name__=\"my.metric\"}");
  EXPECT_EQ(to_string({named("nan")}), "{__name__=\"nan\"}");
  EXPECT_EQ(to_string({{Type::equal, "a.b", "c"}}), "{\"a.b\"=\"c\"}");
  EXPECT_EQ(to_string({named("up"), {Type::not_equal, "__name__", "x"}}), "{__name__=\"up\",__name__!=\"x\"}");
  EXPECT_EQ(to_string({}), "{}");
}

}  // namespace
}  // namespace remote_read
