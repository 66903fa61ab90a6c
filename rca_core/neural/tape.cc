#include "rca_core/neural/tape.h"

#include <algorithm>
#include <cmath>
#include <tuple>
#include <utility>

namespace rca {
namespace {

using Eigen::Index;
using Eigen::MatrixXd;

// Of selu, such that mean 0 and variance 1 are kept from layer to layer.
constexpr double kScale = 1.0507009873554805;
constexpr double kAlpha = 1.6732632423543772;

// Where the kernel of each output pixel of a convolution lies on its input.
struct Geometry {
  Index height, width;          // input
  Index out_height, out_width;  // output
  Index kernel, stride;

  Geometry(Index in_height, Index in_width, Index kernel_size, Index step)
      : height(in_height),
        width(in_width),
        out_height((in_height + step - 1) / step),
        out_width((in_width + step - 1) / step),
        kernel(kernel_size),
        stride(step) {}

  // Calls body(output pixel, kernel position, input pixel) for all that lie inside.
  template <typename Body>
  void for_each(const Body& body) const {
    const Index top = std::max<Index>(0, ((out_height - 1) * stride + kernel - height) / 2);
    const Index left = std::max<Index>(0, ((out_width - 1) * stride + kernel - width) / 2);
    for (Index k = 0; k < kernel * kernel; ++k) {
      for (Index row = 0; row < out_height; ++row) {
        const Index y = row * stride + k / kernel - top;
        if (y < 0 || y >= height) continue;
        for (Index column = 0; column < out_width; ++column) {
          const Index x = column * stride + k % kernel - left;
          if (x >= 0 && x < width) body(row * out_width + column, k, y * width + x);
        }
      }
    }
  }

  // output pixels × (kernel² · channels)
  [[nodiscard]] MatrixXd gather(const MatrixXd& image) const {
    const Index channels = image.cols();
    MatrixXd columns = MatrixXd::Zero(out_height * out_width, kernel * kernel * channels);
    for (Index channel = 0; channel < channels; ++channel) {
      const double* from = image.col(channel).data();
      for_each([&](Index out, Index k, Index in) { columns(out, k * channels + channel) = from[in]; });
    }
    return columns;
  }

