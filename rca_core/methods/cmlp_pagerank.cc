// cmlp_pagerank: neural Granger causality, then PageRank from effects to causes. A. Tank et al., "Neural Granger
// Causality", TPAMI 2022; as a root-cause method in L. Pham, H. Ha, H. Zhang, "Root Cause Analysis for Microservices
// based on Causal Inference: How Far Are We?", ASE 2024.
//
// One small network per signal predicts it from the last rows of all signals (causal/cmlp.h). An edge has the norm of
// the weights by which the cause enters.
//
// Bounded for incidents: 5 rows of past (a tenth of the rows in short windows), 10 hidden units, 40 to 100 iterations
// where the reference has 100 units and 20,000 iterations; the penalty is set by the number of rows instead of fixed.
//
// Where the reference (RCAEval as forked by rca-llm) differs: it trains on raw units, so that the loss is not a number
// at the first check and every case fails; it ranks along cause → effect, with the diagonal.

#include <algorithm>
#include <memory>

#include "rca_core/causal/cmlp.h"
#include "rca_core/methods/graph_heads.h"
#include "rca_core/methods/registry.h"

namespace rca {
namespace {

constexpr Eigen::Index kLag = 5;

Result<Eigen::MatrixXd> learn_causes(const DataMatrix& data, const MethodOptions& options) {
  CmlpOptions cmlp;
  cmlp.lag = std::clamp<Eigen::Index>(data.values.rows() / 10, 1, kLag);
  cmlp.seed = options.seed;
  // The cost of an iteration over all networks grows with the square of the signals.
  const Eigen::Index squared = data.variables() * data.variables();
  cmlp.max_iterations = static_cast<int>(std::clamp<Eigen::Index>(1'000'000 / squared, 40, 100));
  return cmlp_granger(standardized(data.values), cmlp);
}

const MethodRegistration cmlp_pagerank_registration(make_graph_method(
    {.name = "cmlp_pagerank",
     .description = "PageRank over neural Granger causality (cMLP)",
     .reference =
         "Tank et al., Neural Granger Causality, TPAMI 2022; Pham et al., Root Cause Analysis for Microservices "
         "based on Causal Inference: How Far Are We?, ASE 2024",
     .graph = "graph of neural Granger causes",
     .head = GraphHead::pagerank,
     .learn_causes = learn_causes}));

}  // namespace
}  // namespace rca
