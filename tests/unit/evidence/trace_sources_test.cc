#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/unit/evidence/measured.h"
#include "tests/unit/methods/traces.h"
#include "tests/unit/rca_core/frames.h"

namespace rca {
namespace {

using ::testing::HasSubstr;
using testing::measured;
using testing::shop_traces;
using testing::value_of;

class TraceSources : public ::testing::Test {
 protected:
  [[nodiscard]] std::vector<EvidenceItem> measure(const std::string& source, const std::vector<Span>& spans) const {
    IncidentView view{builder_.frame(), 12};
    view.onset_ms = testing::kOnsetMs;
    view.spans = spans;
    return measured(source, view);
  }

  testing::FrameBuilder builder_ = [] {
    testing::FrameBuilder builder(24);
    builder.add("front", "cpu", "", [](Eigen::Index) { return 1.0; });
    return builder;
  }();
};

TEST_F(TraceSources, SpanTimeIsThatOfTheEntityItself) {
  const auto items = measure("span_time", shop_traces({.cart_works = 20}));
  ASSERT_EQ(items.size(), 3U);
  EXPECT_EQ(items[0].entity, "cart");
  EXPECT_GT(items[0].value, 5 * items[1].value);
  EXPECT_THAT(items[0].evidence.text, HasSubstr("GetCart of cart took 3"));
}

TEST_F(TraceSources, SpanTimeCountsASlowNetworkForTheCallee) {
  const auto items = measure("span_time", shop_traces({.cart_network = 20}));
  ASSERT_FALSE(items.empty());
  EXPECT_EQ(items[0].entity, "cart");
}

TEST_F(TraceSources, ErrorsCountWhereTheyBegin) {
  std::vector<Span> spans = shop_traces({.cart_fails = true});
  // The front end fails because its call does.
  for (Span& span : spans) {
    for (const Span& child : spans) {
      if (child.error && child.trace_id == span.trace_id && child.parent_id == span.span_id) span.error = true;
    }
  }
  const auto items = measure("trace_errors", spans);
  ASSERT_EQ(items.size(), 3U);
  EXPECT_EQ(items[0].entity, "cart");
  EXPECT_GT(items[0].value, 10);
  EXPECT_EQ(value_of(items, "front"), 0);
  EXPECT_EQ(value_of(items, "ads"), 0);
  EXPECT_THAT(items[0].evidence.text, HasSubstr("100 % of the spans of cart fail by themselves"));
}

TEST_F(TraceSources, HealthyTracesAccuseNobody) {
  const auto errors = measure("trace_errors", shop_traces({}));
  ASSERT_EQ(errors.size(), 3U);
  EXPECT_EQ(errors[0].value, 0);
  const auto times = measure("span_time", shop_traces({}));
  ASSERT_EQ(times.size(), 3U);
  EXPECT_LT(times[0].value, 0.5);
}

TEST_F(TraceSources, NothingIsSaidWithoutTraces) {
  EXPECT_TRUE(measure("span_time", {}).empty());
  EXPECT_TRUE(measure("trace_errors", {}).empty());
}

}  // namespace
}  // namespace rca
