// BIRCH: incremental clustering in one pass over the points. T. Zhang, R. Ramakrishnan, M. Livny, "BIRCH: An Efficient
// Data Clustering Method for Very Large Databases", SIGMOD 1996, phases 1 and 4 (no global clustering in between).
#pragma once

#include <Eigen/Core>
#include <vector>

#include "common/result.h"

namespace rca {

struct BirchOptions {
  double threshold = 0.5;              // > 0: largest radius of a cluster, in the unit of the points
  Eigen::Index branching_factor = 50;  // ≥ 2: entries of a node of the clustering-feature tree
};

struct BirchClusters {
  Eigen::MatrixXd centroids;         // k × d
  std::vector<Eigen::Index> labels;  // T: the nearest centroid of each point; -1 for a point that is not finite
};

// points: T × d, inserted in the order of the rows. The radius of a cluster is the root mean square distance of its
// points from their centroid. Errors: invalid_argument (options).
Result<BirchClusters> birch(const Eigen::MatrixXd& points, const BirchOptions& options = {});

}  // namespace rca
