#include "rca_core/causal/ica_lingam.h"

#include <Eigen/Eigenvalues>
#include <algorithm>
#include <cmath>
#include <numeric>
#include <string>

#include "rca_core/causal/assignment.h"
#include "rca_core/causal/fast_ica_kernels.h"
#include "rca_core/stats/random.h"

namespace rca {
namespace {

constexpr double kSmallestEigenvalue =
    1e-14;  // relative to the largest; below, a direction has no variance to speak of

// (m mᵀ)^(−1/2) m: the orthogonal matrix nearest to m.
Eigen::MatrixXd nearest_orthogonal(const Eigen::MatrixXd& m) {
  const Eigen::SelfAdjointEigenSolver<Eigen::MatrixXd> eigen(m * m.transpose());
  const double floor = kSmallestEigenvalue * std::max(eigen.eigenvalues().maxCoeff(), 1e-300);
  const Eigen::VectorXd scale = eigen.eigenvalues().cwiseMax(floor).cwiseSqrt().cwiseInverse();
  return eigen.eigenvectors() * scale.asDiagonal() * eigen.eigenvectors().transpose() * m;
}

// One step of the fixed-point iteration, all directions at once.
Eigen::MatrixXd fast_ica_step(const Eigen::MatrixXd& w, const Eigen::MatrixXd& white) {
  // tanh, the derivative of the contrast ln cosh.
  const Eigen::ArrayXXd g = 1 - 2 / ((2 * (w * white).array()).exp() + 1);
  const Eigen::VectorXd slope = (1 - g.square()).rowwise().mean();
  const Eigen::MatrixXd pull = g.matrix() * white.transpose() / static_cast<double>(white.cols());
  return nearest_orthogonal(pull - slope.asDiagonal() * w);
}

// The same in single precision, which is enough to get near; its rounding is far below the tolerance.
class FastIcaSteps {
 public:
  explicit FastIcaSteps(const Eigen::MatrixXd& white)
      : n_(white.rows()),
        rows_(white.cols()),
        by_variable_(Padded::Zero(n_, padded_index(rows_))),
        by_row_(Padded::Zero(rows_, padded_index(n_))),
        w_(Padded::Zero(n_, padded_index(n_))),
        pull_(Padded::Zero(n_, padded_index(n_))),
        inverse_(pull_),
        squares_(n_) {
    by_variable_.leftCols(rows_) = white.cast<float>();
    by_row_.leftCols(n_) = white.transpose().cast<float>();
  }

  Eigen::MatrixXf step(const Eigen::MatrixXf& w) {
    const WhitenedRows data = {static_cast<std::size_t>(n_), static_cast<std::size_t>(rows_), by_variable_.data(),
                               by_row_.data()};
    w_.leftCols(n_) = w;
    kernels_.pull(data, w_.data(), pull_.data(), squares_.data());
    const auto rows = static_cast<float>(rows_);
    const Eigen::VectorXf slope = 1 - squares_.array() / rows;
    return orthogonal(pull_.leftCols(n_) / rows - slope.asDiagonal() * w);
  }

 private:
  using Padded = Eigen::Matrix<float, Eigen::Dynamic, Eigen::Dynamic, Eigen::RowMajor>;

  static Eigen::Index padded_index(Eigen::Index columns) {
    return static_cast<Eigen::Index>(padded(static_cast<std::size_t>(columns)));
  }

  // nearest_orthogonal(m) by Newton's iteration x ← (x + x⁻ᵀ) / 2 on its singular values, scaled to spread around 1 (N.
  // J. Higham, "Computing the Polar Decomposition—with Applications", SIAM J. Sci. Stat. Comput. 7, 1986).
  Eigen::MatrixXf orthogonal(Eigen::MatrixXf x) {
    constexpr int kMaxIterations = 30;
    constexpr float kNear = 5e-3F;  // what is missing after such a step is half its square
    for (int i = 0; i < kMaxIterations; ++i) {
      inverse_.leftCols(n_) = x;
      if (!kernels_.invert(inverse_.data(), static_cast<std::size_t>(n_))) break;
      const float scale = std::sqrt(inverse_.norm() / x.norm());
      if (!std::isfinite(scale) || scale <= 0) break;
      const Eigen::MatrixXf next = (0.5F * scale) * x + (0.5F / scale) * inverse_.leftCols(n_).transpose();
      const float change = (next - x).norm();
      x = next;
      if (change < kNear) return x;
    }
    return nearest_orthogonal(x.cast<double>()).cast<float>();
  }

