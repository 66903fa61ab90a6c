// Correlations and partial correlations of columns.
#pragma once

#include <Eigen/Core>
#include <cstddef>
#include <span>
#include <vector>

namespace rca {

// Pearson correlation of the columns of `values` (T rows × n columns, no missing values): n × n, symmetric, diagonal 1,
// values in [-1, 1]. A column that does not vary is uncorrelated with every other.
Eigen::MatrixXd correlation_matrix(const Eigen::MatrixXd& values);

// Partial correlation of the variables x and y given others, from their correlation matrix: what is left of their
// correlation once the linear influence of `given` is taken from both; in [-1, 1]. Equals −P(x, y) / √(P(x, x) P(y, y))
// for the inverse P of the matrix of all of them, but needs no inverse to exist: a variable that the others before it
// determine (a duplicate, a sum; 1 − R² ≤ 1e-10) is left out of `given`. NaN when `given` determines x or y: nothing is
// left then that could be correlated. x, y and `given` are different columns of `correlation`. O(|given|³).
double partial_correlation(const Eigen::MatrixXd& correlation, Eigen::Index x, Eigen::Index y,
                           std::span<const Eigen::Index> given);

// Partial correlations of x and y given sets of variables that grow and shrink at their end, for searches through many
// sets: what the sets have in common is worked out once. Gives the same numbers as partial_correlation().
class PartialCorrelations {
 public:
  // For sets of up to `largest` variables. Keeps a reference to `correlation`.
  PartialCorrelations(const Eigen::MatrixXd& correlation, Eigen::Index x, Eigen::Index y, std::size_t largest);

  void push(Eigen::Index variable);
  void pop() { steps_.pop_back(); }

  // What the set leaves of the variances of x and y, which were 1, and of their covariance.
  struct Rest {
    double xx = 1;
    double yy = 1;
    double xy = 0;

    [[nodiscard]] bool determined() const;  // the set determines x or y
    [[nodiscard]] double partial() const;   // the partial correlation; NaN when determined()
  };
  [[nodiscard]] const Rest& rest() const { return steps_.back().rest; }
  [[nodiscard]] Rest rest_with(Eigen::Index last);  // of the set and one variable more

 private:
  struct Step {
    std::size_t rank = 0;  // variables that the ones before them do not determine
    Rest rest;
  };

  const Eigen::MatrixXd& correlation_;
  Eigen::Index x_;
  Eigen::Index y_;
  std::size_t largest_;
  std::vector<Step> steps_;         // after each variable of the set, the first before all
  std::vector<Eigen::Index> kept_;  // those that count for the rank
  std::vector<double> work_;
};

}  // namespace rca
