#include "tests/evaluation/fit_consensus/fit.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <map>

#include "rca_core/stats/minimize.h"

namespace fit {
namespace {

constexpr double kPenalty = 0.2;        // λ
constexpr double kHealthyShare = 0.05;  // of an incident's weight
constexpr double kLeastProbability = 1e-9;

struct Prior {
  const char* kind;
  double weight;
};

constexpr std::array kPriors = {
    Prior{"budget", 2},        Prior{"exclusive_flow", 1}, Prior{"caller_edge", 1},      Prior{"change", 1},
    Prior{"change_events", 1}, Prior{"span_time", 1},      Prior{"trace_errors", 1},     Prior{"peers", 0.5},
    Prior{"breadth", 0.5},     Prior{"onset_order", 0.5},  Prior{"log_bursts", 0.5},     Prior{"saturation", 0.3},
    Prior{"traffic", 0.2},     Prior{"persistence", 0.3},  Prior{"graph_position", 0.3},
};

struct Sample {
  const Incident* incident;
  double weight;
};

std::vector<Sample> samples_of(const Corpus& corpus, const std::vector<std::string>& datasets) {
  std::map<std::string, double> totals;
  const auto share = [](const Incident& incident) { return incident.healthy ? kHealthyShare : 1.0; };
  const auto wanted = [&](const Incident& incident) {
    return std::find(datasets.begin(), datasets.end(), incident.dataset) != datasets.end();
  };
  for (const Incident& incident : corpus.incidents) totals[incident.dataset] += share(incident);
  std::vector<Sample> samples;
  for (const Incident& incident : corpus.incidents) {
    if (!wanted(incident)) continue;
    samples.push_back({&incident, share(incident) / totals[incident.dataset] / static_cast<double>(datasets.size())});
  }
  return samples;
}

// Parameters: ln sharpness, none, δ of each kind.
constexpr Eigen::Index kFirstKind = 2;

Weights weights_of(const Eigen::VectorXd& x, const Eigen::VectorXd& prior) {
  Weights weights;
  weights.sharpness = std::exp(x(0));
  weights.none = x(1);
  weights.kinds = prior.array() * x.tail(prior.size()).array().exp();
  return weights;
}

Eigen::VectorXd softmax(const Incident& incident, const Weights& weights) {
  const Eigen::Index n = incident.strengths.rows();
  Eigen::VectorXd scores(n + 1);
  scores.head(n) = weights.sharpness * (incident.strengths * weights.kinds);
  scores(n) = weights.sharpness * weights.none + std::log1p(static_cast<double>(n));
  const Eigen::VectorXd p = (scores.array() - scores.maxCoeff()).exp();
  return p / p.sum();
}

// −ln P(truth) of one incident, and its gradient over the parameters.
double loss_of(const Incident& incident, const Weights& weights, Eigen::VectorXd& gradient) {
  const Eigen::VectorXd p = softmax(incident, weights);
  const Eigen::Index n = incident.strengths.rows();
  Eigen::VectorXd truth = Eigen::VectorXd::Zero(n + 1);
  for (Eigen::Index i = 0; i < n; ++i) truth(i) = incident.true_ones[static_cast<std::size_t>(i)] ? 1 : 0;
  if (truth.sum() == 0) truth(n) = 1;
  const double right = p.dot(truth);
  const double by_chance = truth.sum() / static_cast<double>(n + 1);
  const double mixed = std::max(kLeastProbability, (1 - kMisled) * right + kMisled * by_chance);
  // d right / d score_i = p_i ([i true] − right)
  const double outer = -(1 - kMisled) / mixed;
  const Eigen::VectorXd slope = outer * p.array() * (truth.array() - right);
  const Eigen::VectorXd by_kind = incident.strengths.transpose() * slope.head(n);
  const Eigen::VectorXd scaled = weights.sharpness * by_kind.array() * weights.kinds.array();
  gradient(0) = scaled.sum() + slope(n) * weights.sharpness * weights.none;
  gradient(1) = slope(n) * weights.sharpness;
  gradient.tail(scaled.size()) = scaled;
  return -std::log(mixed);
}

}  // namespace

double prior_weight(const std::string& kind) {
  const auto* const it =
      std::find_if(kPriors.begin(), kPriors.end(), [&](const Prior& one) { return one.kind == kind; });
  return it == kPriors.end() ? 0 : it->weight;
}

Eigen::VectorXd probabilities(const Incident& incident, const Weights& weights) {
  const Eigen::VectorXd p = softmax(incident, weights);
  return (1 - kMisled) * p.array() + kMisled / static_cast<double>(p.size());
}

Weights fit_weights(const Corpus& corpus, const std::vector<std::string>& datasets) {
  const std::vector<Sample> samples = samples_of(corpus, datasets);
  Eigen::VectorXd prior(static_cast<Eigen::Index>(corpus.kinds.size()));
  for (Eigen::Index k = 0; k < prior.size(); ++k) prior(k) = prior_weight(corpus.kinds[static_cast<std::size_t>(k)]);
  Eigen::VectorXd one(prior.size() + kFirstKind);
  const auto objective = [&](const Eigen::VectorXd& x, Eigen::VectorXd& gradient) {
    const Weights weights = weights_of(x, prior);
    gradient.setZero(x.size());
    double value = 0;
    for (const Sample& sample : samples) {
      value += sample.weight * loss_of(*sample.incident, weights, one);
      gradient += sample.weight * one;
    }
    gradient.tail(prior.size()) += 2 * kPenalty * x.tail(prior.size());
    return value + kPenalty * x.tail(prior.size()).squaredNorm();
  };
  Eigen::VectorXd start = Eigen::VectorXd::Zero(prior.size() + kFirstKind);
  start(1) = 3;
  return weights_of(rca::minimize(objective, start).x, prior);
}

}  // namespace fit
