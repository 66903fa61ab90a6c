#include "rca_core/methods/residual_test.h"

#include <algorithm>
#include <cmath>

#include "common/parallel_for.h"
#include "rca_core/methods/evidence.h"
#include "rca_core/stats/correlation.h"
#include "rca_core/stats/regression.h"

namespace rca {
namespace {

constexpr Eigen::Index kRowsPerCause = 5;
constexpr double kSameDirection = 1e-10;  // relative singular value below which the normal rows say nothing

// The `count` parents that correlate most with `variable`, ascending.
std::vector<Eigen::Index> strongest_parents(const Eigen::MatrixXd& correlation, Eigen::Index variable,
                                            std::vector<Eigen::Index> parents, Eigen::Index count) {
  const auto keep = static_cast<std::size_t>(std::max<Eigen::Index>(0, count));
  if (parents.size() <= keep) return parents;
  std::stable_sort(parents.begin(), parents.end(), [&](Eigen::Index a, Eigen::Index b) {
    return std::fabs(correlation(a, variable)) > std::fabs(correlation(b, variable));
  });
  parents.resize(keep);
  std::sort(parents.begin(), parents.end());
  return parents;
}

// How much more a prediction errs than the fit did, for rows `x` of causes: √(1 + 1/T + their distance from the centre
// of the `normal` rows in the metric of these).
Eigen::VectorXd prediction_error(const Eigen::MatrixXd& normal, const Eigen::MatrixXd& x) {
  const Eigen::RowVectorXd centre = normal.colwise().mean();
  Eigen::RowVectorXd scale = (normal.rowwise() - centre).colwise().norm();
  scale = (scale.array() > 0).select(scale, 1.0);
  const Eigen::MatrixXd scaled_normal = (normal.rowwise() - centre).array().rowwise() / scale.array();
  const Eigen::MatrixXd scaled = (x.rowwise() - centre).array().rowwise() / scale.array();
  const Eigen::MatrixXd inverse = pseudo_inverse(scaled_normal, kSameDirection);  // causes × T
  const double rows = static_cast<double>(normal.rows());
  return ((scaled * inverse).rowwise().squaredNorm().array() + 1 + 1 / rows).sqrt();
}

Residual test_variable(const IncidentView& view, const DataMatrix& data, Eigen::Index variable,
                       const std::vector<Eigen::Index>& causes) {
  Residual out;
  out.causes = static_cast<Eigen::Index>(causes.size());
  const Eigen::MatrixXd x_normal = data.normal()(Eigen::all, causes);
  const Eigen::MatrixXd x_anomalous = data.anomalous()(Eigen::all, causes);
  const Eigen::VectorXd y_normal = data.normal().col(variable);
  const Eigen::VectorXd y_anomalous = data.anomalous().col(variable);
  const auto fit = ordinary_least_squares(x_normal, y_normal);
  if (!fit.ok()) return out;  // there is at least one normal row, so this cannot happen

  const double degrees = static_cast<double>(std::max<Eigen::Index>(1, y_normal.size() - fit->rank - 1));
  const Eigen::Index column = data.columns[static_cast<std::size_t>(variable)];
  const double centre = y_normal.mean();
  const double largest = std::max(std::fabs(centre), y_anomalous.lpNorm<Eigen::Infinity>());
  const double floor = scale_floor(view.frame.signals[static_cast<std::size_t>(column)].unit, centre, largest);
  const double noise = std::max(std::sqrt(fit->rss / degrees), floor);
  const Eigen::VectorXd residuals = y_anomalous - fit->predict(x_anomalous);
  const Eigen::VectorXd errors = noise * prediction_error(x_normal, x_anomalous);
  for (Eigen::Index row = 0; row < residuals.size(); ++row) {
    const double z = finite_score(residuals(row) / errors(row));
    if (std::fabs(z) <= std::fabs(out.z) && row > 0) continue;
    out.z = z;
    out.row = data.windows.anomalous_begin + row;
  }
  return out;
}

}  // namespace

Parents directed_parents(const CausalGraph& graph) {
  Parents parents(static_cast<std::size_t>(graph.variables()));
  for (Eigen::Index cause = 0; cause < graph.variables(); ++cause) {
    for (Eigen::Index effect = 0; effect < graph.variables(); ++effect) {
      if (graph.directed(cause, effect)) parents[static_cast<std::size_t>(effect)].push_back(cause);
    }
  }
  return parents;
}

std::vector<Residual> test_residuals(const IncidentView& view, const DataMatrix& data, const Parents& parents) {
  const Eigen::MatrixXd correlation = correlation_matrix(data.values);
  const Eigen::Index affordable = data.normal_rows() / kRowsPerCause;
  std::vector<Residual> out(static_cast<std::size_t>(data.variables()));
  parallel_for(0, data.variables(), 4, [&](Eigen::Index variable) {
    const auto at = static_cast<std::size_t>(variable);
    out[at] = test_variable(view, data, variable, strongest_parents(correlation, variable, parents[at], affordable));
  });
  return out;
}

std::string describe_residual(const IncidentView& view, const Residual& residual) {
  const std::string at = "at " + format_time_of_day(view.frame.grid.time_ms(residual.row)) + " it was " +
                         format_deviation(residual.z) + " standard deviations from ";
  if (residual.causes == 0) return at + "its normal level, for which the graph knows no cause";
  return at + "what its " +
         (residual.causes == 1 ? "cause predicts" : std::to_string(residual.causes) + " causes predict");
}

Eigen::VectorXd adjust_by_descendants(const Parents& parents, const Eigen::VectorXd& scores, double threshold) {
  std::vector<std::vector<std::size_t>> children(parents.size());
  for (std::size_t child = 0; child < parents.size(); ++child) {
    for (const Eigen::Index parent : parents[child]) children[static_cast<std::size_t>(parent)].push_back(child);
  }
  Eigen::VectorXd adjusted = scores;
  for (std::size_t start = 0; start < parents.size(); ++start) {
    const auto variable = static_cast<Eigen::Index>(start);
    if (scores(variable) < threshold) continue;
    double largest = 0;
    std::vector<bool> seen(parents.size(), false);
    seen[start] = true;  // graphs may have cycles
    std::vector<std::size_t> open = {start};
    while (!open.empty()) {
      const std::size_t at = open.back();
      open.pop_back();
      for (const std::size_t child : children[at]) {
        if (seen[child]) continue;
        seen[child] = true;
        const double score = scores(static_cast<Eigen::Index>(child));
        largest = std::max(largest, score);
        if (score < threshold) open.push_back(child);
      }
    }
    adjusted(variable) += largest;
  }
  return adjusted;
}

}  // namespace rca
