// Adam: D. Kingma, J. Ba, "Adam: A Method for Stochastic Optimization", ICLR 2015.
#pragma once

#include <Eigen/Core>
#include <cmath>

namespace rca {

// Keeps the moments of one vector of parameters.
class Adam {
 public:
  explicit Adam(Eigen::Index parameters, double learning_rate = 1e-3)
      : learning_rate_(learning_rate),
        first_(Eigen::VectorXd::Zero(parameters)),
        second_(Eigen::VectorXd::Zero(parameters)) {}

  void set_learning_rate(double learning_rate) { learning_rate_ = learning_rate; }

  // Moves `parameters` against `gradient`; both as long as the constructor was told.
  void step(Eigen::Ref<Eigen::VectorXd> parameters, const Eigen::Ref<const Eigen::VectorXd>& gradient) {
    constexpr double kFirstDecay = 0.9;
    constexpr double kSecondDecay = 0.999;
    constexpr double kEpsilon = 1e-8;
    ++steps_;
    first_ += (1 - kFirstDecay) * (gradient - first_);
    second_ += (1 - kSecondDecay) * (gradient.cwiseAbs2() - second_);
    const double first_bias = 1 - std::pow(kFirstDecay, steps_);
    const double second_bias = 1 - std::pow(kSecondDecay, steps_);
    parameters.array() -=
        learning_rate_ / first_bias * first_.array() / ((second_.array() / second_bias).sqrt() + kEpsilon);
  }

 private:
  double learning_rate_;
  Eigen::VectorXd first_;
  Eigen::VectorXd second_;
  int steps_ = 0;
};

}  // namespace rca
