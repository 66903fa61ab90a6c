#include "rca_core/drift/pair.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <string>

namespace rca {
namespace {

constexpr double kInfinity = std::numeric_limits<double>::infinity();

// Walks along the cumulative counts of one histogram; positions ascend.
class Cumulative {
 public:
  explicit Cumulative(const BinnedDistribution& distribution)
      : bounds_(distribution.upper_bounds), counts_(distribution.counts), total_(distribution.total()) {}

  [[nodiscard]] double total() const { return total_; }

  void move_to(double x) {
    x_ = x;
    while (cell_ + 1 < bounds_.size() && bounds_[cell_] < x) below_ += counts_[cell_++];
  }

  // Observations below x, a point at x not among them. Those beyond the last finite bound count from there on.
  [[nodiscard]] double left() const {
    if (cell_ + 1 == bounds_.size()) return total_;
    if (cell_ == 0 && bounds_[0] <= 0) return 0;
    return below_ + inside();
  }
  // The same with a point at x.
  [[nodiscard]] double right() const {
    const bool last = cell_ + 2 == bounds_.size() && bounds_[cell_] <= x_;
    if (last || cell_ + 1 == bounds_.size()) return total_;
    return cells();
  }
  // The same, where a point beyond the last finite bound counts after that bound.
  [[nodiscard]] double cells() const {
    if (cell_ + 1 == bounds_.size()) return total_;
    if (cell_ == 0 && bounds_[0] <= 0) return x_ < bounds_[0] ? 0 : counts_[0];
    return below_ + inside();
  }

 private:
  // Of the cell that x lies in, in proportion.
  [[nodiscard]] double inside() const {
    const double upper = bounds_[cell_];
    if (x_ == upper) return counts_[cell_];
    const double lower = cell_ == 0 ? 0 : bounds_[cell_ - 1];
    if (x_ <= lower) return 0;
    // Halved, since bounds of opposite sign may be further apart than the largest double.
    return counts_[cell_] * ((x_ / 2 - lower / 2) / (upper / 2 - lower / 2));
  }

  const std::vector<double>& bounds_;
  const std::vector<double>& counts_;
  double total_;
  std::size_t cell_ = 0;  // first whose bound is not below x
  double below_ = 0;      // observations in the cells before
  double x_ = -kInfinity;
};

std::vector<double> union_of_bounds(const BinnedDistribution& a, const BinnedDistribution& b) {
  if (a.upper_bounds == b.upper_bounds) return a.upper_bounds;
  std::vector<double> all;
  std::set_union(a.upper_bounds.begin(), a.upper_bounds.end(), b.upper_bounds.begin(), b.upper_bounds.end(),
                 std::back_inserter(all));
  return all;
}

void fill_cells(const BinnedDistribution& distribution, const std::vector<double>& bounds, std::vector<double>& counts,
                std::vector<double>& shares) {
  const double total = distribution.total();
  if (distribution.upper_bounds == bounds) {
    counts = distribution.counts;
  } else {
    Cumulative cumulative(distribution);
    double before = 0;
    for (const double bound : bounds) {
      double at = total;
      if (std::isfinite(bound)) {
        cumulative.move_to(bound);
        at = std::max(before, cumulative.cells());
      }
      counts.push_back(at - before);
      before = at;
    }
  }
  for (const double count : counts) shares.push_back(count / total);
}

std::vector<BinnedPair::Knot> make_knots(const BinnedDistribution& reference, const BinnedDistribution& current,
                                         const std::vector<double>& bounds) {
  std::vector<double> positions(bounds.begin(), bounds.end() - 1);
  const bool from_zero = reference.upper_bounds.front() > 0 || current.upper_bounds.front() > 0;
  const auto zero = std::lower_bound(positions.begin(), positions.end(), 0.0);
  if (from_zero && (zero == positions.end() || *zero != 0)) positions.insert(zero, 0);
  Cumulative of_reference(reference);
  Cumulative of_current(current);
  std::vector<BinnedPair::Knot> knots;
  knots.reserve(positions.size());
  for (const double x : positions) {
    of_reference.move_to(x);
    of_current.move_to(x);
    BinnedPair::Knot knot;
    knot.x = x;
    knot.reference_left = of_reference.left() / of_reference.total();
    knot.reference_right = of_reference.right() / of_reference.total();
    knot.current_left = of_current.left() / of_current.total();
    knot.current_right = of_current.right() / of_current.total();
    knots.push_back(knot);
  }
  return knots;
}

Error missing(const std::string& message) {
  return {ErrorKind::missing_input, message};
}

}  // namespace

Result<BinnedPair> make_binned_pair(const BinnedDistribution& reference, const BinnedDistribution& current) {
  for (const auto* distribution : {&reference, &current}) {
    const std::string which = distribution == &reference ? "the reference histogram" : "the current histogram";
    if (distribution->upper_bounds.size() < 2) return missing(which + " has no finite bucket");
    const double total = distribution->total();
    if (!(total > 0) || !std::isfinite(total)) return missing(which + " has no observations");
  }
  BinnedPair pair;
  pair.upper_bounds = union_of_bounds(reference, current);
  fill_cells(reference, pair.upper_bounds, pair.reference_counts, pair.reference_shares);
  fill_cells(current, pair.upper_bounds, pair.current_counts, pair.current_shares);
  pair.reference_total = reference.total();
  pair.current_total = current.total();
  pair.knots = make_knots(reference, current, pair.upper_bounds);
  return pair;
}

Result<SamplePair> make_sample_pair(const Sample& reference, const Sample& current) {
  if (reference.values.empty()) return missing("the reference sample is empty");
  if (current.values.empty()) return missing("the current sample is empty");
  SamplePair pair;
  pair.reference = &reference;
  pair.current = &current;
  std::size_t i = 0;
  std::size_t j = 0;
  const std::vector<double>& x = reference.values;
  const std::vector<double>& y = current.values;
  while (i < x.size() || j < y.size()) {
    SamplePair::Tie tie;
    tie.value = j == y.size() || (i < x.size() && x[i] <= y[j]) ? x[i] : y[j];
    for (; i < x.size() && x[i] == tie.value; ++i) ++tie.reference;
    for (; j < y.size() && y[j] == tie.value; ++j) ++tie.current;
    pair.ties.push_back(tie);
  }
  const auto n = static_cast<double>(x.size());
  const auto m = static_cast<double>(y.size());
  const double n_effective = reference.effective_size;
  const double m_effective = current.effective_size;
  pair.dependence = n_effective * m_effective / (n_effective + m_effective) / (n * m / (n + m));
  return pair;
}

Result<EmbeddingPair> make_embedding_pair(const EmbeddingSample& reference, const EmbeddingSample& current) {
  if (reference.rows.rows() == 0) return missing("the reference embeddings are empty");
  if (current.rows.rows() == 0) return missing("the current embeddings are empty");
  if (reference.rows.cols() != current.rows.cols()) {
    return Error{ErrorKind::invalid_argument, "the reference embeddings have " + std::to_string(reference.rows.cols()) +
                                                  " dimensions, the current " + std::to_string(current.rows.cols())};
  }
  if (reference.rows.cols() == 0) return missing("the embeddings have no dimensions");
  EmbeddingPair pair;
  pair.reference = &reference.rows;
  pair.current = &current.rows;
  return pair;
}

}  // namespace rca
