// Low-rank NOTEARS causal graph, ranked by PageRank or by a random walk: Z. Fang et al., "On Low-Rank Directed Acyclic
// Graphs and Causal Structure Learning", 2020 (causal/notears.h). An edge is a weight above 0.3 standard deviations per
// standard deviation, and carries its absolute value.
//
// Where the reference (RCAEval as forked by rca-llm) differs:
//  - it runs on raw units, where the loss sees only the columns of large numbers; ours standardizes;
//  - its default start is zero, where the gradient vanishes, so that it fails, and the package is not in its
//    requirements; ours starts from small random factors drawn with options.seed;
//  - it has no bound on time; ours stops after a fixed number of evaluations, the same on every machine;
//  - every edge weighs 1; its PageRank stops after 10 iterations; its random walk ignores the graph.

#include <algorithm>

#include "rca_core/causal/notears.h"
#include "rca_core/methods/graph_heads.h"
#include "rca_core/methods/registry.h"

namespace rca {
namespace {

constexpr Eigen::Index kRank = 10;
constexpr Eigen::Index kLongestCycle =
    33;  // 32 + 1: the power takes five products; longer loops say nothing about cause
constexpr int kMaxEvaluations = 400;
constexpr int kMinEvaluations = 40;
constexpr double kWork = 3e9;  // multiplications, about; an evaluation of n variables takes some 7 n³
constexpr std::string_view kReference =
    "Fang et al., On Low-Rank Directed Acyclic Graphs and Causal Structure Learning, 2020";

Result<Eigen::MatrixXd> learn_causes(const DataMatrix& data, const MethodOptions& options) {
  const double n = static_cast<double>(data.variables());
  const double affordable = kWork / (7 * n * n * n);
  NotearsOptions notears_options{.h_tolerance = 1e-6, .max_rounds = 15, .longest_cycle = kLongestCycle};
  notears_options.max_evaluations =
      affordable < kMaxEvaluations ? std::max(kMinEvaluations, static_cast<int>(affordable)) : kMaxEvaluations;
  RCA_ASSIGN(const NotearsResult result,
             notears_low_rank(standardized(data.values), kRank, options.seed, notears_options));
  return Eigen::MatrixXd(result.weights.cwiseAbs());
}

const MethodRegistration ntlr_pagerank_registration(make_graph_method({
    .name = "ntlr_pagerank",
    .description = "PageRank from effects to causes in the graph of low-rank NOTEARS",
    .reference = kReference,
    .graph = "NOTEARS graph",
    .head = GraphHead::pagerank,
    .learn_causes = learn_causes,
}));

const MethodRegistration ntlr_randomwalk_registration(make_graph_method({
    .name = "ntlr_randomwalk",
    .description = "random walk from the SLI towards causes in the graph of low-rank NOTEARS",
    .reference = kReference,
    .graph = "NOTEARS graph",
    .head = GraphHead::random_walk,
    .learn_causes = learn_causes,
}));

}  // namespace
}  // namespace rca
