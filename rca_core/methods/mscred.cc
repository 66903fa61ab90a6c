// mscred: C. Zhang et al., "A Deep Neural Network for Unsupervised Anomaly Detection and Diagnosis in Multivariate Time
// Series Data", AAAI 2019.
//
//  1. Signature matrices: at row t and for three window lengths, the mean products of all pairs of signals.
//  2. A convolutional recurrent auto-encoder (neural/mscred_network.h) learns on the normal window to reconstruct the
//     last of five such matrices.
//  3. A pair is broken when its error in the anomalous window exceeds the largest that the normal window has; signals
//     rank by how many of their pairs are broken, then by their share of the error.
//
// Adapted to incidents: the window lengths are 60, 30 and 10 rows where the normal window has 180, else a third, a
// sixth and an eighteenth of it (at least 2); the five matrices are the shortest window apart, up to 10 rows. Values
// are distances from the normal mean in standard deviations, cut at ±8. Bounded: 4, 8, 8 and 16 channels instead of 32
// to 256; up to 60 training steps, fewer for many signals; the 64 signals that are most extreme in the anomalous window
// take part, others are not ranked.
//
// Where the reference (RCAEval as forked by rca-llm) differs: it takes windows along the wrong axis of the data, needs
// 300 rows, and ranks by the first matrix that deviates anywhere, or at random.

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>
#include <memory>
#include <numeric>
#include <string>
#include <vector>

#include "common/parallel_for.h"
#include "rca_core/methods/data_matrix.h"
#include "rca_core/methods/evidence.h"
#include "rca_core/methods/extremes.h"
#include "rca_core/methods/registry.h"
#include "rca_core/neural/adam.h"
#include "rca_core/neural/mscred_network.h"
#include "rca_core/stats/random.h"

namespace rca {
namespace {

using Eigen::Index;
using Eigen::MatrixXd;
using Eigen::VectorXd;

constexpr Index kFewestNormalRows = 6;
constexpr Index kLongestWindow = 60;
constexpr Index kSteps = 5;  // matrices in a sequence
constexpr Index kMostSignals = 64;
constexpr Index kProbes = 6;  // rows of each window whose matrices are compared
constexpr double kLargestDistance = 8;
constexpr double kLearningRate = 5e-3;
constexpr std::array<Index, MscredNetwork::kLevels> kChannels = {4, 8, 8, 16};

// The variables that take part, most extreme first where not all can.
std::vector<Index> choose(const IncidentView& view, const DataMatrix& data) {
  std::vector<Index> all(static_cast<std::size_t>(data.variables()));
  std::iota(all.begin(), all.end(), 0);
  if (data.variables() <= kMostSignals) return all;
  std::vector<double> beyond;
  beyond.reserve(all.size());
  for (const Index variable : all) beyond.push_back(find_extreme(view, data, variable).beyond);
  std::stable_sort(all.begin(), all.end(), [&](Index a, Index b) {
    return beyond[static_cast<std::size_t>(a)] > beyond[static_cast<std::size_t>(b)];
  });
  all.resize(kMostSignals);
  std::sort(all.begin(), all.end());
  return all;
}

// Distances from the normal mean, in standard deviations.
MatrixXd distances(const IncidentView& view, const DataMatrix& data, const std::vector<Index>& chosen) {
  MatrixXd out(data.values.rows(), static_cast<Index>(chosen.size()));
  for (std::size_t i = 0; i < chosen.size(); ++i) {
    const auto normal = data.normal().col(chosen[i]);
    const Index column = data.columns[static_cast<std::size_t>(chosen[i])];
    const std::string& unit = view.frame.signals[static_cast<std::size_t>(column)].unit;
    const double mean = normal.mean();
    const double deviation = std::sqrt((normal.array() - mean).square().mean());
    const double scale = std::max(deviation, scale_floor(unit, mean, data.values.col(chosen[i]).cwiseAbs().maxCoeff()));
    out.col(static_cast<Index>(i)) =
        ((data.values.col(chosen[i]).array() - mean) / scale).cwiseMin(kLargestDistance).cwiseMax(-kLargestDistance);
  }
  return out;
}

class Signatures {
 public:
  Signatures(MatrixXd values, Index normal_rows) : values_(std::move(values)) {
    const Index longest = std::clamp<Index>(normal_rows / 3, 2, kLongestWindow);
    windows_ = {std::max<Index>(2, longest / 6), std::max<Index>(2, longest / 2), longest};
    gap_ = std::max<Index>(1, longest / 6);
  }

  [[nodiscard]] Index scales() const { return static_cast<Index>(windows_.size()); }
  [[nodiscard]] Index shortest() const { return windows_.front(); }
  // The first row that ends a sequence.
  [[nodiscard]] Index first() const { return windows_.back() - 1 + (kSteps - 1) * gap_; }

  [[nodiscard]] std::vector<MatrixXd> sequence(Index row) const {
    std::vector<MatrixXd> out;
    for (Index step = kSteps; step-- > 0;) out.push_back(at(row - step * gap_));
    return out;
  }

 private:
  // n² × scales.
  [[nodiscard]] MatrixXd at(Index row) const {
    MatrixXd out(values_.cols() * values_.cols(), scales());
    for (std::size_t scale = 0; scale < windows_.size(); ++scale) {
      const auto part = values_.middleRows(row - windows_[scale] + 1, windows_[scale]);
      const MatrixXd products = part.transpose() * part / static_cast<double>(windows_[scale]);
      out.col(static_cast<Index>(scale)) = products.reshaped();
    }
    return out;
  }

