// Compares hand-written gradients with finite differences.
#pragma once

#include <gtest/gtest.h>

#include <Eigen/Core>
#include <algorithm>
#include <cmath>
#include <functional>

namespace rca::testing {

// `loss` must not have a kink within `step` of `at`.
inline void expect_gradient(const std::function<double(const Eigen::VectorXd&)>& loss, const Eigen::VectorXd& at,
                            const Eigen::VectorXd& gradient, double tolerance = 1e-6, double step = 1e-5) {
  ASSERT_EQ(at.size(), gradient.size());
  const double scale = std::max(gradient.cwiseAbs().maxCoeff(), 1e-3);
  for (Eigen::Index i = 0; i < at.size(); ++i) {
    Eigen::VectorXd moved = at;
    moved(i) = at(i) + step;
    const double above = loss(moved);
    moved(i) = at(i) - step;
    const double numeric = (above - loss(moved)) / (2 * step);
    EXPECT_NEAR(gradient(i), numeric, tolerance * scale) << "parameter " << i;
  }
}

}  // namespace rca::testing