  const FastIcaKernels& kernels_ = fast_ica_kernels();
  Eigen::Index n_;
  Eigen::Index rows_;
  Padded by_variable_;
  Padded by_row_;
  Padded w_;
  Padded pull_;
  Padded inverse_;
  Eigen::VectorXf squares_;
};

// The causal order of b (row = effect), or nothing if it has a cycle. Of the variables that no remaining one causes the
// first comes first. An entry counts where its rank in `rank` is at least `first`.
std::vector<Eigen::Index> causal_order(const Eigen::MatrixXi& rank, Eigen::Index first) {
  const Eigen::Index n = rank.rows();
  Eigen::VectorXi causes = (rank.array() >= static_cast<int>(first)).cast<int>().rowwise().sum();
  std::vector<bool> taken(static_cast<std::size_t>(n), false);
  std::vector<Eigen::Index> order;
  while (static_cast<Eigen::Index>(order.size()) < n) {
    Eigen::Index next = 0;
    while (next < n && (taken[static_cast<std::size_t>(next)] || causes(next) > 0)) ++next;
    if (next == n) return {};
    taken[static_cast<std::size_t>(next)] = true;
    order.push_back(next);
    causes -= (rank.col(next).array() >= static_cast<int>(first)).cast<int>().matrix();
  }
  return order;
}

// For every entry how many have a smaller absolute value.
Eigen::MatrixXi ranks_by_size(const Eigen::MatrixXd& b) {
  std::vector<Eigen::Index> entries(static_cast<std::size_t>(b.size()));
  std::iota(entries.begin(), entries.end(), 0);
  std::stable_sort(entries.begin(), entries.end(),
                   [&](Eigen::Index l, Eigen::Index r) { return std::fabs(b.data()[l]) < std::fabs(b.data()[r]); });
  Eigen::MatrixXi rank(b.rows(), b.cols());
  for (std::size_t k = 0; k < entries.size(); ++k) rank.data()[entries[k]] = static_cast<int>(k);
  return rank;
}

Eigen::MatrixXd standardized_columns(const Eigen::MatrixXd& values) {
  Eigen::MatrixXd out = values.rowwise() - values.colwise().mean();
  const Eigen::VectorXd deviation = (out.colwise().squaredNorm() / static_cast<double>(out.rows())).cwiseSqrt();
  for (Eigen::Index column = 0; column < out.cols(); ++column) {
    if (deviation(column) > 0) out.col(column) /= deviation(column);
  }
  return out;
}

}  // namespace

Eigen::MatrixXd fast_ica(const Eigen::MatrixXd& values, std::uint64_t seed, const FastIcaOptions& options) {
  const Eigen::Index n = values.cols();
  const auto rows = static_cast<double>(values.rows());
  const Eigen::MatrixXd centred = values.rowwise() - values.colwise().mean();
  const Eigen::SelfAdjointEigenSolver<Eigen::MatrixXd> eigen(centred.transpose() * centred / rows);
  const double floor = kSmallestEigenvalue * std::max(eigen.eigenvalues().maxCoeff(), 1e-300);
  const Eigen::VectorXd scale = eigen.eigenvalues().cwiseMax(floor).cwiseSqrt().cwiseInverse();
  const Eigen::MatrixXd whitening = scale.asDiagonal() * eigen.eigenvectors().transpose();
  const Eigen::MatrixXd white = whitening * centred.transpose();  // n × T

  Random random(seed);
  Eigen::MatrixXd w(n, n);
  for (Eigen::Index i = 0; i < w.size(); ++i) w.data()[i] = random.normal();
  w = nearest_orthogonal(w);
  FastIcaSteps steps(white);
  Eigen::MatrixXf near = w.cast<float>();
  for (int iteration = 1; iteration < options.max_iterations; ++iteration) {
    const Eigen::MatrixXf next = steps.step(near);
    const float change = (next.cwiseProduct(near).rowwise().sum().cwiseAbs().array() - 1).abs().maxCoeff();
    near = next;
    if (change < static_cast<float>(options.tolerance)) break;
  }
  w = fast_ica_step(near.cast<double>(), white);
  return w * whitening;
}

IcaLingamOrder ica_lingam_order(const Eigen::MatrixXd& w) {
  const Eigen::Index n = w.rows();
  IcaLingamOrder out;
  const double smallest = 1e-12 * std::max(w.cwiseAbs().maxCoeff(), 1e-100);
  const Eigen::MatrixXd size = w.cwiseAbs().cwiseMax(smallest);
  out.assignment = linear_assignment(size.cwiseInverse());
  out.unmixing.resize(n, n);
  for (Eigen::Index row = 0; row < n; ++row) {
    const Eigen::Index variable = out.assignment[static_cast<std::size_t>(row)];
    const double pivot = w(row, variable) < 0 ? -size(row, variable) : size(row, variable);
    out.unmixing.row(variable) = w.row(row) / pivot;
  }
  Eigen::MatrixXd b = Eigen::MatrixXd::Identity(n, n) - out.unmixing;
  b.diagonal().setZero();
  const Eigen::MatrixXi rank = ranks_by_size(b);
  // Removing more entries never makes a cycle, so the fewest that are enough can be found by bisection.
  Eigen::Index fewest = n * (n + 1) / 2;
  Eigen::Index enough = n * n;
  out.order = causal_order(rank, fewest);
  if (!out.order.empty()) return out;
  while (enough - fewest > 1) {
    const Eigen::Index middle = fewest + (enough - fewest) / 2;
    (causal_order(rank, middle).empty() ? fewest : enough) = middle;
  }
  out.order = causal_order(rank, enough);
  return out;
}

Result<LingamModel> ica_lingam(const Eigen::MatrixXd& values, std::uint64_t seed) {
  if (values.rows() < 4) {
    return Error{ErrorKind::missing_input,
                 "ICA-LiNGAM needs at least 4 rows, there are " + std::to_string(values.rows())};
  }
  const std::vector<Eigen::Index> columns = independent_columns(values);
  LingamModel model;
  for (const Eigen::Index position :
       ica_lingam_order(fast_ica(standardized_columns(values(Eigen::all, columns)), seed)).order) {
    model.order.push_back(columns[static_cast<std::size_t>(position)]);
  }
  RCA_ASSIGN(model.b, lingam_edges(values, model.order));
  return model;
}

}  // namespace rca