  MatrixXd values_;
  std::array<Index, 3> windows_{};
  Index gap_ = 1;
};

int training_steps(Index signals) {
  return static_cast<int>(std::clamp<Index>(30'000 / (signals * signals), 12, 60));
}

void train(const Signatures& signatures, Index normal_rows, Index signals, Random& random, MscredNetwork& network) {
  VectorXd flat = network.parameters();
  VectorXd best = flat;
  double lowest = std::numeric_limits<double>::infinity();
  Adam adam(flat.size(), kLearningRate);
  VectorXd gradient;
  for (int step = 0; step < training_steps(signals); ++step) {
    const Index rows = normal_rows - signatures.first();
    const Index row = signatures.first() + static_cast<Index>(random.below(static_cast<std::size_t>(rows)));
    const double loss = network.loss(signatures.sequence(row), gradient);
    if (!std::isfinite(loss) || !gradient.allFinite()) break;
    if (loss < lowest) {
      lowest = loss;
      best = flat;
    }
    adam.step(flat, gradient);
    network.set_parameters(flat);
  }
  if (!flat.allFinite()) network.set_parameters(best);
}

// Evenly spaced rows of [first, last].
std::vector<Index> probes(Index first, Index last) {
  const Index count = std::min(kProbes, last - first + 1);
  std::vector<Index> rows;
  for (Index i = 0; i < count; ++i) {
    rows.push_back(count == 1 ? last : first + i * (last - first) / (count - 1));
  }
  return rows;
}

// n × n: squared error of each pair, mean over the scales; one per row.
std::vector<MatrixXd> errors(const Signatures& signatures, const MscredNetwork& network, const std::vector<Index>& rows,
                             Index signals) {
  std::vector<MatrixXd> out(rows.size());
  parallel_for(std::size_t{0}, rows.size(), std::size_t{1}, [&](std::size_t i) {
    const std::vector<MatrixXd> sequence = signatures.sequence(rows[i]);
    const MatrixXd error = network.reconstruct(sequence) - sequence.back();
    out[i] = error.rowwise().squaredNorm().reshaped(signals, signals) / static_cast<double>(error.cols());
  });
  return out;
}

struct Diagnosis {
  VectorXd broken;  // pairs of each signal
  VectorXd share;   // of the error, 0 … 1
};

Diagnosis diagnose(const std::vector<MatrixXd>& normal, const std::vector<MatrixXd>& anomalous) {
  const Index n = normal.front().rows();
  MatrixXd limit = MatrixXd::Zero(n, n);
  MatrixXd found = MatrixXd::Zero(n, n);
  for (const MatrixXd& error : normal) limit = limit.cwiseMax(error);
  for (const MatrixXd& error : anomalous) found += error / static_cast<double>(anomalous.size());
  Diagnosis out;
  out.broken = (found.array() > limit.array()).cast<double>().rowwise().sum();
  out.share = found.rowwise().sum();
  if (const double all = out.share.sum(); all > 0) out.share /= all;
  return out;
}

class Mscred final : public Method {
 public:
  [[nodiscard]] std::string_view name() const override { return "mscred"; }
  [[nodiscard]] std::string_view description() const override {
    return "signals whose correlations a recurrent convolutional auto-encoder cannot reconstruct";
  }
  [[nodiscard]] std::string_view reference() const override {
    return "Zhang et al., A Deep Neural Network for Unsupervised Anomaly Detection and Diagnosis in Multivariate Time "
           "Series Data, AAAI 2019";
  }
  [[nodiscard]] Need needs() const override { return Need::metrics; }

  [[nodiscard]] Result<Ranking> rank(const IncidentView& view, const MethodOptions& options) const override {
    RCA_ASSIGN(const DataMatrix data, make_data_matrix(view, options));
    const Index normal_rows = data.normal_rows();
    if (normal_rows < kFewestNormalRows) {
      return Error{ErrorKind::missing_input, "mscred learns from at least " + std::to_string(kFewestNormalRows) +
                                                 " rows before the onset, there are " + std::to_string(normal_rows)};
    }
    const std::vector<Index> chosen = choose(view, data);
    const auto signals = static_cast<Index>(chosen.size());
    const Signatures signatures(distances(view, data, chosen), normal_rows);
    MscredNetwork network(signals, signatures.scales(), kChannels, options.seed);
    Random random(options.seed);
    train(signatures, normal_rows, signals, random, network);
    const Index last = data.values.rows() - 1;
    const auto before = errors(signatures, network, probes(signatures.first(), normal_rows - 1), signals);
    const auto after =
        errors(signatures, network, probes(std::min(normal_rows + signatures.shortest() - 1, last), last), signals);
    return rank_broken(view, data, chosen, diagnose(before, after));
  }

 private:
  [[nodiscard]] Result<Ranking> rank_broken(const IncidentView& view, const DataMatrix& data,
                                            const std::vector<Index>& chosen, const Diagnosis& found) const {
    VectorXd scores = VectorXd::Constant(data.variables(), std::numeric_limits<double>::quiet_NaN());
    VectorXd broken = VectorXd::Zero(data.variables());
    for (std::size_t i = 0; i < chosen.size(); ++i) {
      const auto at = static_cast<Index>(i);
      if (!std::isfinite(found.share(at))) return Error{ErrorKind::internal, "the auto-encoder gave no numbers"};
      scores(chosen[i]) = found.broken(at) + found.share(at);
      broken(chosen[i]) = found.broken(at) / static_cast<double>(chosen.size());
    }
    return rank_variables(view, data, name(), scores, [&](Index variable) {
      return format_quantity(broken(variable), "ratio") + " of its correlations with other signals are broken";
    });
  }
};

const MethodRegistration mscred_registration(std::make_unique<Mscred>());

}  // namespace
}  // namespace rca
