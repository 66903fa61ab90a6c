#include "tests/evaluation/scenarios/memory_source.h"

#include <gtest/gtest.h>

#include "remote_read/query.h"

namespace scenarios {
namespace {

// Shows what it is told to.
class ToyExporter final : public llmsim::Exporter {
 public:
  void render(const llmsim::Simulation&, llmsim::Sink&) const override {}
};

std::vector<llmsim::Target> toy_targets() {
  std::vector<llmsim::Target> targets(1);
  targets[0].job = "toy";
  targets[0].labels = {{"instance", "a:1"}, {"job", "toy"}, {"pod", "p"}};
  targets[0].exporter = std::make_unique<ToyExporter>();
  return targets;
}

class MemorySourceTest : public ::testing::Test {
 protected:
  // One scrape that shows the metrics with these names, and `up`.
  void scrape(double time, const std::vector<std::string>& names) {
    llmsim::ScrapeSink& metrics = receiver_.start(0, false, time);
    for (const std::string& name : names) metrics.sample(name, R"(pod="own",path="C:\\a\"b\nc")", time);
    shown_ = metrics.samples();
    receiver_.start(0, true, time).sample("up", "", 1);
    EXPECT_TRUE(receiver_.done());
  }

  const std::vector<llmsim::Target> targets_ = toy_targets();
  MemoryStore store_;
  StoreReceiver receiver_{targets_, store_};
  std::size_t shown_ = 0;
};

TEST_F(MemorySourceTest, SeriesHaveTheLabelsOfSampleAndTarget) {
  scrape(10, {"load"});
  EXPECT_EQ(shown_, 1U);
  ASSERT_EQ(store_.all().size(), 2U);
  const rca::Labels expected = {{"__name__", "load"}, {"exported_pod", "own"}, {"instance", "a:1"},
                                {"job", "toy"},       {"path", "C:\\a\"b\nc"}, {"pod", "p"}};
  EXPECT_EQ(store_.all()[0].labels, expected);
  EXPECT_EQ(store_.all()[1].labels,
            (rca::Labels{{"__name__", "up"}, {"instance", "a:1"}, {"job", "toy"}, {"pod", "p"}}));
}

TEST_F(MemorySourceTest, ASeriesThatIsNotShownAnyMoreEndsWithAStaleMarkerAndMayComeBack) {
  scrape(10, {"a", "b"});
  scrape(20, {"b"});
  scrape(30, {"b"});
  scrape(40, {"a", "b"});
  const rca::Samples& a = store_.all()[0].samples;
  EXPECT_EQ(a.times, (std::vector<std::int64_t>{10'000, 20'000, 40'000}));
  EXPECT_TRUE(rca::is_stale(a.values[1]));
  EXPECT_EQ(a.values[2], 40);
  for (const rca::Samples& all : {store_.all()[1].samples, store_.all()[2].samples}) {
    EXPECT_EQ(all.times.size(), all.values.size());
  }
}

class Collector final : public remote_read::SeriesSink {
 public:
  void begin(std::size_t, std::size_t) override {}
  rca::Result<void> on_samples(std::size_t query, const rca::Labels& labels, rca::SampleView samples) override {
    seen.push_back(std::to_string(query) + " " + std::string(rca::label_value(labels, rca::kMetricName)) + " " +
                   std::to_string(samples.size()));
    return {};
  }
  std::vector<std::string> seen;
};

TEST_F(MemorySourceTest, ReadsWhatTheSelectorsSelectWithinTheTimesOfTheQuery) {
  for (const double time : {10.0, 20.0, 30.0}) scrape(time, {"load_a", "load_b", "work"});
  MemoryClient client(store_);
  const auto query = [](const char* selector, std::int64_t start, std::int64_t end) {
    return remote_read::Query{start, end, remote_read::parse_selector(selector).value(), {}};
  };
  const std::vector<remote_read::Query> queries = {
      query(R"({__name__=~"load_.*"})", 20'000, 30'000), query(R"(work{none=""})", 0, 10'000),
      query(R"(work{pod!="p"})", 0, 30'000), query(R"(work{job!~"t.y"})", 0, 30'000), query("work", 31'000, 40'000)};
  Collector collector;
  ASSERT_TRUE(client.read(queries, collector, {}).ok());
  EXPECT_EQ(collector.seen, (std::vector<std::string>{"0 load_a 2", "0 load_b 2", "1 work 1"}));
  // Series that come later are found as well, and what was dropped is gone.
  scrape(40, {"load_a", "load_b", "work", "load_c"});
  store_.drop_older_than(30'000);
  collector.seen.clear();
  ASSERT_TRUE(client.read(std::vector{query(R"({__name__=~"load_.*"})", 0, 50'000)}, collector, {}).ok());
  EXPECT_EQ(collector.seen, (std::vector<std::string>{"0 load_a 2", "0 load_b 2", "0 load_c 1"}));
}

}  // namespace
}  // namespace scenarios
