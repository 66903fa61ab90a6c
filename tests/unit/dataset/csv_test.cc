#include "exporter/dataset/csv.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>

namespace exporter::dataset {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

// All records, or the message of the error as the only cell.
std::vector<std::vector<std::string>> read_all(std::string_view text, const Limits& limits = {}) {
  CsvReader csv(text, "x.csv", limits);
  std::vector<std::vector<std::string>> out;
  while (true) {
    const auto more = csv.next();
    if (!more.ok()) return {{more.error().message}};
    if (!*more) return out;
    out.emplace_back(csv.cells().begin(), csv.cells().end());
  }
}

TEST(Csv, ReadsPlainRecords) {
  EXPECT_THAT(read_all("a,b\n1,2\n"), ElementsAre(ElementsAre("a", "b"), ElementsAre("1", "2")));
  EXPECT_THAT(read_all("a,b\n1,2"), ElementsAre(ElementsAre("a", "b"), ElementsAre("1", "2")));
  EXPECT_THAT(read_all(",\n"), ElementsAre(ElementsAre("", "")));
  EXPECT_TRUE(read_all("").empty());
  EXPECT_TRUE(read_all("\n\r\n\n").empty());
}

TEST(Csv, TakesAByteOrderMarkAndCrLf) {
  EXPECT_THAT(read_all("\xEF\xBB\xBF"
                       "a,b\r\n1,2\r\n\r\n3,4\r"),
              ElementsAre(ElementsAre("a", "b"), ElementsAre("1", "2"), ElementsAre("3", "4")));
}

TEST(Csv, TakesQuotedCells) {
  EXPECT_THAT(read_all("\"a,1\",\"say \"\"hi\"\"\",\"\"\n\"two\nlines\",x\"y\r\n\"z\"\r"),
              ElementsAre(ElementsAre("a,1", "say \"hi\"", ""), ElementsAre("two\nlines", "x\"y"), ElementsAre("z")));
}

TEST(Csv, CountsLinesAcrossQuotedLineBreaks) {
  CsvReader csv("\"a\n\nb\",1\n\nc,2\n", "x.csv", {});
  ASSERT_TRUE(csv.next().ok());
  EXPECT_EQ(csv.line(), 1U);
  ASSERT_TRUE(csv.next().ok());
  EXPECT_EQ(csv.line(), 5U);
  EXPECT_EQ(csv.error("bad").message, "x.csv:5: bad");
}

TEST(Csv, NamesMistakes) {
  EXPECT_THAT(read_all("a\n\"b"),
              ElementsAre(ElementsAre("x.csv:2: a quoted cell is not closed; is the file truncated?")));
  EXPECT_THAT(read_all("\"b\"c,d\n"), ElementsAre(ElementsAre("x.csv:1: text after a closing quote")));
  Limits two;
  two.columns = 2;
  EXPECT_THAT(read_all("a,b,c\n", two), ElementsAre(ElementsAre(HasSubstr("x.csv:1: more than 2 columns"))));
}

TEST(Cells, AreNumbersMissingOrText) {
  EXPECT_EQ(parse_cell("1.5"), 1.5);
  EXPECT_EQ(parse_cell(" +2e3 "), 2000);
  EXPECT_EQ(parse_cell("-0.25"), -0.25);
  for (const char* missing : {"", " ", "nan", "NaN", "null", "None", "NA", "inf", "-Infinity", "1e999"}) {
    const auto value = parse_cell(missing);
    ASSERT_TRUE(value.has_value()) << missing;
    EXPECT_TRUE(std::isnan(*value)) << missing;
  }
  for (const char* text : {"abc", "1.5s", "1,5", "--1", "0x10", "true", "10.0.0.1"}) {
    EXPECT_FALSE(parse_cell(text).has_value()) << text;
  }
}

TEST(Cells, WholeNumbersAndTimesHaveABound) {
  EXPECT_EQ(parse_whole("1661272835349046"), 1'661'272'835'349'046);
  EXPECT_EQ(parse_whole("12.6"), 13);
  EXPECT_FALSE(parse_whole("1e300").has_value());
  EXPECT_FALSE(parse_whole("").has_value());
  EXPECT_EQ(parse_time_ms("1652565602.5"), 1'652'565'602'500);
  EXPECT_FALSE(parse_time_ms("1652565602000").has_value());  // milliseconds
  EXPECT_FALSE(parse_time_ms("nan").has_value());
  EXPECT_EQ(parse_time_ms("2025-06-15 15:06:40"), 1'750'000'000'000);
  EXPECT_EQ(parse_time_ms("2025-06-15T15:06:41.370201349"), 1'750'000'001'370);
  EXPECT_EQ(parse_time_ms("2025-06-15 17:06:40+02:00"), 1'750'000'000'000);
  EXPECT_FALSE(parse_time_ms("2025-06-15").has_value());
  EXPECT_FALSE(parse_time_ms("2025-06-15 25:06:40").has_value());
}

}  // namespace
}  // namespace exporter::dataset
