// frechet_distance: between the normal distributions with the means and covariances of two sets of embeddings,
// |μ − ν|² + tr(A + B − 2 (A B)^½).
// D. C. Dowson, B. V. Landau, "The Fréchet Distance between Multivariate Normal Distributions", Journal of Multivariate
// Analysis 1982; used for embeddings by M. Heusel et al., NeurIPS 2017.
//
// Needs two vectors on each side. The effect is the distance over the mean of the total variances, less what sampling
// adds to the distance of the means (A / n + B / m); with few vectors for their dimensions the covariances, too, differ
// by chance, so that it should have several times as many vectors as dimensions.

#include <Eigen/Eigenvalues>
#include <algorithm>
#include <cmath>
#include <memory>

#include "rca_core/drift/statistic.h"

namespace rca {
namespace {

struct Normal {
  Eigen::VectorXd mean;
  Eigen::MatrixXd covariance;  // ddof 1
};

Normal fit(const Eigen::MatrixXd& rows) {
  Normal out;
  out.mean = rows.colwise().mean();
  const Eigen::MatrixXd centred = rows.rowwise() - out.mean.transpose();
  out.covariance = centred.transpose() * centred / static_cast<double>(rows.rows() - 1);
  return out;
}

// tr (A B)^½ = Σ √ of the eigenvalues of A^½ B A^½.
double trace_of_root(const Eigen::MatrixXd& a, const Eigen::MatrixXd& b) {
  const Eigen::SelfAdjointEigenSolver<Eigen::MatrixXd> of_a(a);
  const Eigen::VectorXd roots = of_a.eigenvalues().cwiseMax(0).cwiseSqrt();
  const Eigen::MatrixXd root = of_a.eigenvectors() * roots.asDiagonal() * of_a.eigenvectors().transpose();
  const Eigen::SelfAdjointEigenSolver<Eigen::MatrixXd> product(root * b * root, Eigen::EigenvaluesOnly);
  return product.eigenvalues().cwiseMax(0).cwiseSqrt().sum();
}

class FrechetDistance final : public DriftStatistic {
 public:
  [[nodiscard]] std::string_view name() const override { return "frechet_distance"; }
  [[nodiscard]] std::string_view series() const override { return "frechet_distance"; }
  [[nodiscard]] std::string_view description() const override {
    return "Fréchet distance of the normal distributions with these means and covariances, in the square of the unit";
  }
  [[nodiscard]] std::string_view reference() const override {
    return "D. C. Dowson, B. V. Landau, The Fréchet Distance between Multivariate Normal Distributions, Journal of "
           "Multivariate Analysis 1982";
  }
  [[nodiscard]] bool has_p_value() const override { return false; }
  [[nodiscard]] double default_threshold() const override { return 0.2; }
  [[nodiscard]] std::string_view effect_name() const override { return "distance over total variance"; }
  [[nodiscard]] bool takes(DistributionKind kind) const override { return kind == DistributionKind::embeddings; }

  [[nodiscard]] std::optional<StatisticValue> on_embeddings(const EmbeddingPair& pair,
                                                            const StatisticOptions&) const override {
    if (pair.reference->rows() < 2 || pair.current->rows() < 2) return std::nullopt;
    const Normal x = fit(*pair.reference);
    const Normal y = fit(*pair.current);
    const double x_variance = x.covariance.trace();
    const double y_variance = y.covariance.trace();
    const double between = (x.mean - y.mean).squaredNorm();
    if (!std::isfinite(x_variance) || !std::isfinite(y_variance) || !std::isfinite(between)) return std::nullopt;
    StatisticValue out;
    out.value = std::max(0.0, between + x_variance + y_variance - 2 * trace_of_root(x.covariance, y.covariance));
    if (!std::isfinite(out.value)) return std::nullopt;
    const double by_chance = x_variance / static_cast<double>(pair.reference->rows()) +
                             y_variance / static_cast<double>(pair.current->rows());
    const double scale = (x_variance + y_variance) / 2;
    if (scale > 0) {
      out.effect = std::max(0.0, out.value - by_chance) / scale;
    } else {
      out.effect = between > 0 ? 1 : 0;  // each of them one point
    }
    if (!std::isfinite(out.effect)) out.effect = 1;
    return out;
  }
};

const DriftStatisticRegistration registration(std::make_unique<FrechetDistance>());

}  // namespace
}  // namespace rca
