// The Bayesian information criterion of linear Gaussian models (G. Schwarz, "Estimating the Dimension of a Model",
// 1978), by local terms: the score of a DAG is the sum over its variables of local(variable, its parents).
#pragma once

#include <Eigen/Core>
#include <vector>

namespace rca {

class GaussianBic {
 public:
  // values: T × n without holes. Duplicates, constant columns and more columns than rows have a defined score: a
  // parent that the other parents explain adds nothing but its penalty, and no parent improves on a variable of which
  // less than 1e-9 of the variance is left.
  explicit GaussianBic(const Eigen::MatrixXd& values);

  [[nodiscard]] Eigen::Index variables() const { return correlation_.rows(); }

  // −T (1 + ln σ²) / 2 − (parents + 1) ln T / 2, σ² being the variance (T in the denominator) of what the parents leave
  // unexplained. Higher is better.
  [[nodiscard]] double local(Eigen::Index variable, const std::vector<Eigen::Index>& parents) const;

  // local(effect, parents and cause) − local(effect, parents). Symmetric in cause and effect:
  // −T ln(1 − r²) / 2 − ln T / 2 with their partial correlation r given the parents.
  [[nodiscard]] double gain(Eigen::Index cause, Eigen::Index effect, const std::vector<Eigen::Index>& parents) const;

 private:
  double rows_;
  Eigen::VectorXd variance_;
  Eigen::MatrixXd correlation_;
};

}  // namespace rca
