#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <limits>

#include "rca_core/stats/energy_distance.h"
#include "rca_core/stats/random.h"
#include "tests/unit/rca_core/frames.h"
#include "tests/unit/rca_core/oracle.h"

namespace rca {
namespace {

using nlohmann::json;
using testing::FrameBuilder;
using ::testing::HasSubstr;
using testing::Noise;

EnergyTest test_energy(const std::vector<double>& x, const std::vector<double>& y, int permutations,
                       std::uint64_t seed) {
  return energy_test(x, y, Relabellings(x.size(), y.size(), permutations, seed));
}

TEST(EnergyTest, ByHand) {
  // E|X − Y| = (1 + 3 + 1 + 1) / 4 = 1.5; E|X − X'| = 2 / 2 = 1; E|Y − Y'| = 2 / 2 = 1.
  const std::vector<double> x = {0, 2};
  const std::vector<double> y = {1, 3};
  const EnergyTest test = test_energy(x, y, 0, 1);
  EXPECT_DOUBLE_EQ(test.between, 1.5);
  EXPECT_DOUBLE_EQ(test.distance, 1.0);
}

TEST(EnergyTest, MissingAndEmptySamples) {
  constexpr double kMissing = std::numeric_limits<double>::quiet_NaN();
  const std::vector<double> x = {1, kMissing, 1};
  const std::vector<double> y = {2, 2};
  EXPECT_DOUBLE_EQ(test_energy(x, y, 0, 1).distance, 2);
  EXPECT_EQ(test_energy(x, std::vector<double>{kMissing}, 10, 1).p_value, 1);
  EXPECT_EQ(test_energy(x, x, 10, 1).distance, 0);
}

TEST(EnergyTest, SmallPValueOnlyForAChange) {
  Random random(2);
  std::vector<double> before(100);
  std::vector<double> same(40);
  std::vector<double> shifted(40);
  for (double& value : before) value = random.normal();
  for (double& value : same) value = random.normal();
  for (double& value : shifted) value = random.normal() + 2;
  EXPECT_EQ(test_energy(before, shifted, 199, 1).p_value, 1.0 / 200);
  EXPECT_GT(test_energy(before, same, 199, 1).p_value, 0.05);
  EXPECT_EQ(test_energy(before, same, 199, 7).p_value, test_energy(before, same, 199, 7).p_value);
}

TEST(EnergyOracle, DistanceAgrees) {
  const auto path = oracle::vectors("10a_two_sample.json");
  RCA_SKIP_WITHOUT(path);
  const json file = oracle::load(path);
  int compared = 0;
  for (const json& item : file["cases"]) {
    if (!item["input"].contains("x") || !item["input"].contains("y")) continue;
    // energy = √(2 ∫ (F − G)²), as scipy has it.
    const auto find = [](const json& object, const char* key) {
      for (const auto& [name, value] : object.items()) {
        if (name.find(key) != std::string::npos) return value;
      }
      return json();
    };
    json expected = find(item["expected"], "energy");
    if (expected.is_object()) expected = expected.contains("statistic") ? expected["statistic"] : expected.front();
    if (!expected.is_number()) continue;
    const auto values = [](const json& list) {
      std::vector<double> out;
      for (const json& value : list) out.push_back(oracle::number(value));
      return out;
    };
    const EnergyTest test = test_energy(values(item["input"]["x"]), values(item["input"]["y"]), 0, 1);
    EXPECT_TRUE(oracle::close(std::sqrt(test.distance), expected.get<double>(), 1e-9, 1e-9)) << item["name"];
    ++compared;
  }
  EXPECT_GE(compared, 5);
}

TEST(EDiagnosis, RanksByChangeNotByLikeness) {
  Noise noise(1);
  FrameBuilder builder(120);
  // The strongest likeness between before and after, row by row: the reference would put it first.
  builder.add("b", "load", "", [](Eigen::Index row) { return std::sin(static_cast<double>(row % 20)); });
  builder.add("a", "memory", "", [&](Eigen::Index row) { return (row < 100 ? 10 : 14) + noise(1); });
  builder.add("c", "spread", "", [&](Eigen::Index row) { return noise(row < 100 ? 1 : 3); });
  const Result<Ranking> ranking = testing::rank("e_diagnosis", builder.frame(), 100);
  ASSERT_TRUE(ranking.ok()) << ranking.error().message;
  ASSERT_EQ(ranking->signals.size(), 3U);
  EXPECT_EQ(ranking->entities[0].entity, "a");
  EXPECT_EQ(ranking->entities[1].entity, "c");
  EXPECT_GT(ranking->entities[0].score, 0.5);
  EXPECT_LT(ranking->entities[2].score, 0.1);
  EXPECT_THAT(ranking->entities[0].evidence.text, HasSubstr("memory of a rose from"));
  EXPECT_THAT(ranking->entities[0].evidence.text, HasSubstr("p = 0.005"));
}

TEST(Dummy, OneOrderForASeedAndAnIncident) {
  FrameBuilder builder(20);
  for (int i = 0; i < 12; ++i) {
    builder.add("e" + std::to_string(i), "x", "", [](Eigen::Index row) { return static_cast<double>(row); });
  }
  const auto order = [&](Eigen::Index onset, std::uint64_t seed) {
    std::vector<std::string> names;
    const Result<Ranking> ranking = testing::rank("dummy", builder.frame(), onset, {seed, 0, 0});
    EXPECT_TRUE(ranking.ok());
    for (const Candidate& candidate : ranking->signals) names.push_back(candidate.entity);
    return names;
  };
  EXPECT_EQ(order(10, 1), order(10, 1));
  EXPECT_NE(order(10, 1), order(10, 2));
  EXPECT_NE(order(10, 1), order(11, 1));
  EXPECT_EQ(order(10, 1).size(), 12U);
}

}  // namespace
}  // namespace rca
