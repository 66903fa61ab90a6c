#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "rca_core/methods/signal_nature.h"
#include "tests/unit/rca_core/frames.h"

namespace rca {
namespace {

using testing::FrameBuilder;
using ::testing::HasSubstr;
using testing::Noise;

SignalNature nature(const std::string& role, const std::string& unit = "") {
  Signal signal;
  signal.role = role;
  signal.unit = unit;
  return nature_of(signal);
}

TEST(SignalNature, FromTheWordsOfTheRole) {
  EXPECT_EQ(nature("latency-90"), SignalNature::latency);
  EXPECT_EQ(nature("ttft", "seconds"), SignalNature::latency);
  EXPECT_EQ(nature("prefill_phase", "seconds"), SignalNature::latency);
  EXPECT_EQ(nature("http_error_ratio"), SignalNature::failures);
  EXPECT_EQ(nature("success"), SignalNature::failures);
  EXPECT_EQ(nature("request_rate"), SignalNature::traffic);
  EXPECT_EQ(nature("workload"), SignalNature::traffic);
  EXPECT_EQ(nature("gpu_xid_error"), SignalNature::internal);
  EXPECT_EQ(nature("node_cpu_pressure"), SignalNature::internal);
  EXPECT_EQ(nature("kv_cache_usage"), SignalNature::internal);
  EXPECT_EQ(nature("tensor_parallel_size"), SignalNature::internal);
  EXPECT_EQ(nature(""), SignalNature::internal);
}

// The caller's latency moves most, but only the callee is anomalous inside as well.
TEST(Prism, TheCauseIsAnomalousInsideAndOutside) {
  Noise noise(3);
  FrameBuilder builder(120);
  const auto step = [&](double by) {
    return [&noise, by](Eigen::Index row) { return (row < 100 ? 0 : by) + noise(1); };
  };
  builder.add("front", "latency", "", step(60));
  builder.add("front", "cpu", "", step(0));
  builder.add("back", "latency", "", step(20));
  builder.add("back", "cpu", "", step(15));
  builder.add("batch", "latency", "", step(0));
  builder.add("batch", "cpu", "", step(25));  // busy, but nobody notices
  const Result<Ranking> ranking = testing::rank("prism", builder.frame(), 100);
  ASSERT_TRUE(ranking.ok());
  EXPECT_EQ(ranking->entities[0].entity, "back");
  EXPECT_EQ(ranking->entities[0].signal, "cpu");
  EXPECT_THAT(ranking->entities[0].evidence.text, HasSubstr("cpu of back rose from"));
  EXPECT_THAT(ranking->entities[0].evidence.text, HasSubstr("inside,"));
}

TEST(Prism, WithoutInternalSignalsTheOutsideDecides) {
  Noise noise(4);
  FrameBuilder builder(120);
  builder.add("a", "latency", "", [&](Eigen::Index) { return noise(1); });
  builder.add("b", "latency", "", [&](Eigen::Index row) { return (row < 100 ? 0 : 20) + noise(1); });
  const Result<Ranking> ranking = testing::rank("prism", builder.frame(), 100);
  ASSERT_TRUE(ranking.ok());
  EXPECT_EQ(ranking->entities[0].entity, "b");
  EXPECT_THAT(ranking->entities[0].evidence.text, HasSubstr("is unknown inside"));
}

TEST(SimpleRca, CountsAlertsNotTheirSize) {
  Noise noise(5);
  FrameBuilder builder(120);
  const auto step = [&](double by) {
    return [&noise, by](Eigen::Index row) { return (row < 100 ? 0 : by) + noise(1); };
  };
  builder.add("loud", "latency", "", step(500));
  builder.add("loud", "cpu", "", step(0));
  builder.add("loud", "memory", "", step(0));
  builder.add("sick", "latency", "", step(6));
  builder.add("sick", "cpu", "", step(8));
  builder.add("sick", "memory", "", step(-7));
  const Result<Ranking> ranking = testing::rank("simple_rca", builder.frame(), 100);
  ASSERT_TRUE(ranking.ok());
  ASSERT_EQ(ranking->entities.size(), 2U);
  EXPECT_EQ(ranking->entities[0].entity, "sick");
  EXPECT_EQ(ranking->entities[0].signal, "cpu");
  EXPECT_THAT(ranking->entities[0].evidence.text, HasSubstr("sick has 3 alerts"));
  EXPECT_THAT(ranking->entities[1].evidence.text, HasSubstr("loud has 1 alert"));
  EXPECT_EQ(ranking->signals.size(), 6U);
}

TEST(SimpleRca, CountsSlowOperationsAndErrorLinesToo) {
  FrameBuilder builder(40);
  builder.add("a", "cpu", "", [](Eigen::Index row) { return static_cast<double>(row % 3); });
  builder.add("b", "cpu", "", [](Eigen::Index row) { return static_cast<double>(row % 3); });
  std::vector<Span> spans;
  for (std::int64_t i = 0; i < 40; ++i) {
    const std::int64_t start = (testing::kNoon + i * 5000) * 1000;
    spans.push_back({"t" + std::to_string(i), "1", "", "b", "get", start, i < 20 ? 10'000 : 90'000, false});
  }
  std::vector<LogLine> logs;
  for (int i = 0; i < 5; ++i) logs.push_back({testing::kNoon + 150'000 + i, "b", "request FAILED: connection refused"});
  IncidentView view{builder.frame(), 20};
  view.spans = spans;
  view.logs = logs;
  const Result<Ranking> ranking = (*find_method("simple_rca"))->rank(view, {});
  ASSERT_TRUE(ranking.ok());
  EXPECT_EQ(ranking->entities[0].entity, "b");
  EXPECT_THAT(ranking->entities[0].evidence.text, HasSubstr("b has 2 alerts"));
  EXPECT_EQ(ranking->signals.size(), 4U);
}

}  // namespace
}  // namespace rca
