// Maximum likelihood of the weights of consensus, near a simple prior.
#pragma once

#include <Eigen/Core>
#include <span>
#include <string>
#include <vector>

#include "tests/evaluation/fit_consensus/features.h"

namespace fit {

struct Weights {
  Eigen::VectorXd kinds;  // one per kind of the corpus, ≥ 0
  double sharpness = 1;
  double none = 0;
};

// Rarer things than the evidence can tell happen: of twelve incidents one is taken to be misled by its evidence,
// whatever it says. So no single incident bends the fit, and no confidence comes out much above 0.92. Not fitted: some
// hundred incidents say little about the rare ones.
inline constexpr double kMisled = 0.08;

// What an engineer would give before seeing data: 1 for what moved in the entity itself, for what it adds to the flow
// of requests and for what its callers see; half for what supports one of these; twice for budget, whose square root
// halves the logarithm. 0: not weighed.
double prior_weight(const std::string& kind);

// Minimises, over sharpness s > 0, none and δ,
//   mean over datasets of the mean −ln P(truth), healthy parts counting a twentieth of incidents, + λ Σ δ_k²
// where weight_k = prior_k × exp(δ_k). A kind that no incident has keeps its prior. Deterministic.
Weights fit_weights(const Corpus& corpus, const std::vector<std::string>& datasets);

// Probabilities of the entities, and of "none of these" as the last.
Eigen::VectorXd probabilities(const Incident& incident, const Weights& weights);

}  // namespace fit
