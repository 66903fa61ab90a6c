// mmd: maximum mean discrepancy of two sets of embeddings, squared, unbiased.
// A. Gretton et al., "A Kernel Two-Sample Test", JMLR 2012. Kernel exp(−|a − b|² / (2 s²)), s the median distance of
// all vectors (their mean distance, when more than half of the pairs coincide).
//
// p-value: share of random relabellings, this one included, with a value at least as large. Where fewer than ten of
// them are, the tail of a gamma distribution with the mean, variance and skewness of the relabellings' values, since a
// few hundred of them cannot give a p-value that is significant among many tests (A. M. Winkler et al., "Faster
// permutation inference in brain imaging", NeuroImage 2016). The value is unbiased, so that without a difference it
// lies around 0 and may be negative. Of more than kMostVectors on one side evenly spaced ones are taken. Needs two
// vectors on each side. The effect is √max(0, mmd²).

#include <Eigen/Core>
#include <algorithm>
#include <boost/math/special_functions/gamma.hpp>
#include <cmath>
#include <memory>
#include <vector>

#include "rca_core/drift/statistic.h"
#include "rca_core/stats/random.h"
#include "rca_core/stats/robust.h"

namespace rca {
namespace {

constexpr Eigen::Index kMostVectors = 500;

void append_thinned(const Eigen::MatrixXd& rows, Eigen::MatrixXd& pooled) {
  const Eigen::Index before = pooled.rows();
  const Eigen::Index kept = std::min(rows.rows(), kMostVectors);
  pooled.conservativeResize(before + kept, rows.cols());
  for (Eigen::Index i = 0; i < kept; ++i) pooled.row(before + i) = rows.row(i * rows.rows() / kept);
}

// N × N. Empty when all vectors coincide, or when distances overflow.
Eigen::MatrixXd kernel(const Eigen::MatrixXd& pooled) {
  const Eigen::Index size = pooled.rows();
  Eigen::MatrixXd squared(size, size);
  std::vector<double> distances;
  distances.reserve(static_cast<std::size_t>(size * (size - 1) / 2));
  const Eigen::MatrixXd columns = pooled.transpose();  // vectors lie together in memory
  double sum = 0;
  for (Eigen::Index j = 0; j < size; ++j) {
    squared(j, j) = 0;
    for (Eigen::Index i = 0; i < j; ++i) {
      const double square = (columns.col(i) - columns.col(j)).squaredNorm();
      squared(i, j) = square;
      squared(j, i) = square;
      distances.push_back(std::sqrt(square));
      sum += distances.back();
    }
  }
  double scale = median_in_place(distances);
  if (scale <= 0) scale = sum / static_cast<double>(distances.size());
  if (!(scale > 0) || !std::isfinite(sum)) return {};
  return (squared.array() * (-1 / (2 * scale * scale))).exp().matrix();
}

// P(X ≥ x) of the gamma distribution (Pearson's type III) with the moments of these values.
double gamma_survival(const Eigen::ArrayXd& values, double x) {
  constexpr double kLeastSkewness = 1e-3;  // nearly normal: kept finite
  const double mean = values.mean();
  const Eigen::ArrayXd deviations = values - mean;
  const double deviation = std::sqrt(deviations.square().mean());
  if (!(deviation > 0)) return x > mean ? 0 : 1;
  const double skewness = std::max(kLeastSkewness, (deviations / deviation).cube().mean());
  const double shape = 4 / (skewness * skewness);
  const double position = shape + 2 / skewness * (x - mean) / deviation;
  return position > 0 ? boost::math::gamma_q(shape, position) : 1;
}

// The first value is the observed one, the others are of relabellings.
double permutation_p_value(const Eigen::VectorXd& values) {
  constexpr Eigen::Index kEnough = 10;
  constexpr Eigen::Index kLeastForMoments = 50;
  constexpr double kRounding = 1e-12;
  const auto as_large = (values.array() >= values(0) - kRounding).count();
  const double share = static_cast<double>(as_large) / static_cast<double>(values.size());
  if (as_large > kEnough || values.size() <= kLeastForMoments) return share;
  return std::min(share, gamma_survival(values.tail(values.size() - 1).array(), values(0)));
}

class MaximumMeanDiscrepancy final : public DriftStatistic {
 public:
  [[nodiscard]] std::string_view name() const override { return "mmd"; }
  [[nodiscard]] std::string_view series() const override { return "mmd"; }
  [[nodiscard]] std::string_view description() const override {
    return "maximum mean discrepancy, squared, with a Gaussian kernel; around 0 without a difference, at most 2";
  }
  [[nodiscard]] std::string_view reference() const override {
    return "A. Gretton et al., A Kernel Two-Sample Test, JMLR 2012";
  }
  [[nodiscard]] bool has_p_value() const override { return true; }
  [[nodiscard]] double default_threshold() const override { return 0.15; }
  [[nodiscard]] std::string_view effect_name() const override { return "maximum mean discrepancy"; }
  [[nodiscard]] bool takes(DistributionKind kind) const override { return kind == DistributionKind::embeddings; }

