#include "rca_core/graph/pagerank.h"

#include <string>

namespace rca {
namespace {

Error invalid(std::string message) {
  return {ErrorKind::invalid_argument, std::move(message)};
}

Result<void> check(const Eigen::MatrixXd& weights, const Eigen::VectorXd& personalization,
                   const PageRankOptions& options) {
  const Eigen::Index n = weights.rows();
  if (weights.cols() != n) {
    return invalid("PageRank needs a square matrix of weights, got " + std::to_string(n) + "×" +
                   std::to_string(weights.cols()));
  }
  for (const Eigen::VectorXd* vector : {&personalization, &options.dangling}) {
    if (vector->size() != 0 && vector->size() != n) {
      return invalid("PageRank got " + std::to_string(vector->size()) + " restart weights for " + std::to_string(n) +
                     " nodes");
    }
    if (!vector->allFinite() || (vector->array() < 0).any()) {
      return invalid("PageRank needs finite restart weights that are not negative");
    }
  }
  if (!weights.allFinite() || (weights.array() < 0).any()) {
    return invalid("PageRank needs finite weights that are not negative");
  }
  if (!(options.damping >= 0 && options.damping < 1)) return invalid("PageRank needs a damping in [0, 1)");
  return {};
}

// `weights` as a distribution, or `otherwise` where there are none.
Eigen::VectorXd distribution(const Eigen::VectorXd& weights, const Eigen::VectorXd& otherwise) {
  if (weights.size() == 0 || weights.sum() <= 0) return otherwise;
  return weights / weights.sum();
}

}  // namespace

Result<Eigen::VectorXd> pagerank(const Eigen::MatrixXd& weights, const Eigen::VectorXd& personalization,
                                 const PageRankOptions& options) {
  RCA_TRY(check(weights, personalization, options));
  const Eigen::Index n = weights.rows();
  if (n == 0) return Eigen::VectorXd();
  const double uniform = 1.0 / static_cast<double>(n);
  const Eigen::VectorXd restart = distribution(personalization, Eigen::VectorXd::Constant(n, uniform));
  const Eigen::VectorXd dangling = distribution(options.dangling, restart);

  const Eigen::VectorXd out = weights.rowwise().sum();
  const Eigen::VectorXd inverse = (out.array() > 0).select(out.cwiseInverse(), 0.0);
  Eigen::VectorXd rank = Eigen::VectorXd::Constant(n, uniform);
  for (int iteration = 0; iteration < options.max_iterations; ++iteration) {
    const double stranded = (out.array() > 0).select(0.0, rank).sum();
    Eigen::VectorXd next = options.damping * (weights.transpose() * rank.cwiseProduct(inverse)) +
                           options.damping * stranded * dangling + (1 - options.damping) * restart;
    next /= next.sum();
    const double change = (next - rank).lpNorm<1>();
    rank = std::move(next);
    if (change < options.tolerance) break;
  }
  return rank;
}

}  // namespace rca
