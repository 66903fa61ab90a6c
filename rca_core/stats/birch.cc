#include "rca_core/stats/birch.h"

#include <cmath>
#include <cstddef>
#include <limits>
#include <utility>

namespace rca {
namespace {

// Count, mean and sum of squared distances from the mean: the clustering feature in the form that does not cancel
// (A. Lang, E. Schubert, "BETULA: Numerically Stable CF-Trees for BIRCH Clustering", SISAP 2020).
struct Feature {
  double count = 0;
  Eigen::VectorXd mean;
  double squares = 0;
  std::size_t child = 0;  // node below; unused in a leaf
};

Feature merged(const Feature& a, const Feature& b) {
  Feature out;
  out.count = a.count + b.count;
  const Eigen::VectorXd difference = b.mean - a.mean;
  out.mean = a.mean + difference * (b.count / out.count);
  out.squares = a.squares + b.squares + difference.squaredNorm() * a.count * b.count / out.count;
  out.child = a.child;
  return out;
}

struct Node {
  bool leaf = true;
  std::vector<Feature> entries;
};

std::size_t closest(const std::vector<Feature>& entries, const Eigen::VectorXd& point) {
  std::size_t best = 0;
  double smallest = std::numeric_limits<double>::infinity();
  for (std::size_t i = 0; i < entries.size(); ++i) {
    const double distance = (entries[i].mean - point).squaredNorm();
    if (distance < smallest) {
      smallest = distance;
      best = i;
    }
  }
  return best;
}

class Tree {
 public:
  explicit Tree(const BirchOptions& options)
      : threshold_(options.threshold), branching_(static_cast<std::size_t>(options.branching_factor)), nodes_(1) {}

  void insert(const Feature& point) {
    struct Step {
      std::size_t node;
      std::size_t entry;
    };
    std::vector<Step> path;
    std::size_t node = root_;
    while (!nodes_[node].leaf) {
      const std::size_t entry = closest(nodes_[node].entries, point.mean);
      path.push_back({node, entry});
      node = nodes_[node].entries[entry].child;
    }
    insert_into_leaf(nodes_[node].entries, point);
    for (auto step = path.rbegin(); step != path.rend(); ++step) {
      const bool overfull = nodes_[node].entries.size() > branching_;
      node = step->node;
      Feature& above = nodes_[node].entries[step->entry];
      if (!overfull) {
        above = merged(above, point);
        continue;
      }
      auto [first, second] = split(above.child);
      nodes_[node].entries[step->entry] = std::move(first);
      nodes_[node].entries.push_back(std::move(second));
    }
    if (nodes_[root_].entries.size() <= branching_) return;
    auto [first, second] = split(root_);
    nodes_.push_back({false, {std::move(first), std::move(second)}});
    root_ = nodes_.size() - 1;
  }

  // The means of the leaves' entries.
  [[nodiscard]] std::vector<Eigen::VectorXd> centroids() const {
    std::vector<Eigen::VectorXd> out;
    std::vector<std::size_t> open = {root_};
    while (!open.empty()) {
      const Node& node = nodes_[open.back()];
      open.pop_back();
      for (const Feature& entry : node.entries) {
        if (node.leaf) {
          out.push_back(entry.mean);
        } else {
          open.push_back(entry.child);
        }
      }
    }
    return out;
  }

 private:
  void insert_into_leaf(std::vector<Feature>& entries, const Feature& point) const {
    if (!entries.empty()) {
      Feature& nearest = entries[closest(entries, point.mean)];
      Feature both = merged(nearest, point);
      if (std::sqrt(both.squares / both.count) <= threshold_) {
        nearest = std::move(both);
        return;
      }
    }
    entries.push_back(point);
  }

  // Distributes the entries of a node on it and a new one: the two that are farthest apart, and what is nearer to each.
  std::pair<Feature, Feature> split(std::size_t node) {
    const std::vector<Feature> entries = std::move(nodes_[node].entries);
    std::size_t a = 0;
    std::size_t b = 1;
    double farthest = -1;
    for (std::size_t i = 0; i < entries.size(); ++i) {
      for (std::size_t j = i + 1; j < entries.size(); ++j) {
        const double distance = (entries[i].mean - entries[j].mean).squaredNorm();
        if (distance > farthest) {
          farthest = distance;
          a = i;
          b = j;
        }
      }
    }
    Node left{nodes_[node].leaf, {}};
    Node right{nodes_[node].leaf, {}};
    for (std::size_t i = 0; i < entries.size(); ++i) {
      const double to_a = (entries[i].mean - entries[a].mean).squaredNorm();
      const double to_b = (entries[i].mean - entries[b].mean).squaredNorm();
      (i != b && (i == a || to_a < to_b) ? left : right).entries.push_back(entries[i]);
    }
    Feature first = summary(left, node);
    Feature second = summary(right, nodes_.size());
    nodes_[node] = std::move(left);
    nodes_.push_back(std::move(right));
    return {std::move(first), std::move(second)};
  }

  static Feature summary(const Node& node, std::size_t child) {
    Feature out = node.entries.front();
    for (std::size_t i = 1; i < node.entries.size(); ++i) out = merged(out, node.entries[i]);
    out.child = child;
    return out;
  }

  double threshold_;
  std::size_t branching_;
  std::vector<Node> nodes_;
  std::size_t root_ = 0;
};

}  // namespace

Result<BirchClusters> birch(const Eigen::MatrixXd& points, const BirchOptions& options) {
  if (!(options.threshold > 0)) return Error{ErrorKind::invalid_argument, "BIRCH needs a threshold above 0"};
  if (options.branching_factor < 2) {
    return Error{ErrorKind::invalid_argument, "BIRCH needs a branching factor of at least 2"};
  }
  Tree tree(options);
  BirchClusters out;
  out.labels.assign(static_cast<std::size_t>(points.rows()), -1);
  bool any = false;
  for (Eigen::Index row = 0; row < points.rows(); ++row) {
    if (!points.row(row).allFinite()) continue;
    Feature point;
    point.count = 1;
    point.mean = points.row(row).transpose();
    tree.insert(point);
    any = true;
  }
  const std::vector<Eigen::VectorXd> centroids = any ? tree.centroids() : std::vector<Eigen::VectorXd>{};
  out.centroids.resize(static_cast<Eigen::Index>(centroids.size()), points.cols());
  for (std::size_t i = 0; i < centroids.size(); ++i) {
    out.centroids.row(static_cast<Eigen::Index>(i)) = centroids[i].transpose();
  }
  for (Eigen::Index row = 0; row < points.rows() && any; ++row) {
    if (!points.row(row).allFinite()) continue;
    Eigen::Index nearest = 0;
    (out.centroids.rowwise() - points.row(row)).rowwise().squaredNorm().minCoeff(&nearest);
    out.labels[static_cast<std::size_t>(row)] = nearest;
  }
  return out;
}

}  // namespace rca
