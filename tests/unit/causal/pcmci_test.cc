#include "rca_core/causal/pcmci.h"

#include <gtest/gtest.h>

#include <random>

#include "tests/unit/rca_core/oracle.h"

namespace rca {
namespace {

using Eigen::Index;
using Eigen::MatrixXd;
using nlohmann::json;

// 0 drives 1 two rows later, 1 drives 2 one row later; 3 is alone.
MatrixXd chain(Index rows, unsigned seed) {
  std::mt19937_64 random(seed);
  std::normal_distribution<double> normal;
  MatrixXd x(rows, 4);
  for (Index t = 0; t < rows; ++t) {
    for (Index i = 0; i < 4; ++i) x(t, i) = normal(random) + (t > 0 ? 0.3 * x(t - 1, i) : 0.0);
    if (t > 1) x(t, 1) += 0.8 * x(t - 2, 0);
    if (t > 0) x(t, 2) += 0.8 * x(t - 1, 1);
  }
  return x;
}

TEST(Pcmci, FindsDelayedCausesAndNotTheIndirectOnes) {
  const auto result = pcmci(chain(400, 1), {0, 4, {0.05}});
  ASSERT_TRUE(result.ok()) << result.error().message;
  EXPECT_LT(result->p_value[2](0, 1), 1e-6);
  EXPECT_GT(result->value[2](0, 1), 0.4);
  EXPECT_LT(result->p_value[1](1, 2), 1e-6);
  EXPECT_GT(result->p_value[3](0, 2), 0.001);  // only by way of 1
  EXPECT_GT(result->p_value[2](1, 0), 0.001);  // not backwards
  EXPECT_EQ(result->p_value[0](0, 1), result->p_value[0](1, 0));
  EXPECT_EQ(result->parents[2].front(), (LaggedVariable{1, 1}));
}

TEST(Pcmci, GivesFiniteValuesForDegenerateColumns) {
  MatrixXd x = chain(40, 2);
  x.conservativeResize(Eigen::NoChange, 8);
  x.col(4) = x.col(1);
  x.col(5) = -3 * x.col(1);
  x.col(6).setConstant(1e9);
  x.col(7) = x.col(0) + x.col(2);
  const auto result = pcmci(x, {0, 3, {0.2}});
  ASSERT_TRUE(result.ok()) << result.error().message;
  for (std::size_t lag = 0; lag < result->value.size(); ++lag) {
    EXPECT_TRUE(result->value[lag].allFinite());
    EXPECT_TRUE((result->p_value[lag].array() >= 0 && result->p_value[lag].array() <= 1).all());
    EXPECT_TRUE((result->p_value[lag].row(6).array() == 1).all());
  }
}

TEST(Pcmci, ManySeriesAndFewRowsEnd) {
  std::mt19937_64 random(3);
  std::normal_distribution<double> normal;
  MatrixXd x(26, 40);
  for (Index i = 0; i < x.size(); ++i) x(i) = normal(random);
  const auto result = pcmci(x, {0, 10, {0.2}});
  ASSERT_TRUE(result.ok()) << result.error().message;
  for (const MatrixXd& p : result->p_value) EXPECT_TRUE(p.allFinite());
}

TEST(Pcmci, SaysWhatIsWrong) {
  EXPECT_EQ(pcmci(chain(9, 1), {0, 3, {0.05}}).error().kind, ErrorKind::missing_input);
  EXPECT_EQ(pcmci(chain(90, 1), {2, 3, {0.05}}).error().kind, ErrorKind::invalid_argument);
  EXPECT_EQ(pcmci(chain(90, 1), {0, 0, {0.05}}).error().kind, ErrorKind::invalid_argument);
  EXPECT_EQ(pcmci(chain(90, 1), {0, 3, {}}).error().kind, ErrorKind::invalid_argument);
  EXPECT_EQ(pcmci(chain(90, 1), {0, 3, {1.0}}).error().kind, ErrorKind::invalid_argument);
  MatrixXd holes = chain(90, 1);
  holes(4, 1) = std::numeric_limits<double>::quiet_NaN();
  EXPECT_EQ(pcmci(holes, {}).error().kind, ErrorKind::invalid_argument);
}

MatrixXd matrix(const json& rows) {
  MatrixXd out(static_cast<Index>(rows.size()), static_cast<Index>(rows[0].size()));
  for (Index i = 0; i < out.rows(); ++i) {
    for (Index j = 0; j < out.cols(); ++j) {
      out(i, j) = oracle::number(rows[static_cast<std::size_t>(i)][static_cast<std::size_t>(j)]);
    }
  }
  return out;
}

void compare(const json& item) {
  SCOPED_TRACE(item["name"].get<std::string>());
  const json& input = item["input"];
  PcmciOptions options;
  options.tau_min = input["tau_min"];
  options.tau_max = input["tau_max"];
  options.pc_alpha = {0.05, 0.1, 0.2, 0.3, 0.4, 0.5};
  if (input["pc_alpha"].is_number()) options.pc_alpha = {input["pc_alpha"].get<double>()};
  const auto result = pcmci(matrix(input["X"]), options);
  ASSERT_TRUE(result.ok()) << result.error().message;
  const json& expected = item["expected"];
  for (std::size_t j = 0; j < result->parents.size(); ++j) {
    std::vector<LaggedVariable> parents;
    for (const json& parent : expected["pc1_parents_sorted"][std::to_string(j)]) {
      parents.push_back({parent[0].get<Index>(), -parent[1].get<Index>()});
    }
    EXPECT_EQ(result->parents[j], parents) << "target " << j;
  }
  json links = json::array();
  for (std::size_t i = 0; i < result->parents.size(); ++i) {
    for (std::size_t j = 0; j < result->parents.size(); ++j) {
      for (std::size_t lag = 0; lag < result->value.size(); ++lag) {
        const auto [row, column] = std::pair{static_cast<Index>(i), static_cast<Index>(j)};
        EXPECT_NEAR(result->value[lag](row, column), oracle::number(expected["val_matrix"][i][j][lag]), 1e-9);
        const double p = result->p_value[lag](row, column);
        EXPECT_NEAR(p, oracle::number(expected["p_matrix"][i][j][lag]), 1e-8);
        if (p <= input["alpha_level"].get<double>() && (lag > 0 || i < j))
          links.push_back({i, j, lag, lag == 0 ? "o-o" : "-->"});
      }
    }
  }
  EXPECT_EQ(links, expected["links_at_alpha_level"]);
}

TEST(PcmciOracle, AgreesWithTigramite) {
  const auto path = oracle::vectors("06_pcmci.json");
  RCA_SKIP_WITHOUT(path);
  int compared = 0;
  const json file = oracle::load(path);
  for (const json& item : file["cases"]) {
    if (!item["input"].contains("X")) continue;
    compare(item);
    ++compared;
  }
  EXPECT_EQ(compared, 12);
}

TEST(PcmciOracle, PValuesAgree) {
  const auto path = oracle::vectors("06_pcmci.json");
  RCA_SKIP_WITHOUT(path);
  int compared = 0;
  const json file = oracle::load(path);
  for (const json& item : file["cases"]) {
    if (!item["expected"].contains("tests")) continue;
    for (const json& test : item["expected"]["tests"]) {
      EXPECT_NEAR(partial_correlation_p(test["val"], test["dof"]), test["p"].get<double>(), 1e-9);
      ++compared;
    }
  }
  EXPECT_EQ(compared, 5);
}

}  // namespace
}  // namespace rca
