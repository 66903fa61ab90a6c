#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "rca_core/logs/drain.h"
#include "tests/unit/evidence/measured.h"
#include "tests/unit/rca_core/frames.h"

namespace rca {
namespace {

using testing::FrameBuilder;
using ::testing::HasSubstr;
using testing::kNoon;
using testing::measured;
using testing::value_of;

TEST(Drain, MessagesOfOneStatementShareATemplate) {
  Drain drain;
  const auto first = drain.add("Connection from 10.0.0.1 closed after 12 ms");
  EXPECT_EQ(drain.add("Connection from 10.0.0.7 closed after 9000 ms"), first);
  EXPECT_EQ(drain.text(first), "Connection from <*> closed after <*> ms");
  const auto opened = drain.add("User alice opened session 3");
  EXPECT_NE(opened, first);
  EXPECT_EQ(drain.add("User bob opened session 4"), opened);
  EXPECT_EQ(drain.text(opened), "User <*> opened session <*>");
  EXPECT_NE(drain.add("User bob opened"), opened);  // another number of tokens
  // In a deeper tree more words of the beginning decide.
  Drain deep({.depth = 5});
  EXPECT_NE(deep.add("User alice opened session 3"), deep.add("User bob opened session 4"));
}

TEST(Drain, PrefersTheMoreSpecificTemplate) {
  Drain drain({.similarity = 0.5});
  const auto get = drain.add("request GET /cart took 3 ms");
  const auto post = drain.add("request POST refused by quota 8");
  EXPECT_NE(get, post);
  EXPECT_EQ(drain.add("request GET /cart took 19 ms"), get);
}

TEST(Drain, MemoryIsBounded) {
  Drain drain({.children = 4, .most_templates = 10, .most_tokens = 8, .longest_token = 16});
  for (int i = 0; i < 1000; ++i) {
    std::string message;
    for (int k = 0; k <= i % 40; ++k) message += std::string(1, static_cast<char>('a' + (i * 7 + k * 3) % 26)) + "x ";
    drain.add(message + std::string(1000, 'z'));
  }
  EXPECT_EQ(drain.size(), 10U);
  EXPECT_EQ(drain.add("never seen"), Drain::kOverflow);
  EXPECT_EQ(drain.add(""), Drain::kOverflow);
  EXPECT_EQ(drain.add(" \t "), Drain::kOverflow);
  for (std::size_t number = 0; number < drain.size(); ++number) EXPECT_LT(drain.text(number).size(), 8U * 17U);
}

class LogBursts : public ::testing::Test {
 protected:
  LogBursts() {
    builder_.add("web", "cpu", "", [](Eigen::Index) { return 1.0; });
    builder_.add("cart", "cpu", "", [](Eigen::Index) { return 1.0; });
  }
  void log(const std::string& entity, int from_s, int to_s, int every_s, const std::string& message) {
    for (int second = from_s; second < to_s; second += every_s) {
      lines_.push_back({kNoon + second * 1000, entity, message + " " + std::to_string(second)});
    }
  }
  [[nodiscard]] std::vector<EvidenceItem> measure() const {
    IncidentView view{builder_.frame(), 12};  // a minute
    view.logs = lines_;
    view.counts = counts_.logs.signals.empty() ? nullptr : &counts_;
    return measured("log_bursts", view);
  }

  FrameBuilder builder_{24};
  std::vector<LogLine> lines_;
  EventCounts counts_;
};

TEST_F(LogBursts, NewErrorsTellMoreThanNewMessages) {
  log("web", 0, 120, 1, "served request");
  log("cart", 0, 120, 1, "served request");
  log("cart", 60, 120, 2, "Error: cannot reach redis in ms");
  log("web", 60, 120, 2, "cache is refreshed in ms");
  const auto items = measure();
  ASSERT_EQ(items.size(), 2U);
  EXPECT_EQ(items[0].entity, "cart");
  EXPECT_GT(items[0].value, 1.5 * items[1].value);
  EXPECT_THAT(items[0].evidence.text, HasSubstr("30 lines of error \"Error: cannot reach redis in ms <*>\""));
}

TEST_F(LogBursts, WhatGrowsWithTrafficIsNoBurst) {
  log("web", 0, 60, 2, "served request");
  log("web", 60, 120, 1, "served request");
  log("web", 0, 60, 4, "looked up user");
  log("web", 60, 120, 2, "looked up user");
  const auto items = measure();
  ASSERT_EQ(items.size(), 1U);
  EXPECT_LT(items[0].value, 0.6);
}

TEST_F(LogBursts, SilenceIsEvidence) {
  log("web", 0, 120, 1, "served request");
  log("cart", 0, 60, 1, "served request");
  const auto items = measure();
  ASSERT_EQ(items.size(), 2U);
  EXPECT_EQ(items[0].entity, "cart");
  EXPECT_GT(items[0].value, 3);
  EXPECT_THAT(items[0].evidence.text, HasSubstr("0 lines after the onset"));
}

TEST_F(LogBursts, CountsStandInForLines) {
  FrameBuilder counts(24);
  counts.add("web", "log_lines", "", [](Eigen::Index) { return 20.0; });
  counts.add("cart", "log_lines", "", [](Eigen::Index row) { return row < 12 ? 20.0 : 200.0; });
  counts_.logs = counts.frame();
  const auto items = measure();
  ASSERT_EQ(items.size(), 2U);
  EXPECT_EQ(items[0].entity, "cart");
  EXPECT_GT(items[0].value, 10);
  EXPECT_EQ(value_of(items, "web"), 0);
}

TEST_F(LogBursts, NothingIsSaidWithoutBothSides) {
  EXPECT_TRUE(measure().empty());
  log("web", 70, 120, 1, "served request");
  EXPECT_TRUE(measure().empty());
}

}  // namespace
}  // namespace rca
