#include "rca_core/causal/independence.h"

#include <gtest/gtest.h>

#include <Eigen/LU>
#include <cmath>
#include <limits>

#include "rca_core/stats/correlation.h"
#include "rca_core/stats/random.h"
#include "tests/unit/causal/graph_vectors.h"

namespace rca {
namespace {

using nlohmann::json;
using testing::indices_of;

constexpr double kMissing = std::numeric_limits<double>::quiet_NaN();

// x → m → y, with a duplicate of m and a constant.
Eigen::MatrixXd chain_with_duplicate() {
  Random random(12);
  Eigen::MatrixXd values(200, 5);
  for (Eigen::Index row = 0; row < values.rows(); ++row) {
    values(row, 0) = random.normal();
    values(row, 1) = values(row, 0) + random.normal();
    values(row, 2) = values(row, 1) + random.normal();
    values(row, 3) = 2 * values(row, 1) + 5;
    values(row, 4) = 7;
  }
  return values;
}

TEST(PartialCorrelation, EqualsThatOfTheInverse) {
  Random random(3);
  Eigen::MatrixXd values(60, 9);
  for (double& value : values.reshaped()) value = random.normal();
  values.col(8) += values.col(0) + values.col(1);
  const Eigen::MatrixXd correlation = correlation_matrix(values);
  for (Eigen::Index size = 0; size <= 7; ++size) {
    std::vector<Eigen::Index> given;
    for (Eigen::Index i = 1; i <= size; ++i) given.push_back(i);
    std::vector<Eigen::Index> all = {0, 8};
    all.insert(all.end(), given.begin(), given.end());
    const Eigen::MatrixXd inverse = correlation(all, all).inverse();
    EXPECT_NEAR(partial_correlation(correlation, 0, 8, given),
                -inverse(0, 1) / std::sqrt(inverse(0, 0) * inverse(1, 1)), 1e-12)
        << size;
  }
}

TEST(PartialCorrelation, DuplicatesAndConstantsHaveADefinedResult) {
  const Eigen::MatrixXd correlation = correlation_matrix(chain_with_duplicate());
  const std::vector<Eigen::Index> middle = {1};
  const std::vector<Eigen::Index> both = {1, 3};
  const double once = partial_correlation(correlation, 0, 2, middle);
  EXPECT_LT(std::fabs(once), 0.2);
  EXPECT_NEAR(partial_correlation(correlation, 0, 2, both), once, 1e-12);
  EXPECT_TRUE(std::isnan(partial_correlation(correlation, 3, 2, middle)));
  EXPECT_EQ(partial_correlation(correlation, 0, 4, middle), 0);
  EXPECT_EQ(partial_correlation(correlation, 1, 3, {}), 1);
}

TEST(Correlation, LargeTinyAndShortColumns) {
  Eigen::MatrixXd values(3, 3);
  values << 1e150, 1e-300, 1, -1e150, -1e-300, 1, 0, 0, 1;
  const Eigen::MatrixXd correlation = correlation_matrix(values);
  EXPECT_NEAR(correlation(0, 1), 1, 1e-12);
  EXPECT_EQ(correlation(0, 2), 0);
  EXPECT_EQ(correlation_matrix(Eigen::MatrixXd(0, 2)), Eigen::MatrixXd::Identity(2, 2));
}

TEST(FisherZ, DegenerateQuestionsHaveAnAnswer) {
  const FisherZ test(chain_with_duplicate());
  const std::vector<Eigen::Index> middle = {1};
  EXPECT_GT(test.p_value(0, 2, middle), 0.01);
  EXPECT_LT(test.p_value(0, 2, {}), 1e-6);
  EXPECT_EQ(test.p_value(0, 4, {}), 1);       // a constant is independent of everything
  EXPECT_EQ(test.p_value(1, 3, {}), 0);       // a duplicate of nothing but itself
  EXPECT_EQ(test.p_value(3, 2, middle), 0);   // and conditioning on one says nothing of the other
  EXPECT_EQ(fisher_z_p_value(0.9, 3, 0), 1);  // too few rows
  EXPECT_GE(fisher_z_p_value(1, 10, 0), 0);
  EXPECT_EQ(FisherZ(Eigen::MatrixXd(2, 3)).max_condition_size(), 0);
}

TEST(MissingValueFisherZ, UsesTheRowsThatAreComplete) {
  Eigen::MatrixXd values = chain_with_duplicate().leftCols(3);
  const double complete = MissingValueFisherZ(values.topRows(150)).p_value(0, 1, {});
  values.bottomRows(50).col(0).setConstant(kMissing);
  EXPECT_NEAR(MissingValueFisherZ(values).p_value(0, 1, {}), complete, 1e-15);
  EXPECT_EQ(MissingValueFisherZ(values).partial(0, 1, {}).rows, 150);
  values.col(0).setConstant(kMissing);
  EXPECT_EQ(MissingValueFisherZ(values).p_value(0, 1, {}), 1);
}

TEST(DiscreteTest, SeesDependenceAndIgnoresEmptyTables) {
  Random random(9);
  Eigen::MatrixXi codes(300, 3);
  for (Eigen::Index row = 0; row < codes.rows(); ++row) {
    codes(row, 0) = static_cast<int>(random.below(3));
    codes(row, 1) = random.uniform() < 0.7 ? codes(row, 0) : static_cast<int>(random.below(3));
    codes(row, 2) = -1;
  }
  for (const auto statistic : {ContingencyStatistic::chi_square, ContingencyStatistic::g_square}) {
    const DiscreteTest test(codes, statistic);
    EXPECT_LT(test.p_value(0, 1, {}), 1e-10);
    EXPECT_EQ(test.p_value(0, 2, {}), 1);
    EXPECT_EQ(test.test(0, 2, {}).degrees_of_freedom, 0);
  }
  EXPECT_EQ(DiscreteTest(Eigen::MatrixXi(0, 2), ContingencyStatistic::chi_square).p_value(0, 1, {}), 1);
}

int compare_fisher_z(const json& item) {
  const std::string name = item["name"];
  const json& input = item["input"];
  const Eigen::MatrixXd values = testing::matrix(input["X"]);
  const bool missing = input["test"] == "mv_fisherz";
  const double tolerance = name == "fisherz_near_duplicate_column" ? 1e-6 : 1e-9;
  const FisherZ complete(values);
  const MissingValueFisherZ incomplete(values);
  int compared = 0;
  for (const json& result : item["expected"]["results"]) {
    const auto x = result["x"].get<Eigen::Index>();
    const auto y = result["y"].get<Eigen::Index>();
    const std::vector<Eigen::Index> given = indices_of(result["S"]);
    const double r =
        missing ? incomplete.partial(x, y, given).r : partial_correlation(complete.correlation(), x, y, given);
    const double p = missing ? incomplete.p_value(x, y, given) : complete.p_value(x, y, given);
    EXPECT_NEAR(r, oracle::number(result["partial_corr"]), tolerance) << name;
    EXPECT_NEAR(p, oracle::number(result["p"]), tolerance) << name;
    const bool accurate = oracle::close(p, oracle::number(result["p_accurate"]), 1e-6, 1e-300);
    EXPECT_TRUE(accurate || tolerance > 1e-8) << name;
    const Eigen::Index rows = missing ? incomplete.partial(x, y, given).rows : values.rows();
    EXPECT_EQ(rows, result["n_used"].get<Eigen::Index>()) << name;
    ++compared;
  }
  return compared;
}

int compare_discrete(const json& item) {
  const Eigen::MatrixXi codes = testing::matrix(item["input"]["D"]).cast<int>();
  int compared = 0;
  for (const auto& [key, statistic] :
       {std::pair{"chisq", ContingencyStatistic::chi_square}, std::pair{"gsq", ContingencyStatistic::g_square}}) {
    const DiscreteTest test(codes, statistic);
    for (const json& result : item["expected"][key]) {
      const DiscreteTest::Outcome outcome =
          test.test(result["x"].get<Eigen::Index>(), result["y"].get<Eigen::Index>(), indices_of(result["S"]));
      const std::string what = item["name"].get<std::string>() + " " + key;
      EXPECT_TRUE(oracle::close(outcome.statistic, oracle::number(result["stat"]), 1e-9, 1e-9)) << what;
      EXPECT_EQ(outcome.degrees_of_freedom, result["dof"].get<std::int64_t>()) << what;
      EXPECT_NEAR(outcome.p_value, oracle::number(result["p"]), 1e-9) << what;
      ++compared;
    }
  }
  return compared;
}

TEST(IndependenceOracle, AgreesWithCausalLearn) {
  const auto path = oracle::vectors("02_citests.json");
  RCA_SKIP_WITHOUT(path);
  const json file = oracle::load(path);
  int compared = 0;
  for (const json& item : file["cases"]) {
    compared += item["input"].contains("X") ? compare_fisher_z(item) : compare_discrete(item);
  }
  EXPECT_GE(compared, 300);
}

}  // namespace
}  // namespace rca
