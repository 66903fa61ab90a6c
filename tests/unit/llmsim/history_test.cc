#include "tests/testbed/llmsim/history.h"

#include <gtest/gtest.h>

#include <cstdlib>
#include <map>

#include "tests/support/temp_dir.h"

namespace llmsim {
namespace {

std::string history(const SimConfig& config, HistoryOptions options, const std::string& file,
                    const std::vector<std::string>& jobs) {
  options.file = file;
  Simulation simulation(config);
  EXPECT_TRUE(simulation.plan_fault("gpu", "ray-replicas-1", 20, 20).ok());
  std::vector<Target> targets = make_targets(simulation.topology(), jobs);
  const auto stats = write_history(simulation, targets, options);
  EXPECT_TRUE(stats.ok());
  EXPECT_DOUBLE_EQ(simulation.now(), options.duration);
  return test_support::read_text(file);
}

TEST(HistoryTest, TheSameSeedGivesTheSameBytes) {
  const test_support::TempDir dir;
  SimConfig config;
  const HistoryOptions options{.duration = 60, .step = 5, .missing_scrapes = 0.1, .file = ""};
  const std::string a = history(config, options, dir.file("a"), {});
  EXPECT_EQ(a, history(config, options, dir.file("b"), {}));
  config.seed = 2;
  EXPECT_NE(a, history(config, options, dir.file("c"), {}));
  EXPECT_TRUE(a.ends_with("\n# EOF\n"));
}

TEST(HistoryTest, EverySeriesHasIncreasingTimesAndCountersNeverFall) {
  const test_support::TempDir dir;
  const std::string text = history({}, {.duration = 60, .step = 5, .missing_scrapes = 0, .file = ""}, dir.file("h"),
                                   {"vllm", "cadvisor", "dcgm"});
  std::map<std::string, std::pair<double, double>> last;
  std::size_t begin = 0;
  std::size_t samples = 0;
  for (std::size_t end = text.find('\n'); end != std::string::npos; begin = end + 1, end = text.find('\n', begin)) {
    const std::string line = text.substr(begin, end - begin);
    if (line == "# EOF") break;
    const std::size_t brace = line.rfind("} ");
    ASSERT_NE(brace, std::string::npos) << line;
    const std::string series = line.substr(0, brace + 1);
    char* rest = nullptr;
    const double value = std::strtod(line.c_str() + brace + 2, &rest);
    const double time = std::strtod(rest, nullptr);
    const auto [it, fresh] = last.try_emplace(series, time, value);
    if (!fresh) {
      ASSERT_GT(time, it->second.first) << series;
      const std::string name = series.substr(0, series.find('{'));
      if (name.ends_with("_total") || name.ends_with("_bucket") || name.ends_with("_count")) {
        ASSERT_GE(value, it->second.second) << series;
      }
      it->second = {time, value};
    }
    ++samples;
  }
  EXPECT_EQ(samples, last.size() * 12);
  EXPECT_GT(last.size(), 1000U);
}

TEST(HistoryTest, MissingScrapesLeaveUpAtZero) {
  const test_support::TempDir dir;
  const std::string text =
      history({}, {.duration = 60, .step = 5, .missing_scrapes = 1, .file = ""}, dir.file("h"), {"nginx"});
  EXPECT_EQ(text.find("nginx_up"), std::string::npos);
  EXPECT_NE(text.find("up{container=\"nginx-proxy\""), std::string::npos);
  EXPECT_EQ(text.find("\"} 1 "), std::string::npos);
}

TEST(HistoryTest, RefusesBadOptionsAndUnwritableFiles) {
  const test_support::TempDir dir;
  Simulation simulation({});
  std::vector<Target> targets = make_targets(simulation.topology(), {"nginx"});
  EXPECT_FALSE(write_history(simulation, targets, {.duration = 0, .file = dir.file("x")}).ok());
  EXPECT_FALSE(write_history(simulation, targets, {.duration = 5, .step = 0, .file = dir.file("x")}).ok());
  EXPECT_FALSE(write_history(simulation, targets, {.duration = 5, .missing_scrapes = 2, .file = dir.file("x")}).ok());
  const auto failed = write_history(simulation, targets, {.duration = 5, .file = dir.file("no/such/folder")});
  ASSERT_FALSE(failed.ok());
  EXPECT_EQ(failed.error().kind, rca::ErrorKind::io);
  EXPECT_NE(failed.error().message.find("no/such/folder"), std::string::npos);
}

}  // namespace
}  // namespace llmsim
