// run: C.-M. Lin et al., "Root Cause Analysis In Microservice Using Neural Granger Causal Discovery", AAAI 2024.
//
//  1. Pre-training: an encoder per signal (DLinear: seasonal part and trend of a window, a linear layer each) learns to
//     give the same moments in different contexts the same embedding, without negative pairs.
//  2. Neural Granger causality: for each signal a network forecasts its next value from the embeddings of all, weighed
//     by attention. Signals with attention above its start, before the largest gap, are its causes.
//  3. The weakest edges of cycles, by |correlation|, are dropped; PageRank follows the edges from causes to effects, as
//     in the code of the authors, and restarts prefer signals without an effect, "dangling" ones (1 : 0.5). It finds
//     the signals in which what the others do adds up. (From effects to causes, as the other PageRank methods go, it
//     ranks the true entity lower on labelled incidents.)
//
// Bounded for incidents: windows of 32 rows, or a quarter of the rows where there are fewer than 128; embeddings of 8
// numbers instead of 128; 10 steps of pre-training on 128 pairs, shared by all targets, and 15 to 40 steps on all
// windows per target (published: 50 epochs of each in batches of 128). All rows train; a held-out quarter would be the
// incident.
//
// Where the reference (RCAEval as forked by rca-llm) differs: it reads the raw file again, with all columns, and fails
// on fewer than some 200 rows; its two contexts are the same crop, as crop and window have the same length; edges are
// dropped by signed correlation, on cycles or not; it trains for one epoch; no seed is set.

#include <algorithm>
#include <cmath>
#include <memory>
#include <numeric>
#include <string>
#include <vector>

#include "common/parallel_for.h"
#include "rca_core/causal/summary_graph.h"
#include "rca_core/graph/pagerank.h"
#include "rca_core/methods/data_matrix.h"
#include "rca_core/methods/evidence.h"
#include "rca_core/methods/registry.h"
#include "rca_core/neural/adam.h"
#include "rca_core/neural/dlinear.h"
#include "rca_core/stats/correlation.h"
#include "rca_core/stats/random.h"

