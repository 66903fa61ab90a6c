#include "tests/testbed/llmsim/exposition.h"

#include <gtest/gtest.h>

#include <array>
#include <limits>
#include <set>

#include "tests/testbed/llmsim/exporters/exporter.h"
#include "tests/testbed/llmsim/scrape_config.h"

namespace llmsim {
namespace {

std::string written(double value) {
  std::string out;
  append_value(out, value);
  return out;
}

TEST(ExpositionTest, ValuesReadBack) {
  EXPECT_EQ(written(0), "0");
  EXPECT_EQ(written(12), "12");
  EXPECT_EQ(written(-3), "-3");
  EXPECT_EQ(written(0.1), "0.1");
  EXPECT_EQ(written(123456789012), "123456789012");
  EXPECT_EQ(written(std::numeric_limits<double>::infinity()), "+Inf");
  EXPECT_EQ(written(std::numeric_limits<double>::quiet_NaN()), "NaN");
  for (const double value : {1e300, 1.0 / 3, 1e-9, 1.7e9 + 0.123}) EXPECT_EQ(std::stod(written(value)), value);
}

TEST(ExpositionTest, TextFormatEscapes) {
  TextSink sink;
  sink.one("a_metric", MetricType::gauge, "two\nlines \\", label_text({{"path", "C:\\x \"y\"\n"}}), 1.5);
  EXPECT_EQ(sink.text(),
            "# HELP a_metric two\\nlines \\\\\n# TYPE a_metric gauge\n"
            "a_metric{path=\"C:\\\\x \\\"y\\\"\\n\"} 1.5\n");
}

TEST(ExpositionTest, HistogramsAreCumulative) {
  const Buckets buckets = make_buckets(std::array{0.5, 1.0, 100.0}, NumberStyle::python);
  Histogram histogram(buckets);
  for (const double value : {0.5, 0.75, 3.0, 1000.0}) histogram.observe(value);
  TextSink sink;
  sink.histogram("h", "", histogram);
  EXPECT_EQ(sink.text(),
            "h_bucket{le=\"0.5\"} 1\nh_bucket{le=\"1.0\"} 2\nh_bucket{le=\"100.0\"} 3\nh_bucket{le=\"+Inf\"} 4\n"
            "h_sum 1004.25\nh_count 4\n");
}

TEST(ExpositionTest, HistoryAttachesTargetLabelsAsPrometheusDoes) {
  rca::Labels target;
  rca::set_label(target, "job", "j");
  rca::set_label(target, "pod", "exporter");
  std::string out;
  HistorySink plain(target, false);
  plain.start(1700000000.25, out);
  plain.sample("m", label_text({{"pod", "served"}, {"x", "a\"b"}}), 1);
  EXPECT_EQ(out, "m{exported_pod=\"served\",x=\"a\\\"b\",job=\"j\",pod=\"exporter\"} 1 1700000000.25\n");
  out.clear();
  HistorySink honoring(target, true);
  honoring.start(1700000000, out);
  honoring.sample("m", label_text({{"pod", "served"}}), 2);
  EXPECT_EQ(out, "m{pod=\"served\",job=\"j\"} 2 1700000000\n");
  EXPECT_EQ(honoring.samples(), 1U);
}

TEST(ExpositionTest, HistoryNoticesThatTheSeriesOfAPositionChanged) {
  std::string out;
  HistorySink sink({{"job", "j"}}, false);
  sink.start(1, out);
  sink.sample("a", "", 1);
  sink.start(2, out);
  sink.sample("b", "", 2);
  EXPECT_EQ(out, "a{job=\"j\"} 1 1\nb{job=\"j\"} 2 2\n");
}

TEST(ExporterTest, TargetsAreDistinctAndCarryWhatDiscoveryAdds) {
  const Topology topology = make_topology(64);
  std::set<std::string> seen;
  for (const Target& target : make_targets(topology, {})) {
    EXPECT_TRUE(seen.insert(target.job + target.path).second) << target.job << target.path;
    EXPECT_EQ(rca::label_value(target.labels, "job"), target.job);
    EXPECT_FALSE(rca::label_value(target.labels, "instance").empty());
  }
  EXPECT_EQ(seen.size(), 64U * 3 + 65U * 2 + 4);
  EXPECT_EQ(make_targets(topology, {"vllm"}).size(), 64U);
  std::set<std::string> names;
  for (const Pod& pod : topology.pods) names.insert(pod.name);
  for (const Node& node : topology.nodes) names.insert(node.gpu_uuid);
  EXPECT_EQ(names.size(), 65U + 64U + 1U);
}

TEST(ExporterTest, TheConfigurationNamesEveryTarget) {
  const std::vector<Target> targets = make_targets(make_topology(4), {});
  const std::string config = scrape_config(targets, 18100, "5s");
  for (const Target& target : targets) {
    EXPECT_NE(config.find("job_name: " + target.job), std::string::npos);
    EXPECT_NE(config.find("__metrics_path__: " + target.path), std::string::npos);
    EXPECT_NE(config.find("127.0.0.1:" + std::to_string(18100 + target.port_offset)), std::string::npos);
  }
}

}  // namespace
}  // namespace llmsim
