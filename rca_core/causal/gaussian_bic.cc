#include "rca_core/causal/gaussian_bic.h"

#include <algorithm>
#include <cmath>

#include "rca_core/stats/correlation.h"

namespace rca {
namespace {

constexpr double kUnexplained = 1e-9;  // share of a variance below which it counts as explained

// Conditions variables on others, one row of a Cholesky factor at a time.
class Conditioned {
 public:
  Conditioned(const Eigen::MatrixXd& correlation, const std::vector<Eigen::Index>& given) : correlation_(correlation) {
    rows_.reserve(given.size() * (given.size() + 1) / 2);
    for (const Eigen::Index variable : given) {
      const std::size_t begin = rows_.size();
      const double left = project(variable, rows_);
      if (left > kUnexplained) {
        rows_.push_back(std::sqrt(left));
        used_.push_back(variable);
      } else {
        rows_.resize(begin);  // explained by those before it
      }
    }
  }

  // Appends the coordinates of `variable` along the conditions to `out`; gives the variance that is left of it.
  double project(Eigen::Index variable, std::vector<double>& out) const {
    const std::size_t begin = out.size();
    double left = 1;
    std::size_t row = 0;
    for (std::size_t i = 0; i < used_.size(); ++i) {
      double sum = correlation_(used_[i], variable);
      for (std::size_t k = 0; k < i; ++k) sum -= rows_[row + k] * out[begin + k];
      const double coordinate = sum / rows_[row + i];
      row += i + 1;
      out.push_back(coordinate);
      left -= coordinate * coordinate;
    }
    return left;
  }

 private:
  const Eigen::MatrixXd& correlation_;
  std::vector<Eigen::Index> used_;
  std::vector<double> rows_;  // lower triangle, row by row
};

}  // namespace

GaussianBic::GaussianBic(const Eigen::MatrixXd& values)
    : rows_(static_cast<double>(values.rows())),
      variance_((values.rowwise() - values.colwise().mean()).colwise().squaredNorm() / rows_),
      correlation_(correlation_matrix(values)) {}

double GaussianBic::local(Eigen::Index variable, const std::vector<Eigen::Index>& parents) const {
  std::vector<double> coordinates;
  const double left = Conditioned(correlation_, parents).project(variable, coordinates);
  const double variance = std::max(variance_(variable), 1e-300) * std::max(left, kUnexplained);
  return -0.5 * rows_ * (1 + std::log(variance)) - 0.5 * (static_cast<double>(parents.size()) + 1) * std::log(rows_);
}

double GaussianBic::gain(Eigen::Index cause, Eigen::Index effect, const std::vector<Eigen::Index>& parents) const {
  const double penalty = 0.5 * std::log(rows_);
  const Conditioned conditioned(correlation_, parents);
  std::vector<double> of_cause;
  std::vector<double> of_effect;
  const double left_of_cause = conditioned.project(cause, of_cause);
  const double left_of_effect = conditioned.project(effect, of_effect);
  if (left_of_cause <= kUnexplained || left_of_effect <= kUnexplained) return -penalty;
  double shared = correlation_(cause, effect);
  for (std::size_t k = 0; k < of_cause.size(); ++k) shared -= of_cause[k] * of_effect[k];
  const double squared = shared * shared / (left_of_cause * left_of_effect);
  return -0.5 * rows_ * std::log(std::max(1 - squared, kUnexplained)) - penalty;
}

}  // namespace rca
