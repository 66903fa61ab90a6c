#include "rca_core/causal/ica_lingam.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>

#include "rca_core/causal/assignment.h"
#include "tests/unit/causal/matrices.h"
#include "tests/unit/rca_core/oracle.h"

namespace rca {
namespace {

using nlohmann::json;

double heavy(double z) {
  return z * z * z;
}

TEST(LinearAssignment, IsTheCheapestOfAll) {
  for (std::uint64_t seed = 1; seed <= 20; ++seed) {
    const Eigen::MatrixXd cost = testing::noise(6, 6, seed, [](double z) { return z; });
    std::vector<Eigen::Index> columns(6);
    std::iota(columns.begin(), columns.end(), 0);
    const auto sum = [&](const std::vector<Eigen::Index>& of) {
      double total = 0;
      for (std::size_t row = 0; row < of.size(); ++row) total += cost(static_cast<Eigen::Index>(row), of[row]);
      return total;
    };
    double best = std::numeric_limits<double>::infinity();
    do {
      best = std::min(best, sum(columns));
    } while (std::next_permutation(columns.begin(), columns.end()));
    std::vector<Eigen::Index> found = linear_assignment(cost);
    EXPECT_NEAR(sum(found), best, 1e-12);
    std::sort(found.begin(), found.end());
    EXPECT_TRUE(std::adjacent_find(found.begin(), found.end()) == found.end());
  }
}

TEST(FastIca, UnmixesWhatWasMixed) {
  const Eigen::MatrixXd sources = testing::noise(2000, 3, 8, heavy);
  Eigen::Matrix3d mixing;
  mixing << 1, 0.5, 0.2, -0.3, 1, 0.4, 0.6, 0.1, 1;
  const Eigen::MatrixXd unmixing = fast_ica(sources * mixing.transpose(), 1);
  // Each component is one source: one large entry per row and column.
  const Eigen::MatrixXd product = (unmixing * mixing).cwiseAbs();
  for (Eigen::Index row = 0; row < 3; ++row) {
    EXPECT_LT(product.row(row).sum() / product.row(row).maxCoeff(), 1.2);
    EXPECT_LT(product.col(row).sum() / product.col(row).maxCoeff(), 1.2);
  }
}

TEST(IcaLingam, FindsOrderAndEffects) {
  Eigen::MatrixXd x = testing::noise(1000, 3, 5, heavy);
  x.col(0) += 2 * x.col(2);
  x.col(1) -= 1.5 * x.col(0);
  x.col(0) *= 1e6;  // in other units
  const auto model = ica_lingam(x, 1);
  ASSERT_TRUE(model.ok());
  EXPECT_EQ(model->order, (std::vector<Eigen::Index>{2, 0, 1}));
  EXPECT_NEAR(model->b(0, 2), 2e6, 1e5);
  EXPECT_NEAR(model->b(1, 0), -1.5e-6, 1e-7);
  const auto again = ica_lingam(x, 1);
  ASSERT_TRUE(again.ok());
  EXPECT_EQ(again->b, model->b);
}

TEST(IcaLingam, IsDefinedForDegenerateData) {
  Eigen::MatrixXd x = testing::noise(12, 20, 5, heavy);
  x.col(3).setConstant(2);
  x.col(4) = x.col(0);
  const auto model = ica_lingam(x, 1);
  ASSERT_TRUE(model.ok());
  EXPECT_EQ(model->order.size(), 6U);
  EXPECT_TRUE(model->b.allFinite());
  EXPECT_EQ(ica_lingam(x.topRows(3), 1).error().kind, ErrorKind::missing_input);
  const IcaLingamOrder zero = ica_lingam_order(Eigen::MatrixXd::Zero(3, 3));
  EXPECT_EQ(zero.order.size(), 3U);
}

TEST(IcaLingamOracle, AgreesWithTheGoldenVectors) {
  const auto path = oracle::vectors("04b_icalingam_order.json");
  RCA_SKIP_WITHOUT(path);
  const json file = oracle::load(path);
  int cases = 0;
  for (const json& item : file["cases"]) {
    SCOPED_TRACE(item["name"].get<std::string>());
    const json& expected = item["expected"];
    const IcaLingamOrder order = ica_lingam_order(testing::matrix(item["input"]["W"]));
    EXPECT_EQ(order.assignment, expected["assignment_row_to_col"].get<std::vector<Eigen::Index>>());
    testing::expect_near(order.unmixing, testing::matrix(expected["W_permuted_scaled"]), 1e-10);
    EXPECT_EQ(order.order, expected["causal_order"].get<std::vector<Eigen::Index>>());
    ++cases;
  }
  EXPECT_EQ(cases, 9);
}

}  // namespace
}  // namespace rca
