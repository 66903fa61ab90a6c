#include "rca_core/stats/scalers.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <random>

#include "rca_core/stats/robust.h"
#include "tests/unit/rca_core/oracle.h"

namespace rca {
namespace {

using nlohmann::json;
constexpr double kHole = std::numeric_limits<double>::quiet_NaN();

std::vector<double> column(const json& rows, std::size_t index) {
  std::vector<double> out;
  for (const json& row : rows) out.push_back(oracle::number(row[index]));
  return out;
}

TEST(Robust, QuantilesInterpolateLinearly) {
  const std::vector<double> values = {4, 1, kHole, 3, 2};
  EXPECT_DOUBLE_EQ(median(values), 2.5);
  EXPECT_DOUBLE_EQ(quantile(values, 0), 1);
  EXPECT_DOUBLE_EQ(quantile(values, 0.25), 1.75);
  EXPECT_DOUBLE_EQ(quantile(values, 1), 4);
  EXPECT_DOUBLE_EQ(median_absolute_deviation(values, 2.5), 1);
}

TEST(Robust, NothingPresentIsNaN) {
  EXPECT_TRUE(std::isnan(median(std::vector<double>{})));
  EXPECT_TRUE(std::isnan(median(std::vector<double>{kHole, kHole})));
  EXPECT_TRUE(std::isnan(median(std::vector<double>{std::numeric_limits<double>::infinity()})));
}

TEST(Robust, QuartilesEqualSeparateQuantilesForEverySize) {
  std::mt19937_64 random(7);
  for (std::size_t size = 1; size <= 400; ++size) {
    // Many ties, few ties, none; sorted, reversed, in disorder.
    const std::uint64_t different = std::vector<std::uint64_t>{2, 9, 1'000'000'000}[size % 3];
    std::vector<double> values(size);
    for (double& value : values) value = static_cast<double>(random() % different);
    if (size % 4 == 1) std::sort(values.begin(), values.end());
    if (size % 4 == 2) std::sort(values.rbegin(), values.rend());
    std::vector<double> sorted = values;
    std::sort(sorted.begin(), sorted.end());
    const auto expected = [&](double q) {
      const double h = static_cast<double>(size - 1) * q;
      const auto below = static_cast<std::size_t>(h);
      const std::size_t above = std::min(below + 1, size - 1);
      return sorted[below] + (sorted[above] - sorted[below]) * (h - static_cast<double>(below));
    };
    const Quartiles got = quartiles_in_place(values);
    EXPECT_DOUBLE_EQ(got.lower, expected(0.25)) << size;
    EXPECT_DOUBLE_EQ(got.median, expected(0.5)) << size;
    EXPECT_DOUBLE_EQ(got.upper, expected(0.75)) << size;
  }
}

TEST(Scalers, ConstantAndEmptyColumns) {
  std::vector<double> scratch;
  const std::vector<double> constant = {0.1, 0.1, 0.1, kHole};
  EXPECT_TRUE(standard_scale(constant).constant);
  EXPECT_TRUE(robust_scale(constant, scratch).constant);
  EXPECT_TRUE(mad_scale(constant, scratch).constant);
  EXPECT_EQ(standard_scale(constant).divisor(), 1.0);
  EXPECT_EQ(standard_scale(constant).count, 3U);
  const std::vector<double> empty = {kHole};
  EXPECT_TRUE(std::isnan(standard_scale(empty).centre));
  EXPECT_TRUE(std::isnan(robust_scale(empty, scratch).centre));
  EXPECT_EQ(mad_scale(empty, scratch).count, 0U);
}

TEST(Scalers, MadScaleIsAStandardDeviationForNormalNoise) {
  std::mt19937_64 random(11);
  std::normal_distribution<double> noise(5, 2);
  std::vector<double> values(20'000);
  for (double& value : values) value = noise(random);
  std::vector<double> scratch;
  const Scale scale = mad_scale(values, scratch);
  EXPECT_NEAR(scale.centre, 5, 0.05);
  EXPECT_NEAR(scale.spread, 2, 0.05);
}

TEST(Scalers, AColumnThatRarelyMovesFallsBackToItsStandardDeviation) {
  std::vector<double> scratch;
  const std::vector<double> rare = {0, 0, 0, 0, 0, 0, 0, 8};
  const Scale robust = robust_scale(rare, scratch);
  EXPECT_TRUE(robust.constant);
  const Scale scale = or_standard(robust, rare, kRangePerSigma);
  EXPECT_FALSE(scale.constant);
  EXPECT_EQ(scale.centre, 0);
  EXPECT_DOUBLE_EQ(scale.spread, kRangePerSigma * standard_scale(rare).spread);
  const std::vector<double> constant(8, 3.0);
  EXPECT_TRUE(or_standard(robust_scale(constant, scratch), constant, kRangePerSigma).constant);
  const std::vector<double> varied = {1, 2, 3, 4};
  EXPECT_EQ(or_standard(robust_scale(varied, scratch), varied, kRangePerSigma).spread, 1.5);
}

TEST(ScalersOracle, AgreesWithScikitLearn) {
  const auto path = oracle::vectors("01_scaling.json");
  RCA_SKIP_WITHOUT(path);
  const json file = oracle::load(path);
  std::vector<double> scratch;
  int columns = 0;
  for (const json& item : file["cases"]) {
    const json& normal = item["input"]["normal"];
    const json& expected = item["expected"];
    const std::string name = item["name"];
    for (std::size_t c = 0; c < normal[0].size(); ++c, ++columns) {
      const std::vector<double> values = column(normal, c);
      const double relative = name == "large_and_small_magnitudes" && c == 0 ? 1e-6 : 1e-10;
      const auto same = [&](double got, const json& want, const char* what) {
        EXPECT_TRUE(oracle::close(got, oracle::number(want), relative, 1e-12))
            << name << " column " << c << " " << what << ": " << got << " instead of " << want;
      };
      const Scale standard = standard_scale(values);
      same(standard.centre, expected["standard"]["mean"][c], "mean");
      same(standard.divisor(), expected["standard"]["scale"][c], "standard deviation");
      const Scale robust = robust_scale(values, scratch);
      same(robust.centre, expected["robust"]["center"][c], "median");
      same(robust.divisor(), expected["robust"]["scale"][c], "interquartile range");
    }
  }
  EXPECT_GE(columns, 40);
}

}  // namespace
}  // namespace rca