  // The transpose of gather.
  [[nodiscard]] MatrixXd scatter(const MatrixXd& columns, Index channels) const {
    MatrixXd image = MatrixXd::Zero(height * width, channels);
    for (Index channel = 0; channel < channels; ++channel) {
      double* to = image.col(channel).data();
      for_each([&](Index out, Index k, Index in) { to[in] += columns(out, k * channels + channel); });
    }
    return image;
  }
};

}  // namespace

Tape::Node Tape::push(MatrixXd value, Index height, Index width) {
  Entry entry;
  entry.gradient = MatrixXd::Zero(value.rows(), value.cols());
  entry.value = std::move(value);
  entry.height = height;
  entry.width = width;
  nodes_.push_back(std::move(entry));
  return nodes_.size() - 1;
}

Tape::Node Tape::leaf(const MatrixXd& value, Index height, Index width) {
  return push(value, height, width);
}

Tape::Node Tape::convolve(Node image, Node weights, Node bias, Index kernel, Index stride) {
  const Geometry geometry(height(image), width(image), kernel, stride);
  MatrixXd columns = geometry.gather(value(image));
  MatrixXd out = columns * value(weights);
  out.rowwise() += value(bias).row(0);
  const Node node = push(std::move(out), geometry.out_height, geometry.out_width);
  nodes_[node].back = [this, node, image, weights, bias, geometry, columns = std::move(columns)] {
    const MatrixXd& back = nodes_[node].gradient;
    nodes_[weights].gradient.noalias() += columns.transpose() * back;
    nodes_[bias].gradient += back.colwise().sum();
    nodes_[image].gradient += geometry.scatter(back * value(weights).transpose(), value(image).cols());
  };
  return node;
}

Tape::Node Tape::deconvolve(Node image, Node weights, Node bias, Index kernel, Index stride, Index height,
                            Index width) {
  const Geometry geometry(height, width, kernel, stride);
  const Index channels = value(bias).cols();
  MatrixXd out = geometry.scatter(value(image) * value(weights).transpose(), channels);
  out.rowwise() += value(bias).row(0);
  const Node node = push(std::move(out), height, width);
  nodes_[node].back = [this, node, image, weights, bias, geometry] {
    const MatrixXd& back = nodes_[node].gradient;
    const MatrixXd columns = geometry.gather(back);
    nodes_[weights].gradient.noalias() += columns.transpose() * value(image);
    nodes_[bias].gradient += back.colwise().sum();
    nodes_[image].gradient.noalias() += columns * value(weights);
  };
  return node;
}

Tape::Node Tape::add(Node a, Node b) {
  const Node node = push(value(a) + value(b), height(a), width(a));
  nodes_[node].back = [this, node, a, b] {
    nodes_[a].gradient += nodes_[node].gradient;
    nodes_[b].gradient += nodes_[node].gradient;
  };
  return node;
}

Tape::Node Tape::multiply(Node a, Node b) {
  const Node node = push(value(a).cwiseProduct(value(b)), height(a), width(a));
  nodes_[node].back = [this, node, a, b] {
    nodes_[a].gradient += nodes_[node].gradient.cwiseProduct(value(b));
    nodes_[b].gradient += nodes_[node].gradient.cwiseProduct(value(a));
  };
  return node;
}

template <typename Function>
Tape::Node Tape::map(Node a, const Function& function) {
  MatrixXd out(value(a).rows(), value(a).cols());
  MatrixXd slopes(out.rows(), out.cols());
  for (Index i = 0; i < out.size(); ++i) std::tie(out(i), slopes(i)) = function(value(a)(i));
  const Node node = push(std::move(out), height(a), width(a));
  nodes_[node].back = [this, node, a, slopes = std::move(slopes)] {
    nodes_[a].gradient += nodes_[node].gradient.cwiseProduct(slopes);
  };
  return node;
}

Tape::Node Tape::sigmoid(Node a) {
  return map(a, [](double x) {
    const double y = 1 / (1 + std::exp(-x));
    return std::pair{y, y * (1 - y)};
  });
}

Tape::Node Tape::hyperbolic_tangent(Node a) {
  return map(a, [](double x) {
    const double y = std::tanh(x);
    return std::pair{y, 1 - y * y};
  });
}

Tape::Node Tape::selu(Node a) {
  return map(a, [](double x) {
    if (x > 0) return std::pair{kScale * x, kScale};
    const double exponential = kScale * kAlpha * std::exp(x);
    return std::pair{exponential - kScale * kAlpha, exponential};
  });
}

Tape::Node Tape::concatenate(Node a, Node b) {
  MatrixXd out(value(a).rows(), value(a).cols() + value(b).cols());
  out << value(a), value(b);
  const Node node = push(std::move(out), height(a), width(a));
  nodes_[node].back = [this, node, a, b] {
    nodes_[a].gradient += nodes_[node].gradient.leftCols(value(a).cols());
    nodes_[b].gradient += nodes_[node].gradient.rightCols(value(b).cols());
  };
  return node;
}

Tape::Node Tape::attend(const std::vector<Node>& states, double temperature) {
  const Node last = states.back();
  const auto count = static_cast<Index>(states.size());
  Eigen::VectorXd weights(count);
  for (Index i = 0; i < count; ++i) {
    weights(i) = value(states[static_cast<std::size_t>(i)]).cwiseProduct(value(last)).sum() / temperature;
  }
  weights = (weights.array() - weights.maxCoeff()).exp();
  weights /= weights.sum();
  MatrixXd out = MatrixXd::Zero(value(last).rows(), value(last).cols());
  for (Index i = 0; i < count; ++i) out += weights(i) * value(states[static_cast<std::size_t>(i)]);
  const Node node = push(std::move(out), height(last), width(last));
  nodes_[node].back = [this, node, states, last, temperature, weights] {
    const MatrixXd& back = nodes_[node].gradient;
    Eigen::VectorXd slopes(weights.size());
    for (Index i = 0; i < weights.size(); ++i) {
      slopes(i) = back.cwiseProduct(value(states[static_cast<std::size_t>(i)])).sum();
    }
    const Eigen::VectorXd scores = weights.cwiseProduct((slopes.array() - weights.dot(slopes)).matrix()) / temperature;
    for (Index i = 0; i < weights.size(); ++i) {
      const Node state = states[static_cast<std::size_t>(i)];
      nodes_[state].gradient += weights(i) * back + scores(i) * value(last);
      nodes_[last].gradient += scores(i) * value(state);
    }
  };
  return node;
}

double Tape::backward(Node node, const MatrixXd& target) {
  for (Entry& entry : nodes_) entry.gradient.setZero();
  const MatrixXd error = value(node) - target;
  const auto size = static_cast<double>(error.size());
  nodes_[node].gradient = error / size;
  for (Node at = node + 1; at-- > 0;) {
    if (nodes_[at].back) nodes_[at].back();
  }
  return 0.5 * error.squaredNorm() / size;
}

}  // namespace rca
