#include "rca_core/methods/data_matrix.h"

#include <gtest/gtest.h>

#include <limits>

#include "tests/unit/rca_core/frames.h"

namespace rca {
namespace {

constexpr double kMissing = std::numeric_limits<double>::quiet_NaN();

Frame with_holes() {
  testing::FrameBuilder builder(6);
  builder.add("a", "load", "", [](Eigen::Index row) { return row == 0 || row == 3 ? kMissing : double(row); });
  builder.add("a", "constant", "", [](Eigen::Index) { return 7.0; });
  builder.add("b", "absent", "", [](Eigen::Index) { return kMissing; });
  builder.add("b", "load", "", [](Eigen::Index row) { return row < 4 ? 1.0 : 2.0; });
  return builder.frame();
}

TEST(DataMatrix, FillsHolesAndDropsWhatDoesNotVary) {
  const Frame frame = with_holes();
  const auto data = make_data_matrix({frame, 4}, {});
  ASSERT_TRUE(data.ok()) << data.error().message;
  EXPECT_EQ(data->columns, (std::vector<Eigen::Index>{0, 3}));
  EXPECT_EQ(data->dropped, (std::vector<Eigen::Index>{1, 2}));
  EXPECT_EQ(data->values.col(0), (Eigen::VectorXd(6) << 1, 1, 2, 2, 4, 5).finished());
  EXPECT_EQ(data->variable(3), 1);
  EXPECT_EQ(data->variable(1), -1);
  EXPECT_EQ(data->normal().rows(), 4);
  EXPECT_EQ(data->anomalous().rows(), 2);
}

TEST(DataMatrix, SaysWhenTooLittleVaries) {
  const Frame frame = with_holes();
  const auto data = make_data_matrix({frame, 4}, {}, 3);
  ASSERT_FALSE(data.ok());
  EXPECT_EQ(data.error().kind, ErrorKind::missing_input);
  EXPECT_EQ(data.error().message, "only 2 of 4 signals vary in the window, at least 3 are needed");
}

TEST(DataMatrix, StandardizedColumnsHaveMeanZeroAndVarianceOne) {
  Eigen::MatrixXd values(4, 2);
  values << 1, 5, 2, 5, 3, 5, 4, 5;
  const Eigen::MatrixXd out = standardized(values);
  EXPECT_NEAR(out.col(0).mean(), 0, 1e-15);
  EXPECT_NEAR(out.col(0).squaredNorm() / 4, 1, 1e-15);
  EXPECT_EQ(out.col(1), Eigen::VectorXd::Zero(4));
}

TEST(RankVariables, LeavesOutWhatHasNoScoreAndExplainsTheRest) {
  const Frame frame = with_holes();
  const IncidentView view{frame, 4};
  const auto data = make_data_matrix(view, {});
  ASSERT_TRUE(data.ok());
  const Ranking both = rank_variables(view, *data, "test", (Eigen::VectorXd(2) << 0.2, 0.8).finished(),
                                      [](Eigen::Index variable) { return "variable " + std::to_string(variable); });
  ASSERT_EQ(both.signals.size(), 2U);
  EXPECT_EQ(both.entities[0].entity, "b");
  EXPECT_EQ(both.signals[0].evidence.before, 1);
  EXPECT_EQ(both.signals[0].evidence.after, 2);
  EXPECT_NE(both.signals[0].evidence.text.find("; variable 1"), std::string::npos);
  const Ranking one = rank_variables(view, *data, "test", (Eigen::VectorXd(2) << 0.2, kMissing).finished());
  ASSERT_EQ(one.signals.size(), 1U);
  EXPECT_EQ(one.entities[0].entity, "a");
}

}  // namespace
}  // namespace rca
