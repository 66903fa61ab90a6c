#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <limits>

#include "rca_core/methods/call_series.h"
#include "rca_core/stats/random.h"
#include "tests/unit/rca_core/frames.h"

namespace rca {
namespace {

using testing::FrameBuilder;
using ::testing::HasSubstr;
using testing::Noise;

constexpr Eigen::Index kOnset = 100;

// front → api → db, front → ads; the db becomes slow, which api and front feel, and its disk is busy.
class CallGraphMethods : public ::testing::TestWithParam<const char*> {
 protected:
  explicit CallGraphMethods(Eigen::Index rows = 140) : rows_(rows) {
    graph_.add_call("front", "api");
    graph_.add_call("front", "ads");
    graph_.add_call("api", "db");
    graph_.add_placement("db", "node-1");
    Noise noise(8);
    std::vector<double> slow;
    for (Eigen::Index row = 0; row < rows_; ++row) slow.push_back(row < kOnset ? 0 : 0.2 + std::fabs(noise(0.05)));
    const auto follow = [&](double base, double by) {
      return [&noise, &slow, base, by](Eigen::Index row) {
        return base + noise(base * 0.05) + by * slow[static_cast<std::size_t>(row)];
      };
    };
    builder_.add("front", "latency", "seconds", follow(0.1, 1));
    builder_.add("front", "cpu", "", follow(0.5, 0));
    builder_.add("api", "latency", "seconds", follow(0.05, 1));
    builder_.add("api", "cpu", "", follow(0.5, 0));
    builder_.add("db", "latency", "seconds", follow(0.02, 1));
    builder_.add("db", "disk", "", follow(0.2, 3));
    builder_.add("ads", "latency", "seconds", follow(0.03, 0));
    builder_.add("ads", "cpu", "", follow(0.5, 0));
    builder_.add("node-1", "node_load", "", follow(1, 2));
    latencies_.edges = {{"front", "api"}, {"api", "db"}, {"front", "ads"}};
    latencies_.seconds.resize(rows_, 3);
    latencies_.seconds.col(0) = builder_.frame().values.col(2);
    latencies_.seconds.col(1) = builder_.frame().values.col(4);
    latencies_.seconds.col(2) = builder_.frame().values.col(6);
  }

  [[nodiscard]] IncidentView view() const {
    IncidentView view{builder_.frame(), kOnset};
    view.sli_column = 0;
    view.graph = &graph_;
    view.entry = "front";
    view.call_latencies = &latencies_;
    return view;
  }
  [[nodiscard]] static Result<Ranking> rank(const IncidentView& view) {
    return (*find_method(GetParam()))->rank(view, {});
  }

