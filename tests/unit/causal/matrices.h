// Matrices for the tests of causal discovery: from golden vectors, and compared.
#pragma once

#include <gtest/gtest.h>

#include <Eigen/Core>
#include <cmath>
#include <nlohmann/json.hpp>

#include "rca_core/stats/random.h"
#include "tests/unit/rca_core/oracle.h"

namespace rca::testing {

inline Eigen::VectorXd vector(const nlohmann::json& values) {
  Eigen::VectorXd out(static_cast<Eigen::Index>(values.size()));
  for (std::size_t i = 0; i < values.size(); ++i) out(static_cast<Eigen::Index>(i)) = oracle::number(values[i]);
  return out;
}

inline Eigen::MatrixXd matrix(const nlohmann::json& rows) {
  Eigen::MatrixXd out(static_cast<Eigen::Index>(rows.size()), static_cast<Eigen::Index>(rows.at(0).size()));
  for (std::size_t i = 0; i < rows.size(); ++i) out.row(static_cast<Eigen::Index>(i)) = vector(rows[i]).transpose();
  return out;
}

// Element by element, within `tolerance` × max(1, |expected|).
inline void expect_near(const Eigen::MatrixXd& actual, const Eigen::MatrixXd& expected, double tolerance) {
  ASSERT_EQ(actual.rows(), expected.rows());
  ASSERT_EQ(actual.cols(), expected.cols());
  for (Eigen::Index i = 0; i < actual.rows(); ++i) {
    for (Eigen::Index j = 0; j < actual.cols(); ++j) {
      EXPECT_NEAR(actual(i, j), expected(i, j), tolerance * std::max(1.0, std::fabs(expected(i, j))))
          << "at " << i << ", " << j;
    }
  }
}

// T × n independent noise, `shape` applied to each normal value.
template <typename Shape>
Eigen::MatrixXd noise(Eigen::Index rows, Eigen::Index columns, std::uint64_t seed, Shape shape) {
  Random random(seed);
  Eigen::MatrixXd out(rows, columns);
  for (Eigen::Index i = 0; i < out.size(); ++i) out.data()[i] = shape(random.normal());
  return out;
}

}  // namespace rca::testing