namespace rca {
namespace {

using Eigen::Index;
using Eigen::MatrixXd;
using Eigen::VectorXd;

constexpr Index kWindow = 32;
constexpr Index kKernel = 25;
constexpr Index kEmbedding = 8;
constexpr Index kFewestRows = 8;
constexpr Index kBatch = 128;
constexpr int kPretrainingSteps = 10;
constexpr Index kMostTrainingSteps = 40;
constexpr Index kFewestTrainingSteps = 15;
constexpr double kLearningRate = 0.01;

std::uint64_t seed_of(std::uint64_t seed, Index task) {
  return seed + static_cast<std::uint64_t>(task) * 0x9E3779B97F4A7C15U;
}

// Fewer where there are more than 100 signals: the cost of a step over all targets grows with their square.
Index training_steps(Index series) {
  return std::clamp<Index>(400'000 / (series * series), kFewestTrainingSteps, kMostTrainingSteps);
}

// What all targets share: windows and pre-trained encoders.
struct Shared {
  MatrixXd data;     // rows × signals, standardised
  MatrixXd average;  // window × window
  std::vector<Linear> seasonal;
  std::vector<Linear> trend;

  [[nodiscard]] Index window() const { return average.rows(); }
};

Shared pretrain(const MatrixXd& values, std::uint64_t seed) {
  Shared shared;
  shared.data = standardized(values);
  const Index window = std::clamp<Index>(values.rows() / 4, 2, kWindow);
  shared.average = moving_average(window, std::min(kKernel, (window - 1) / 2 * 2 + 1));
  shared.seasonal.resize(static_cast<std::size_t>(values.cols()));
  shared.trend.resize(shared.seasonal.size());
  parallel_for(0, values.cols(), 1, [&](Index c) {
    Random random(seed_of(seed, c));
    MatrixXd windows(window, values.rows() - window + 1);
    for (Index k = 0; k < windows.cols(); ++k) windows.col(k) = shared.data.col(c).segment(k, window);
    const MatrixXd trend = shared.average * windows;
    const auto train = [&](const MatrixXd& parts, Linear& encoder) {
      encoder = Linear::random(kEmbedding, window, random);
      pretrain_encoder(parts, kPretrainingSteps, kBatch, kLearningRate, random, encoder);
    };
    train(windows - trend, shared.seasonal[static_cast<std::size_t>(c)]);
    train(trend, shared.trend[static_cast<std::size_t>(c)]);
  });
  return shared;
}

// Attention of the network that forecasts `target`; it starts at 1.
VectorXd train_attention(const Shared& shared, Index target, std::uint64_t seed) {
  const Index window = shared.window();
  const Index series = shared.data.cols();
  Random random(seed_of(seed, series + target));
  DLinearNetwork network;
  const auto start = [&](const std::vector<Linear>& encoders, std::vector<DLinearPart>& parts) {
    for (const Linear& encoder : encoders) {
      // The final unit starts at 0: attention then moves to a signal because it helps, not by how its random layers
      // happened to point.
      parts.push_back({encoder, Linear::random(window, kEmbedding, random), VectorXd::Zero(window)});
    }
  };
  start(shared.seasonal, network.seasonal);
  start(shared.trend, network.trend);
  network.attention.setOnes(series);
  DLinearNetwork gradient = network;
  const VectorXd next = shared.data.col(target).tail(shared.data.rows() - window);
  VectorXd flat;
  VectorXd flat_gradient;
  network.flatten(flat);
  Adam adam(flat.size(), kLearningRate);
  for (Index step = 0; step < training_steps(series); ++step) {
    dlinear_loss(network, shared.average, shared.data, next, gradient);
    gradient.flatten(flat_gradient);
    adam.step(flat, flat_gradient);
    network.set(flat);
  }
  return network.attention;
}

// The signals before the largest gap between attentions that did not fall below their start of 1; the gap is looked for
// in the upper half, and after the second. Of up to 5 signals all above 1.
std::vector<Index> pick_causes(const VectorXd& attention) {
  constexpr std::size_t kFew = 5;
  std::vector<Index> order(static_cast<std::size_t>(attention.size()));
  std::iota(order.begin(), order.end(), 0);
  std::stable_sort(order.begin(), order.end(), [&](Index a, Index b) { return attention(a) > attention(b); });
  std::size_t last = 0;
  double widest = -1;
  std::size_t above = 0;
  while (above < order.size() && attention(order[above]) > 1) ++above;
  if (order.size() <= kFew) {
    order.resize(above);
    return order;
  }
  for (std::size_t i = 1; i < above && 2 * i + 1 < order.size(); ++i) {
    const double gap = attention(order[i]) - attention(order[i + 1]);
    if (gap <= widest) continue;
    widest = gap;
    last = i;
  }
  order.resize(last + 1);
  return order;
}

struct Edge {
  Index cause = 0;
  Index effect = 0;
  double strength = 0;
};

SummaryGraph learn_graph(const DataMatrix& data, std::uint64_t seed) {
  const Shared shared = pretrain(data.values, seed);
  std::vector<std::vector<Index>> causes(static_cast<std::size_t>(data.variables()));
  parallel_for(0, data.variables(), 1, [&](Index target) {
    causes[static_cast<std::size_t>(target)] = pick_causes(train_attention(shared, target, seed));
  });
  const MatrixXd correlations = correlation_matrix(data.values).cwiseAbs();
  std::vector<Edge> edges;
  for (Index effect = 0; effect < data.variables(); ++effect) {
    for (const Index cause : causes[static_cast<std::size_t>(effect)]) {
      if (cause != effect) edges.push_back({cause, effect, correlations(cause, effect)});
    }
  }
  std::stable_sort(edges.begin(), edges.end(), [](const Edge& a, const Edge& b) { return a.strength > b.strength; });
  SummaryGraph graph(data.variables());
  for (const Edge& edge : edges) graph.add(edge.cause, edge.effect);
  return graph;
}

class Run final : public Method {
 public:
  [[nodiscard]] std::string_view name() const override { return "run"; }
  [[nodiscard]] std::string_view description() const override {
    return "PageRank over neural Granger causality with contrastive pre-training";
  }
  [[nodiscard]] std::string_view reference() const override {
    return "Lin et al., Root Cause Analysis In Microservice Using Neural Granger Causal Discovery, AAAI 2024";
  }
  [[nodiscard]] Need needs() const override { return Need::metrics; }

  [[nodiscard]] Result<Ranking> rank(const IncidentView& view, const MethodOptions& options) const override {
    RCA_ASSIGN(const DataMatrix data, make_data_matrix(view, options));
    if (data.values.rows() < kFewestRows) {
      return Error{ErrorKind::missing_input, "run forecasts from windows and needs at least " +
                                                 std::to_string(kFewestRows) + " rows, there are " +
                                                 std::to_string(data.values.rows())};
    }
    const SummaryGraph graph = learn_graph(data, options.seed);
    MatrixXd to_effect = MatrixXd::Zero(data.variables(), data.variables());
    VectorXd restart(data.variables());
    for (Index v = 0; v < data.variables(); ++v) {
      for (const Index cause : graph.causes(v)) to_effect(cause, v) = 1;
      restart(v) = graph.effects(v).empty() ? 1 : 0.5;
    }
    RCA_ASSIGN(const VectorXd scores, pagerank(to_effect, restart));
    return rank_variables(view, data, name(), scores, [&](Index v) {
      return "PageRank " + format_quantity(scores(v), "ratio") + "; its attention makes it a cause of " +
             std::to_string(graph.effects(v).size()) + " signals, with " + std::to_string(graph.causes(v).size()) +
             " causes of its own";
    });
  }
};

const MethodRegistration run_registration(std::make_unique<Run>());

}  // namespace
}  // namespace rca
