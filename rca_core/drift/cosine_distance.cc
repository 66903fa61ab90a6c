// cosine_distance: the angle between the centroids of two sets of embeddings.
// G. Salton, A. Wong, C. S. Yang, "A Vector Space Model for Automatic Indexing", Communications of the ACM 1975.
// 1 − cos: 0 one direction, 1 perpendicular, 2 opposite. A centroid of length 0 has no direction: 0 to another such,
// else 1.

#include <algorithm>
#include <cmath>
#include <memory>

#include "rca_core/drift/statistic.h"

namespace rca {
namespace {

class CosineDistance final : public DriftStatistic {
 public:
  [[nodiscard]] std::string_view name() const override { return "cosine_distance"; }
  [[nodiscard]] std::string_view series() const override { return "cosine_distance"; }
  [[nodiscard]] std::string_view description() const override {
    return "cosine distance of the centroids, 0 (one direction) to 2 (opposite)";
  }
  [[nodiscard]] std::string_view reference() const override {
    return "G. Salton, A. Wong, C. S. Yang, A Vector Space Model for Automatic Indexing, Communications of the ACM "
           "1975";
  }
  [[nodiscard]] bool has_p_value() const override { return false; }
  [[nodiscard]] double default_threshold() const override { return 0.05; }
  [[nodiscard]] std::string_view effect_name() const override { return "value"; }
  [[nodiscard]] bool takes(DistributionKind kind) const override { return kind == DistributionKind::embeddings; }

  [[nodiscard]] std::optional<StatisticValue> on_embeddings(const EmbeddingPair& pair,
                                                            const StatisticOptions&) const override {
    const Eigen::VectorXd x = pair.reference->colwise().mean();
    const Eigen::VectorXd y = pair.current->colwise().mean();
    const double x_length = x.stableNorm();
    const double y_length = y.stableNorm();
    StatisticValue out;
    if (x_length > 0 && y_length > 0 && std::isfinite(x_length) && std::isfinite(y_length)) {
      // 1 − cos = ½ |x̂ − ŷ|², without the cancellation.
      out.value = std::min(2.0, (x / x_length - y / y_length).squaredNorm() / 2);
    } else {
      if (!std::isfinite(x_length) || !std::isfinite(y_length)) return std::nullopt;
      out.value = x_length == y_length ? 0 : 1;
    }
    out.effect = out.value;
    return out;
  }
};

const DriftStatisticRegistration registration(std::make_unique<CosineDistance>());

}  // namespace
}  // namespace rca
