#include "exporter/pipeline/signal_store.h"

#include <gtest/gtest.h>

#include <bit>
#include <cmath>
#include <cstring>
#include <random>

#include "tests/unit/pipeline/fake_source.h"

namespace exporter {
namespace {

using pipeline_test::FakeClient;
using pipeline_test::Faults;
using pipeline_test::History;
using pipeline_test::kStart;
using pipeline_test::labels_of;

// Bit for bit, but any NaN is a NaN.
bool same(double a, double b) {
  return std::bit_cast<std::uint64_t>(a) == std::bit_cast<std::uint64_t>(b) || (std::isnan(a) && std::isnan(b));
}

void expect_same(const rca::Frame& a, const rca::Frame& b) {
  ASSERT_EQ(a.grid, b.grid);
  ASSERT_EQ(a.signals.size(), b.signals.size());
  for (std::size_t i = 0; i < a.signals.size(); ++i) {
    ASSERT_EQ(a.signals[i].entity, b.signals[i].entity);
    ASSERT_EQ(a.signals[i].role, b.signals[i].role);
    const auto column = static_cast<Eigen::Index>(i);
    for (Eigen::Index row = 0; row < a.values.rows(); ++row) {
      ASSERT_TRUE(same(a.values(row, column), b.values(row, column)))
          << a.signals[i].entity << " " << a.signals[i].role << " row " << row << ": " << a.values(row, column)
          << " and " << b.values(row, column);
    }
  }
}

// Scrapes every 5 s with jitter, gaps, resets, stale markers, replicas that come and go.
std::shared_ptr<History> random_history(std::uint64_t seed, std::int64_t length_ms) {
  auto history = std::make_shared<History>();
  std::mt19937_64 random(seed);
  std::uniform_real_distribution<double> uniform(0, 1);
  for (int pod = 0; pod < 3; ++pod) {
    const std::vector<rca::Label> base{{"pod", "pod-" + std::to_string(pod)}, {"model", "m"}};
    const std::int64_t from = pod == 2 ? length_ms / 3 : 0;
    const std::int64_t to = pod == 1 ? length_ms * 3 / 4 : length_ms;
    double work = 0;
    std::vector<double> buckets(3, 0);
    double sum = 0;
    for (std::int64_t t = from; t < to; t += 5000) {
      if (uniform(random) < 0.05) continue;
      const std::int64_t at = kStart + t + static_cast<std::int64_t>(uniform(random) * 400);
      const auto put = [&](const std::string& name, std::vector<rca::Label> extra, double value) {
        extra.insert(extra.end(), base.begin(), base.end());
        history->series[labels_of(name, std::move(extra))].push_back(at, value);
      };
      if (uniform(random) < 0.01) work = sum = 0, buckets.assign(3, 0);  // a restart
      work += uniform(random) * 10;
      const double slow = uniform(random);
      buckets[0] += 2, buckets[1] += 2 + slow, buckets[2] += 3 + slow;
      sum += slow;
      put("work_total", {{"core", "0"}}, work);
      put("work_total", {{"core", "1"}}, work * 0.37);
      put("load", {{"core", "0"}}, uniform(random) < 0.02 ? rca::stale_marker() : uniform(random));
      put("load", {{"core", "1"}}, uniform(random));
      put("latency_seconds_bucket", {{"le", "0.1"}}, buckets[0]);
      put("latency_seconds_bucket", {{"le", "1"}}, buckets[1]);
      put("latency_seconds_bucket", {{"le", "+Inf"}}, buckets[2]);
      put("latency_seconds_sum", {}, sum);
      put("latency_seconds_count", {}, buckets[2]);
      put("requests_total", {{"code", "200"}}, work);
      put("requests_total", {{"code", "500"}}, work * 0.01);
    }
  }
  return history;
}

struct Fixture {
  explicit Fixture(std::shared_ptr<History> given, Config config_given = pipeline_test::test_config(),
                   HistoryOptions options = {})
      : history(std::move(given)),
        config(std::move(config_given)),
        sources(pipeline_test::one_source(history, faults)),
        store(config, pipeline_test::test_resolver(config), rca::RangeSemantics::closed, options) {}