  [[nodiscard]] std::optional<StatisticValue> on_embeddings(const EmbeddingPair& pair,
                                                            const StatisticOptions& options) const override {
    if (pair.reference->rows() < 2 || pair.current->rows() < 2) return std::nullopt;
    Eigen::MatrixXd pooled;
    append_thinned(*pair.reference, pooled);
    const Eigen::Index n = pooled.rows();
    append_thinned(*pair.current, pooled);
    const Eigen::MatrixXd similar = kernel(pooled);
    StatisticValue out;
    out.p_value = 1;
    if (similar.size() == 0) return pooled.allFinite() && constant(pooled) ? std::optional(out) : std::nullopt;
    const Eigen::VectorXd values = discrepancies(similar, n, options);
    out.value = values(0);
    out.effect = std::sqrt(std::max(0.0, out.value));
    out.p_value = permutation_p_value(values);
    return out;
  }

 private:
  static bool constant(const Eigen::MatrixXd& rows) {
    return (rows.rowwise() - rows.row(0)).cwiseAbs().maxCoeff() == 0;
  }

  // Of the labels as they are, then of random ones.
  static Eigen::VectorXd discrepancies(const Eigen::MatrixXd& similar, Eigen::Index n,
                                       const StatisticOptions& options) {
    const Eigen::Index size = similar.rows();
    Eigen::MatrixXd labels(size, 1 + std::max(0, options.permutations));  // 1: reference
    labels.col(0).setZero();
    labels.col(0).head(n).setOnes();
    Random random(options.seed);
    std::vector<double> shuffled(labels.data(), labels.data() + size);
    for (Eigen::Index column = 1; column < labels.cols(); ++column) {
      random.shuffle(shuffled);
      labels.col(column) = Eigen::Map<const Eigen::VectorXd>(shuffled.data(), size);
    }
    const auto x = static_cast<double>(n);
    const auto y = static_cast<double>(size - n);
    // Sums of the kernel within the reference, and of each row of it; the diagonal is 1.
    const Eigen::MatrixXd products = similar * labels;
    const Eigen::VectorXd within = (labels.array() * products.array()).colwise().sum();
    const Eigen::VectorXd rows = products.colwise().sum();
    const double all = similar.sum();
    const Eigen::ArrayXd across = rows.array() - within.array();
    const Eigen::ArrayXd of_current = all - 2 * rows.array() + within.array();
    return ((within.array() - x) / (x * (x - 1)) + (of_current - y) / (y * (y - 1)) - 2 * across / (x * y)).matrix();
  }
};

const DriftStatisticRegistration registration(std::make_unique<MaximumMeanDiscrepancy>());

}  // namespace
}  // namespace rca
