// The linear assignment problem: H. W. Kuhn, "The Hungarian Method for the Assignment Problem", 1955, in the shortest
// augmenting path form of R. Jonker, A. Volgenant, 1987. O(n³).
#pragma once

#include <Eigen/Core>
#include <vector>

namespace rca {

// cost: n × n, finite. Gives the column of each row, each column once, so that the sum of the costs is smallest.
std::vector<Eigen::Index> linear_assignment(const Eigen::MatrixXd& cost);

}  // namespace rca