  rca::Result<void> update(std::int64_t now_ms) { return store.update(now_ms, sources, {}); }
  rca::Frame frame() { return store.frame(store.first_row(), *store.last_row()); }

  std::shared_ptr<History> history;
  std::shared_ptr<Faults> faults = std::make_shared<Faults>();
  Config config;
  Sources sources;
  SignalStore store;
};

constexpr std::int64_t kLength = 40 * 60 * 1000;
constexpr std::int64_t kEnd = kStart + kLength - 60'000;

TEST(SignalStore, IncrementalEqualsOneBigFetchBitForBit) {
  for (std::uint64_t seed = 1; seed <= 5; ++seed) {
    const auto history = random_history(seed, kLength);
    HistoryOptions whole;
    whole.rows_per_read = 100'000;
    Fixture big(history, pipeline_test::test_config(), whole);
    ASSERT_TRUE(big.update(kEnd).ok());
    Fixture small(history);
    std::mt19937_64 random(seed);
    for (std::int64_t now = kStart + 700'000; now < kEnd; now += 1000 + static_cast<std::int64_t>(random() % 40'000)) {
      history->visible_until = now;
      ASSERT_TRUE(small.update(now).ok());
    }
    history->visible_until = INT64_MAX;
    ASSERT_TRUE(small.update(kEnd).ok());
    expect_same(small.frame(), big.frame());
    ASSERT_FALSE(big.frame().signals.empty());
  }
}

TEST(SignalStore, ComputesWhatPromqlDoes) {
  const auto history = random_history(3, kLength);
  Fixture fixture(history);
  ASSERT_TRUE(fixture.update(kEnd).ok());
  const rca::Frame frame = fixture.frame();
  const auto rows = static_cast<std::size_t>(frame.grid.rows);
  const auto rate = [&](const std::string& name, std::vector<rca::Label> labels) {
    std::vector<double> out(rows);
    labels.insert(labels.end(), {{"pod", "pod-0"}, {"model", "m"}});
    rca::range_values(rca::RangeFunction::rate, history->series.at(labels_of(name, labels)).view(), frame.grid, 60'000,
                      rca::RangeSemantics::closed, out);
    return out;
  };
  const auto work0 = rate("work_total", {{"core", "0"}});
  const auto work1 = rate("work_total", {{"core", "1"}});
  const auto good = rate("requests_total", {{"code", "200"}});
  const auto bad = rate("requests_total", {{"code", "500"}});
  const auto low = rate("latency_seconds_bucket", {{"le", "0.1"}});
  const auto mid = rate("latency_seconds_bucket", {{"le", "1"}});
  const auto all = rate("latency_seconds_bucket", {{"le", "+Inf"}});
  const auto sum = rate("latency_seconds_sum", {});
  const auto count = rate("latency_seconds_count", {});
  for (std::size_t row = 0; row < rows; ++row) {
    const auto at = [&](const char* role) {
      const Eigen::Index column = frame.column("pod-0", role);
      EXPECT_GE(column, 0) << role;
      return frame.values(static_cast<Eigen::Index>(row), column);
    };
    std::vector<rca::Bucket> buckets{{0.1, low[row]}, {1, mid[row]}, {INFINITY, all[row]}};
    EXPECT_TRUE(same(at("work"), work0[row] + work1[row]));
    EXPECT_TRUE(same(at("latency"), rca::histogram_quantile(0.9, buckets)));
    EXPECT_TRUE(same(at("mean_latency"), sum[row] / count[row]));
    EXPECT_TRUE(same(at("request_rate"), good[row] + bad[row]));
    EXPECT_TRUE(same(at("error_ratio"), bad[row] / (good[row] + bad[row])));
  }
}

TEST(SignalStore, FailedCyclesChangeNothingAndLoseNothing) {
  const auto history = random_history(7, kLength);
  Fixture steady(history);
  Fixture shaky(history);
  std::mt19937_64 random(7);
  std::size_t failures = 0;
  for (std::int64_t now = kStart + 700'000; now < kEnd; now += 15'000) {
    ASSERT_TRUE(steady.update(now).ok());
    if (random() % 3 == 0) {
      const bool before = shaky.store.last_row().has_value();
      const rca::Frame frame_before = before ? shaky.frame() : rca::Frame();
      shaky.faults->error = rca::Error{rca::ErrorKind::checksum, "a bad frame"};
      shaky.faults->error_after_series = random() % 12;
      const auto done = shaky.update(now);
      ASSERT_FALSE(done.ok());
      EXPECT_EQ(done.error().kind, rca::ErrorKind::checksum);
      if (before) expect_same(shaky.frame(), frame_before);
      ++failures;
    } else {
      ASSERT_TRUE(shaky.update(now).ok());
    }
  }
  EXPECT_GT(failures, 10U);
  ASSERT_TRUE(steady.update(kEnd).ok());
  ASSERT_TRUE(shaky.update(kEnd).ok());
  expect_same(shaky.frame(), steady.frame());
  EXPECT_EQ(shaky.store.series(), steady.store.series());
  EXPECT_EQ(shaky.sources.status()[0].failures.at("checksum"), failures);
}

TEST(SignalStore, RetriesWithinAReadDoNotCountTwice) {
  const auto history = random_history(11, kLength);
  Fixture steady(history);
  Fixture retried(history);
  retried.faults->broken_attempt = true;
  for (std::int64_t now = kStart + 700'000; now < kEnd; now += 15'000) {
    ASSERT_TRUE(steady.update(now).ok());
    ASSERT_TRUE(retried.update(now).ok());
  }
  expect_same(retried.frame(), steady.frame());
}

TEST(SignalStore, AsksOnlyForWhatIsNew) {
  const auto history = random_history(13, kLength);
  auto faults = std::make_shared<Faults>();
  auto client = std::make_unique<FakeClient>(history, faults);
  FakeClient& spy = *client;
  std::vector<std::unique_ptr<remote_read::Client>> clients;
  clients.push_back(std::move(client));
  Sources sources(std::move(clients));
  const Config config = pipeline_test::test_config();
  SignalStore store(config, pipeline_test::test_resolver(config), rca::RangeSemantics::closed);
  const std::int64_t now = kStart + 1'200'000;
  ASSERT_TRUE(store.update(now, sources, {}).ok());
  ASSERT_TRUE(store.update(now + 15'000, sources, {}).ok());
  ASSERT_FALSE(spy.last_queries.empty());
  for (const auto& query : spy.last_queries) {
    EXPECT_EQ(query.start_ms, now - 15'000 + 1);  // the overlap for samples that came late
    EXPECT_EQ(query.end_ms, now + 15'000);
  }
}

TEST(SignalStore, LateSamplesOfTheOverlapArePickedUp) {
  auto history = std::make_shared<History>();
  rca::Samples& load = history->series[labels_of("load", {{"pod", "a"}})];
  for (std::int64_t t = 0; t <= 700'000; t += 5000) load.push_back(kStart + t, static_cast<double>(t));
  Fixture fixture(history);
  history->visible_until = kStart + 690'000;  // two scrapes are not there yet
  ASSERT_TRUE(fixture.update(kStart + 700'000).ok());
  EXPECT_EQ(fixture.frame().values(fixture.frame().values.rows() - 1, 0), 690'000);
  history->visible_until = INT64_MAX;
  load.push_back(kStart + 705'000, 705'000.0);
  ASSERT_TRUE(fixture.update(kStart + 705'000).ok());
  const rca::Frame frame = fixture.frame();
  for (Eigen::Index row = 0; row < frame.values.rows(); ++row) {
    EXPECT_EQ(frame.values(row, 0), static_cast<double>(frame.grid.time_ms(row) - kStart));
  }
}

TEST(SignalStore, AnOutageLongerThanTheWindowStartsAfresh) {
  const auto history = random_history(17, kLength);
  Fixture fixture(history);
  ASSERT_TRUE(fixture.update(kStart + 700'000).ok());
  ASSERT_TRUE(fixture.update(kEnd).ok());
  Fixture fresh(history);
  ASSERT_TRUE(fresh.update(kEnd).ok());
  expect_same(fixture.frame(), fresh.frame());
}

TEST(SignalStore, ForgetsSeriesThatAreGone) {
  auto history = std::make_shared<History>();
  rca::Samples& stays = history->series[labels_of("load", {{"pod", "stays"}})];
  rca::Samples& goes = history->series[labels_of("load", {{"pod", "goes"}})];
  for (std::int64_t t = 0; t < kLength; t += 5000) {
    stays.push_back(kStart + t, 1);
    if (t <= 700'000) goes.push_back(kStart + t, 1);
  }
  Fixture fixture(history);
  ASSERT_TRUE(fixture.update(kStart + 700'000).ok());
  EXPECT_EQ(fixture.store.series(), 2U);
  EXPECT_EQ(fixture.store.signals(), 2U);
  // Its last sample is in the window or in a row's lookback for 10 + 5 minutes.
  ASSERT_TRUE(fixture.update(kStart + 700'000 + 890'000).ok());
  EXPECT_EQ(fixture.store.series(), 2U);
  ASSERT_TRUE(fixture.update(kStart + 700'000 + 910'000).ok());
  EXPECT_EQ(fixture.store.series(), 1U);
  EXPECT_EQ(fixture.store.signals(), 1U);
  ASSERT_EQ(fixture.frame().signals.size(), 1U);
  EXPECT_EQ(fixture.frame().signals[0].entity, "stays");
}

TEST(SignalStore, MoreSignalsThanAllowedFailTheCycle) {
  auto history = std::make_shared<History>();
  history->series[labels_of("load", {{"pod", "a"}})].push_back(kStart + 690'000, 1);
  Config config = pipeline_test::test_config();
  config.max_signals = 2;
  Fixture fixture(history, config);
  ASSERT_TRUE(fixture.update(kStart + 700'000).ok());
  for (const char* pod : {"b", "c"}) {
    history->series[labels_of("load", {{"pod", pod}})].push_back(kStart + 705'000, 1);
  }
  const auto done = fixture.update(kStart + 710'000);
  ASSERT_FALSE(done.ok());
  EXPECT_EQ(done.error().kind, rca::ErrorKind::limit);
  EXPECT_NE(done.error().message.find("evaluation.max_signals (2)"), std::string::npos) << done.error().message;
  EXPECT_EQ(fixture.store.signals(), 1U);
  EXPECT_EQ(fixture.frame().grid.end_ms(), kStart + 700'000);
  history->series.erase(labels_of("load", {{"pod", "c"}}));
  ASSERT_TRUE(fixture.update(kStart + 710'000).ok());
  EXPECT_EQ(fixture.store.signals(), 2U);
}

TEST(SignalStore, TheFirstNameThatAnEntityHasIsUsed) {
  auto history = std::make_shared<History>();
  for (std::int64_t t = 0; t <= 700'000; t += 5000) {
    history->series[labels_of("new_name", {{"pod", "both"}})].push_back(kStart + t, 1);
    history->series[labels_of("old_name", {{"pod", "both"}})].push_back(kStart + t, 10);
    history->series[labels_of("old_name", {{"pod", "old"}})].push_back(kStart + t, 20);
  }
  Fixture fixture(history);
  ASSERT_TRUE(fixture.update(kStart + 700'000).ok());
  const rca::Frame frame = fixture.frame();
  ASSERT_EQ(frame.signals.size(), 2U);
  EXPECT_EQ(frame.values(frame.values.rows() - 1, frame.column("both", "renamed")), 1);
  EXPECT_EQ(frame.values(frame.values.rows() - 1, frame.column("old", "renamed")), 20);
}

TEST(SignalStore, MissingStaysMissing) {
  auto history = std::make_shared<History>();
  rca::Samples& load = history->series[labels_of("load", {{"pod", "a"}})];
  load.push_back(kStart + 300'000, 1);
  load.push_back(kStart + 305'000, rca::stale_marker());
  load.push_back(kStart + 700'000, 2);
  history->series[labels_of("requests_total", {{"pod", "a"}, {"code", "500"}})].push_back(kStart + 700'000, 5);
  Fixture fixture(history);
  ASSERT_TRUE(fixture.update(kStart + 700'000).ok());
  const rca::Frame frame = fixture.frame();
  const Eigen::Index column = frame.column("a", "load");
  for (Eigen::Index row = 0; row < frame.values.rows(); ++row) {
    const std::int64_t t = frame.grid.time_ms(row) - kStart;
    if (t == 300'000) {
      EXPECT_EQ(frame.values(row, column), 1);
    } else if (t == 700'000) {
      EXPECT_EQ(frame.values(row, column), 2);
    } else {
      EXPECT_TRUE(std::isnan(frame.values(row, column))) << t;
    }
  }
  EXPECT_TRUE(frame.values.col(frame.column("a", "error_ratio")).array().isNaN().all());
}

TEST(SignalStore, AnEmptyAnswerFailsTheCycleUnlessItIsShort) {
  auto history = std::make_shared<History>();
  Fixture fixture(history);
  const auto nothing = fixture.update(kStart + 700'000);
  ASSERT_FALSE(nothing.ok());
  EXPECT_EQ(nothing.error().kind, rca::ErrorKind::not_found);
  rca::Samples& load = history->series[labels_of("load", {{"pod", "a"}})];
  load.push_back(kStart + 700'000, 1);
  ASSERT_TRUE(fixture.update(kStart + 700'000).ok());
  // Scrapes may be a minute apart: a quarter of a minute without a sample is nothing.
  EXPECT_TRUE(fixture.update(kStart + 730'000).ok());
  EXPECT_EQ(*fixture.store.last_row() * 5000, kStart + 700'000);
  const auto silent = fixture.update(kStart + 790'000);
  ASSERT_FALSE(silent.ok());
  EXPECT_EQ(silent.error().kind, rca::ErrorKind::not_found);
  load.push_back(kStart + 790'000, 2);
  ASSERT_TRUE(fixture.update(kStart + 790'000).ok());
  EXPECT_EQ(fixture.frame().values(fixture.frame().values.rows() - 1, 0), 2);
}

TEST(SignalStore, OneSourceThatFailsFailsTheCycle) {
  const auto history = random_history(19, kLength);
  auto good = std::make_shared<Faults>();
  auto bad = std::make_shared<Faults>();
  std::vector<std::unique_ptr<remote_read::Client>> clients;
  clients.push_back(std::make_unique<FakeClient>(history, good, "first"));
  clients.push_back(std::make_unique<FakeClient>(history, bad, "second"));
  Sources sources(std::move(clients));
  const Config config = pipeline_test::test_config();
  SignalStore store(config, pipeline_test::test_resolver(config), rca::RangeSemantics::closed);
  bad->error = rca::Error{rca::ErrorKind::timeout, "slow"};
  const auto done = store.update(kEnd, sources, {});
  ASSERT_FALSE(done.ok());
  EXPECT_EQ(done.error().message, "source 'second': slow");
  EXPECT_FALSE(store.last_row());
  EXPECT_TRUE(sources.status()[0].up);
  EXPECT_FALSE(sources.status()[1].up);
  // What both have counts once.
  ASSERT_TRUE(store.update(kEnd, sources, {}).ok());
  Fixture single(history);
  ASSERT_TRUE(single.update(kEnd).ok());
  expect_same(store.frame(store.first_row(), *store.last_row()), single.frame());
}

TEST(SignalStore, CallEdgesCountWhileTheyGrow) {
  auto history = std::make_shared<History>();
  rca::Samples& busy = history->series[labels_of("calls_total", {{"client", "a"}, {"server", "b"}})];
  rca::Samples& idle = history->series[labels_of("calls_total", {{"client", "a"}, {"server", "c"}})];
  for (std::int64_t t = 0; t < kLength; t += 5000) {
    busy.push_back(kStart + t, static_cast<double>(t));
    idle.push_back(kStart + t, static_cast<double>(std::min<std::int64_t>(t, 800'000)));
  }
  Fixture fixture(history);
  const auto callees = [&] {
    const rca::EntityGraph graph = fixture.store.graph();
    std::vector<std::string> names;
    for (const auto node : graph.callees(graph.find("a").value())) names.push_back(graph.name(node));
    return names;
  };
  for (std::int64_t now = kStart + 700'000; now <= kStart + 1'300'000; now += 15'000) {
    ASSERT_TRUE(fixture.update(now).ok());
  }
  EXPECT_EQ(callees(), (std::vector<std::string>{"b", "c"}));
  for (std::int64_t now = kStart + 1'315'000; now <= kStart + 1'500'000; now += 15'000) {
    ASSERT_TRUE(fixture.update(now).ok());
  }
  EXPECT_EQ(callees(), std::vector<std::string>{"b"});
}

}  // namespace
}  // namespace exporter