  Eigen::Index rows_;
  EntityGraph graph_;
  FrameBuilder builder_{rows_};
  CallLatencies latencies_;
};

TEST_P(CallGraphMethods, FindTheEndOfTheChain) {
  const Result<Ranking> ranking = rank(view());
  ASSERT_TRUE(ranking.ok()) << ranking.error().message;
  EXPECT_EQ(ranking->entities[0].entity, "db") << ranking->entities[0].evidence.text;
  ASSERT_EQ(ranking->entities.size(), 4U);  // the Kubernetes node is no service
  EXPECT_THAT(ranking->entities[0].evidence.text, HasSubstr("of db rose from"));
}

TEST_P(CallGraphMethods, WorkWithTheLatenciesOfTheCallees) {
  IncidentView without = view();
  without.call_latencies = nullptr;
  const Result<Ranking> ranking = rank(without);
  ASSERT_TRUE(ranking.ok()) << ranking.error().message;
  EXPECT_EQ(ranking->entities[0].entity, "db");
}

TEST_P(CallGraphMethods, SayWhatIsMissing) {
  IncidentView lone = view();
  lone.graph = nullptr;
  lone.call_latencies = nullptr;
  EXPECT_EQ(rank(lone).error().kind, ErrorKind::missing_input);
  EXPECT_EQ(rank(lone).error().message, "there is no call graph");
  FrameBuilder no_latency(rows_);
  no_latency.add("db", "disk", "", [](Eigen::Index row) { return static_cast<double>(row); });
  IncidentView silent{no_latency.frame(), kOnset};
  silent.graph = &graph_;
  EXPECT_EQ(rank(silent).error().kind, ErrorKind::missing_input);
  EXPECT_THAT(rank(silent).error().message, HasSubstr("neither latencies of calls nor"));
  IncidentView no_onset = view();
  no_onset.onset_row = -1;
  EXPECT_EQ(rank(no_onset).error().kind, ErrorKind::invalid_argument);
}

TEST_P(CallGraphMethods, DegenerateGraphsAndSeries) {
  constexpr double kMissing = std::numeric_limits<double>::quiet_NaN();
  EntityGraph loop;
  loop.add_call("a", "a");
  loop.add_call("a", "b");
  loop.add_call("b", "a");
  FrameBuilder builder(20);
  builder.add("a", "latency", "", [](Eigen::Index row) { return row == 3 ? 1e308 : 0.0; });
  builder.add("b", "latency", "", [=](Eigen::Index row) { return row % 2 == 0 ? kMissing : 1.0; });
  builder.add("b", "cpu", "", [=](Eigen::Index) { return kMissing; });
  IncidentView view{builder.frame(), 10};
  view.graph = &loop;
  const Result<Ranking> ranking = rank(view);
  ASSERT_TRUE(ranking.ok()) << ranking.error().message;
  for (const Candidate& candidate : ranking->signals) EXPECT_TRUE(std::isfinite(candidate.score));
}

INSTANTIATE_TEST_SUITE_P(All, CallGraphMethods, ::testing::Values("microrca", "microscope", "monitorrank"));

// The entry's calls are slow so rarely that they do not stand out; the chain begins below it.
TEST(Microscope, ChainsMayBeginBelowTheEntry) {
  EntityGraph graph;
  graph.add_call("front", "api");
  graph.add_call("api", "db");
  graph.add_call("front", "ads");
  Noise noise(4);
  FrameBuilder builder(120);
  builder.add("front", "latency", "", [&](Eigen::Index) { return 10 + noise(0.1); });
  builder.add("ads", "latency", "", [&](Eigen::Index) { return 1 + noise(0.1); });
  builder.add("api", "latency", "", [&](Eigen::Index) { return 8 + noise(0.1); });
  builder.add("db", "latency", "", [&](Eigen::Index row) { return (row < kOnset ? 0.1 : 0.4) + noise(0.01); });
  IncidentView view{builder.frame(), kOnset};
  view.sli_column = 0;
  view.graph = &graph;
  view.entry = "front";
  const Result<Ranking> ranking = (*find_method("microscope"))->rank(view, {});
  ASSERT_TRUE(ranking.ok());
  EXPECT_EQ(ranking->entities[0].entity, "db");
  EXPECT_EQ(ranking->entities[1].entity, "api");
}

// A daily load that all follow must not hide what the incident moves.
TEST(CallSeries, SimilarityIsMeasuredAroundTheOnset) {
  EntityGraph graph;
  graph.add_call("front", "a");
  graph.add_call("front", "b");
  Noise noise(5);
  FrameBuilder builder(420);
  const auto load = [](Eigen::Index row) { return 5 * std::sin(static_cast<double>(row) / 70); };
  builder.add("front", "latency", "",
              [&](Eigen::Index row) { return 20 + load(row) + (row < 400 ? 0 : 4) + noise(0.2); });
  builder.add("a", "latency", "", [&](Eigen::Index row) { return 20 + load(row) + noise(0.2); });
  builder.add("b", "latency", "", [&](Eigen::Index row) { return 3 + (row < 400 ? 0 : 4) + noise(0.2); });
  IncidentView view{builder.frame(), 400};
  view.graph = &graph;
  const auto calls = make_call_series(view, {});
  ASSERT_TRUE(calls.ok());
  const auto series = [&](Eigen::Index column) { return series_of(builder.frame(), calls->windows, column); };
  EXPECT_GT(calls->similarity(series(0), series(2)), 0.9);
  EXPECT_LT(calls->similarity(series(0), series(1)), calls->similarity(series(0), series(2)));
  EXPECT_EQ(calls->similarity(series(0), Eigen::VectorXd::Ones(420)), 0);
  EXPECT_EQ(calls->similarity(series(0), {}), 0);
}

// The same step is found whatever the length of the recording.
TEST(CallSeries, SensitivityDoesNotDependOnTheLength) {
  EntityGraph graph;
  graph.add_call("a", "b");
  graph.add_call("a", "c");
  for (const Eigen::Index rows : {40, 120, 720}) {
    Noise noise(3);
    FrameBuilder builder(rows);
    const Eigen::Index onset = rows * 3 / 4;
    builder.add("b", "latency", "", [&](Eigen::Index row) { return (row < onset ? 1.0 : 1.8) + noise(0.1); });
    builder.add("c", "latency", "", [&](Eigen::Index) { return 1.0 + noise(0.1); });
    IncidentView view{builder.frame(), onset};
    view.graph = &graph;
    const auto calls = make_call_series(view, {});
    ASSERT_TRUE(calls.ok());
    EXPECT_EQ(calls->anomalous_nodes(), (std::vector<bool>{false, true, false})) << rows;
  }
}

}  // namespace
}  // namespace rca
