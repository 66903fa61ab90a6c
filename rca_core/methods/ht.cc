// ht: hypothesis testing. A signal is suspected as much as it left what its causes predict.
// C. Liu et al., "PyRCA: A Library for Metric-based Root Cause Analysis", 2023, method HT; after M. Li et al., "Causal
// Inference-Based Root Cause Analysis for Online Service Systems with Intervention Recognition", KDD 2022.
//
// PC graph of both windows (Fisher's z, α = 0.01); for every signal least squares on its causes over the normal rows;
// score = the largest |z| of the anomalous rows (residual_test.h).
//
// Where the reference differs:
//  - it shortens both windows to the shorter one, ours uses all rows;
//  - an undirected edge makes each end a cause of the other, so that effects explain the change of their cause away;
//    ours regresses on directed causes only;
//  - the residual's deviation does not grow where the causes leave the range of the normal rows;
//  - only three candidates are returned, and signals that are constant in one window are lost.

#include <cmath>
#include <memory>

#include "rca_core/methods/constraint_graphs.h"
#include "rca_core/methods/registry.h"
#include "rca_core/methods/residual_test.h"

namespace rca {
namespace {

constexpr double kAlpha = 0.01;

class HypothesisTesting final : public Method {
 public:
  [[nodiscard]] std::string_view name() const override { return "ht"; }
  [[nodiscard]] std::string_view description() const override {
    return "largest distance from what a signal's causes in the PC graph predict, in standard deviations";
  }
  [[nodiscard]] std::string_view reference() const override {
    return "Liu et al., PyRCA: A Library for Metric-based Root Cause Analysis, 2023; Li et al., KDD 2022";
  }
  [[nodiscard]] Need needs() const override { return Need::metrics; }

  [[nodiscard]] Result<Ranking> rank(const IncidentView& view, const MethodOptions& options) const override {
    RCA_ASSIGN(const DataMatrix data, make_data_matrix(view, options));
    RCA_ASSIGN(const CausalGraph graph, learn_pc(data.values, kAlpha));
    const std::vector<Residual> residuals = test_residuals(view, data, directed_parents(graph));
    Eigen::VectorXd scores(data.variables());
    for (std::size_t i = 0; i < residuals.size(); ++i) {
      scores(static_cast<Eigen::Index>(i)) = std::fabs(residuals[i].z);
    }
    return rank_variables(view, data, name(), scores, [&](Eigen::Index variable) {
      return describe_residual(view, residuals[static_cast<std::size_t>(variable)]);
    });
  }
};

const MethodRegistration registration(std::make_unique<HypothesisTesting>());

}  // namespace
}  // namespace rca
