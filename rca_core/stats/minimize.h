// Smooth minimisation with many variables, with or without an L1 penalty.
#pragma once

#include <Eigen/Core>
#include <functional>

namespace rca {

struct MinimizeOptions {
  double l1 = 0;                     // minimises f(x) + l1 ‖x‖₁
  int memory = 10;                   // pairs of steps and gradient changes that are kept
  int max_evaluations = 1000;        // of f
  double gradient_tolerance = 1e-5;  // largest absolute (pseudo-)gradient at which it stops
  double value_tolerance = 1e-9;     // relative improvement by a step at which it stops
};

struct Minimum {
  Eigen::VectorXd x;
  double value = 0;  // with the penalty
  int evaluations = 0;
  bool converged = false;  // false: out of evaluations, or no step improves
};

// f gives its value at x and writes its gradient, which has x's size; a value that is not finite makes the step
// shorter. L-BFGS (D. C. Liu, J. Nocedal, "On the Limited Memory BFGS Method for Large Scale Optimization", 1989) with
// backtracking; with a penalty its orthant-wise form OWL-QN (G. Andrew, J. Gao, "Scalable Training of L1-regularized
// Log-linear Models", ICML 2007), which gives exact zeros. A variable that starts at 0 and whose gradient is always 0
// stays there.
Minimum minimize(const std::function<double(const Eigen::VectorXd& x, Eigen::VectorXd& gradient)>& f,
                 Eigen::VectorXd start, const MinimizeOptions& options = {});

}  // namespace rca
