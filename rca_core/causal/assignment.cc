#include "rca_core/causal/assignment.h"

#include <limits>

namespace rca {
namespace {

// Rows are assigned one after another; each time the cheapest way to reach a free column by re-assigning rows is found
// with Dijkstra's algorithm on costs that the potentials keep from being negative.
class Assignment {
 public:
  explicit Assignment(const Eigen::MatrixXd& cost)
      : cost_(cost),
        n_(cost.rows()),
        row_potential_(Eigen::VectorXd::Zero(n_)),
        column_potential_(Eigen::VectorXd::Zero(n_)),
        row_of_(static_cast<std::size_t>(n_), -1),
        column_of_(static_cast<std::size_t>(n_), -1) {}

  std::vector<Eigen::Index> run() {
    for (Eigen::Index row = 0; row < n_; ++row) assign(row);
    return column_of_;
  }

 private:
  void assign(Eigen::Index start) {
    Eigen::VectorXd distance = Eigen::VectorXd::Constant(n_, std::numeric_limits<double>::infinity());
    std::vector<Eigen::Index> from(static_cast<std::size_t>(n_), -1);  // the row that a column is reached from
    std::vector<bool> done(static_cast<std::size_t>(n_), false);
    Eigen::Index row = start;
    Eigen::Index column = -1;
    double reached = 0;
    do {
      for (Eigen::Index j = 0; j < n_; ++j) {
        const double next = reached + cost_(row, j) - row_potential_(row) - column_potential_(j);
        if (done[static_cast<std::size_t>(j)] || next >= distance(j)) continue;
        distance(j) = next;
        from[static_cast<std::size_t>(j)] = row;
      }
      column = nearest(distance, done);
      done[static_cast<std::size_t>(column)] = true;
      reached = distance(column);
      row = row_of_[static_cast<std::size_t>(column)];
    } while (row >= 0);
    raise_potentials(start, reached, distance, done);
    while (column >= 0) {  // back along the path, every row takes the column that it was reached with
      const Eigen::Index owner = from[static_cast<std::size_t>(column)];
      row_of_[static_cast<std::size_t>(column)] = owner;
      std::swap(column, column_of_[static_cast<std::size_t>(owner)]);
      if (owner == start) break;
    }
  }

  [[nodiscard]] Eigen::Index nearest(const Eigen::VectorXd& distance, const std::vector<bool>& done) const {
    Eigen::Index best = -1;
    for (Eigen::Index j = 0; j < n_; ++j) {
      if (!done[static_cast<std::size_t>(j)] && (best < 0 || distance(j) < distance(best))) best = j;
    }
    return best;
  }

  void raise_potentials(Eigen::Index start, double reached, const Eigen::VectorXd& distance,
                        const std::vector<bool>& done) {
    row_potential_(start) += reached;
    for (Eigen::Index j = 0; j < n_; ++j) {
      if (!done[static_cast<std::size_t>(j)]) continue;
      const double rise = reached - distance(j);
      column_potential_(j) -= rise;
      const Eigen::Index owner = row_of_[static_cast<std::size_t>(j)];
      if (owner >= 0) row_potential_(owner) += rise;
    }
  }

  const Eigen::MatrixXd& cost_;
  Eigen::Index n_;
  Eigen::VectorXd row_potential_;
  Eigen::VectorXd column_potential_;
  std::vector<Eigen::Index> row_of_;     // -1: free
  std::vector<Eigen::Index> column_of_;  // -1: not assigned yet
};

}  // namespace

std::vector<Eigen::Index> linear_assignment(const Eigen::MatrixXd& cost) {
  return Assignment(cost).run();
}

}  // namespace rca
