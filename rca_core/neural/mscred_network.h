// The network of MSCRED: C. Zhang et al., "A Deep Neural Network for Unsupervised Anomaly Detection and Diagnosis in
// Multivariate Time Series Data", AAAI 2019.
#pragma once

#include <Eigen/Core>
#include <array>
#include <cstdint>
#include <vector>

#include "rca_core/neural/tape.h"

namespace rca {

// Reconstructs the last of a sequence of signature matrices (n² pixels × scales). Four levels of convolution (3×3, 3×3
// with stride 2, 2×2 with stride 2 twice; SELU); on each level a convolutional LSTM with peepholes over the sequence,
// and attention over its states; a decoder of transposed convolutions, each joined with the state of its level.
class MscredNetwork {
 public:
  static constexpr std::size_t kLevels = 4;

  MscredNetwork(Eigen::Index signals, Eigen::Index scales, const std::array<Eigen::Index, kLevels>& channels,
                std::uint64_t seed);

  // n² × scales.
  [[nodiscard]] Eigen::MatrixXd reconstruct(const std::vector<Eigen::MatrixXd>& sequence) const;

  // Half the mean squared error of reconstructing the last matrix; fills the gradient (as parameters()).
  double loss(const std::vector<Eigen::MatrixXd>& sequence, Eigen::VectorXd& gradient) const;

  [[nodiscard]] Eigen::VectorXd parameters() const;
  void set_parameters(const Eigen::VectorXd& flat);

 private:
  [[nodiscard]] std::vector<Tape::Node> put_on(Tape& tape) const;
  Tape::Node forward(Tape& tape, const std::vector<Tape::Node>& leaves,
                     const std::vector<Eigen::MatrixXd>& sequence) const;

  Eigen::Index signals_;
  std::vector<Eigen::MatrixXd> values_;  // all parameters, level by level
};

}  // namespace rca
