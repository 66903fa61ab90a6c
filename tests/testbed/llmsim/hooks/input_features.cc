#include "tests/testbed/llmsim/hooks/input_features.h"

#include <cmath>

#include "tests/testbed/llmsim/hooks/templates.h"
#include "tests/testbed/llmsim/simulation.h"

namespace llmsim {
namespace {

// All assumed. Inputs of one template scatter about their topic; those off topic lie towards one other place.
constexpr double kScatter = 0.1;  // a dimension
constexpr double kFarness = 2;
constexpr double kMinute = 60;

constexpr std::array kTokenBounds = {16.0,  32.0,   64.0,   128.0,  192.0,  256.0,  384.0, 512.0,
                                     768.0, 1024.0, 1536.0, 2048.0, 3072.0, 4096.0, 8192.0};

const Buckets& token_buckets() {
  static const Buckets buckets = make_buckets(kTokenBounds, NumberStyle::go);
  return buckets;
}

Embedding direction(std::uint64_t seed, std::string_view purpose, std::uint64_t index = 0) {
  Random random(seed, purpose, index);
  Embedding out{};
  double square = 0;
  for (double& value : out) {
    value = random.normal();
    square += value * value;
  }
  for (double& value : out) value /= std::sqrt(square);
  return out;
}

const HookRegistration kInputFeatures{
    {std::string(kInputFeaturesHook),
     [](const SimConfig& config, const Topology& topology) -> std::unique_ptr<RequestHook> {
       return std::make_unique<InputFeatures>(config, topology);
     }}};

}  // namespace

InputFeatures::InputFeatures(const SimConfig& config, const Topology& topology)
    : elsewhere_(direction(config.seed, "off topic")),
      encoder_(direction(config.seed, "encoder shift")),
      noise_(config.seed, "embeddings"),
      tenant_tokens_(topology.tenants.size(), Histogram(token_buckets())) {
  const std::size_t templates = default_templates(config.retrieval_share).size();
  for (std::size_t i = 0; i < templates; ++i) topics_.push_back(direction(config.seed, "topic", i));
  sums_.resize(templates);
  centroids_.resize(templates);
}

// After the hook `content`, which says what the input is about.
void InputFeatures::sent(RequestAttributes& a) {
  const auto index = static_cast<std::size_t>(a.prompt_template);
  if (index >= topics_.size()) return;
  Sum& sum = sums_[index];
  ++sum.inputs;
  for (std::size_t i = 0; i < kEmbeddingDimensions; ++i) {
    sum.of_all[i] +=
        topics_[index][i] + kFarness * a.drift * elsewhere_[i] + shift_ * encoder_[i] + kScatter * noise_.normal();
  }
}

void InputFeatures::finished(const RequestAttributes& a) {
  if (a.outcome == Outcome::answered && a.tenant < tenant_tokens_.size()) {
    tenant_tokens_[a.tenant].observe(a.prompt_tokens);
  }
}

void InputFeatures::sample(double seconds) {
  minute_ += seconds;
  if (minute_ < kMinute) return;
  minute_ -= kMinute;
  for (std::size_t index = 0; index < sums_.size(); ++index) {
    Sum& sum = sums_[index];
    if (sum.inputs == 0) continue;
    centroids_[index].known = true;
    for (std::size_t i = 0; i < kEmbeddingDimensions; ++i) {
      centroids_[index].mean[i] = sum.of_all[i] / static_cast<double>(sum.inputs);
    }
    sum = {};
  }
}

InputFeatures* find_input_features(Simulation& simulation) {
  return dynamic_cast<InputFeatures*>(simulation.hook(kInputFeaturesHook));
}

const InputFeatures* find_input_features(const Simulation& simulation) {
  return dynamic_cast<const InputFeatures*>(simulation.hook(kInputFeaturesHook));
}

}  // namespace llmsim
