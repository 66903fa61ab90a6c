#include "rca_core/methods/extremes.h"

#include <algorithm>
#include <cmath>

#include "rca_core/methods/scoring.h"
#include "rca_core/stats/spot.h"

namespace rca {
namespace {

void exceed(const Eigen::VectorXd& normal, const Eigen::VectorXd& anomalous, Extreme& out) {
  Spot spot({normal.data(), static_cast<std::size_t>(normal.size())}, {});
  for (Eigen::Index row = 0; row < anomalous.size(); ++row) {
    if (!spot.observe(anomalous(row))) continue;
    const double threshold = std::max(spot.alarm_threshold(), 1.0);  // a standard deviation is nothing extreme
    const double beyond = (anomalous(row) - threshold) / threshold;
    if (beyond <= 0) continue;
    out.beyond = std::max(out.beyond, beyond);
    if (out.row < 0 || row < out.row) out.row = row;
  }
}

}  // namespace

Extreme find_extreme(const IncidentView& view, const DataMatrix& data, Eigen::Index variable) {
  const auto normal = data.normal().col(variable);
  const double mean = normal.mean();
  const double deviation = std::sqrt((normal.array() - mean).square().mean());
  const Eigen::Index column = data.columns[static_cast<std::size_t>(variable)];
  const double largest = data.values.col(variable).cwiseAbs().maxCoeff();
  const double scale =
      std::max(deviation, scale_floor(view.frame.signals[static_cast<std::size_t>(column)].unit, mean, largest));
  const Eigen::VectorXd before = (normal.array() - mean) / scale;
  const Eigen::VectorXd after = (data.anomalous().col(variable).array() - mean) / scale;
  Extreme out;
  exceed(before, after, out);
  exceed(-before, -after, out);
  if (out.row >= 0) out.row += data.windows.anomalous_begin;
  return out;
}

}  // namespace rca
