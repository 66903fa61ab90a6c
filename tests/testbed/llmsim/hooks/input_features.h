// What the application knows of its inputs beyond what they cost: how long the prompts of each tenant are, and an
// embedding of each input, of which it exports the centroid of every minute, by prompt template.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <string_view>
#include <vector>

#include "tests/testbed/llmsim/histogram.h"
#include "tests/testbed/llmsim/random.h"
#include "tests/testbed/llmsim/request_attributes.h"

namespace llmsim {

class Simulation;

inline constexpr std::string_view kInputFeaturesHook = "input_features";
inline constexpr std::size_t kEmbeddingDimensions = 16;
using Embedding = std::array<double, kEmbeddingDimensions>;

class InputFeatures : public RequestHook {
 public:
  InputFeatures(const SimConfig& config, const Topology& topology);

  void sent(RequestAttributes& a) override;
  void finished(const RequestAttributes& a) override;
  void sample(double seconds) override;

  // --- what faults turn
  // Everything that the encoder gives from now on is moved by so much in one direction; embeddings of inputs on topic
  // have about length 1.
  void set_encoder_shift(double length) { shift_ = length; }

  // --- what exporters show
  // Of a prompt template in the last full minute in which it was used.
  struct Centroid {
    bool known = false;
    Embedding mean = {};
  };
  [[nodiscard]] const std::vector<Centroid>& centroids() const { return centroids_; }
  [[nodiscard]] const std::vector<Histogram>& tenant_tokens() const { return tenant_tokens_; }  // by tenant

 private:
  struct Sum {
    std::size_t inputs = 0;
    Embedding of_all = {};
  };
  std::vector<Embedding> topics_;  // of each template
  Embedding elsewhere_;            // where inputs off topic lie
  Embedding encoder_;              // the direction of the shift
  double shift_ = 0;
  Random noise_;
  std::vector<Sum> sums_;
  std::vector<Centroid> centroids_;
  std::vector<Histogram> tenant_tokens_;
  double minute_ = 0;  // seconds of it that have passed
};

// The hook of a simulation of the full stack; nullptr elsewhere.
InputFeatures* find_input_features(Simulation& simulation);
const InputFeatures* find_input_features(const Simulation& simulation);

}  // namespace llmsim
