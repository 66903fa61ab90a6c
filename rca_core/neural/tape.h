// Reverse-mode differentiation of small image networks.
#pragma once

#include <Eigen/Core>
#include <functional>
#include <vector>

namespace rca {

// Images are (height · width) × channels, pixels row by row. A tape holds one forward computation; backward() runs it
// in reverse. Nodes are numbered in the order in which they were made.
class Tape {
 public:
  using Node = std::size_t;

  // A constant or a parameter; the value is copied.
  Node leaf(const Eigen::MatrixXd& value, Eigen::Index height, Eigen::Index width);

  // Convolution with kernel × kernel weights and zero padding: the output has ⌈height / stride⌉ × ⌈width / stride⌉
  // pixels. weights: (kernel² · channels in) × channels out, the input channel running fastest; bias: 1 × channels out.
  Node convolve(Node image, Node weights, Node bias, Eigen::Index kernel, Eigen::Index stride);
  // The transpose of a convolution that maps height × width pixels to those of `image`. weights: (kernel² · channels
  // out) × channels in; bias: 1 × channels out.
  Node deconvolve(Node image, Node weights, Node bias, Eigen::Index kernel, Eigen::Index stride, Eigen::Index height,
                  Eigen::Index width);

  Node add(Node a, Node b);
  Node multiply(Node a, Node b);  // element by element
  Node sigmoid(Node a);
  Node hyperbolic_tangent(Node a);
  Node selu(Node a);                 // scaled exponential linear unit (Klambauer et al., NeurIPS 2017)
  Node concatenate(Node a, Node b);  // channels
  // Σ weight_i states_i, weights = softmax of ⟨states_i, last state⟩ / temperature.
  Node attend(const std::vector<Node>& states, double temperature);

  [[nodiscard]] const Eigen::MatrixXd& value(Node node) const { return nodes_[node].value; }
  [[nodiscard]] Eigen::Index height(Node node) const { return nodes_[node].height; }
  [[nodiscard]] Eigen::Index width(Node node) const { return nodes_[node].width; }

  // Half the mean squared difference of `node` to `target`; afterwards gradient() is that of every node before it.
  double backward(Node node, const Eigen::MatrixXd& target);
  [[nodiscard]] const Eigen::MatrixXd& gradient(Node node) const { return nodes_[node].gradient; }

 private:
  struct Entry {
    Eigen::MatrixXd value;
    Eigen::MatrixXd gradient;
    Eigen::Index height = 0;
    Eigen::Index width = 0;
    std::function<void()> back;  // adds to the gradients of what the node was made from
  };

  Node push(Eigen::MatrixXd value, Eigen::Index height, Eigen::Index width);
  template <typename Function>
  Node map(Node a, const Function& function);  // function(x) = {value, slope}

  std::vector<Entry> nodes_;
};

}  // namespace rca
