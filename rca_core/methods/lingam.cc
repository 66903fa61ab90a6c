// LiNGAM causal graphs: ICA-LiNGAM (lingam_pagerank, lingam_randomwalk) and DirectLiNGAM (micro_diag).
//
// S. Shimizu et al., "A Linear Non-Gaussian Acyclic Model for Causal Discovery", JMLR 2006; for micro_diag L. Wu,
// J. Tordsson, J. Bogatinovski, E. Elmroth, O. Kao, "MicroDiag: Fine-grained Performance Diagnosis for Microservice
// Systems", CloudIntelligence 2021, which learns the graph with DirectLiNGAM and ranks by PageRank. The edges carry the
// effect in standard deviations, so that a strong effect draws more of the walk than a faint one.
//
// Where the reference (RCAEval as forked by rca-llm) differs:
//  - every edge weighs 1;
//  - ICA runs on raw units, so that the order depends on whether memory is counted in bytes or in gigabytes, and from
//  an
//    unseeded random start; ours standardizes first and starts from options.seed;
//  - collinear columns and more columns than rows make ICA undefined (whole datasets fail); ours analyses the linearly
//    independent columns, at most half as many as there are rows, and leaves the others without edges;
//  - its PageRank stops after 10 iterations; its random walk ignores the graph.

#include "rca_core/causal/lingam.h"

#include "rca_core/causal/direct_lingam.h"
#include "rca_core/causal/ica_lingam.h"
#include "rca_core/methods/graph_heads.h"
#include "rca_core/methods/registry.h"

namespace rca {
namespace {

constexpr std::string_view kLingam =
    "Shimizu et al., A Linear Non-Gaussian Acyclic Model for Causal Discovery, JMLR 2006";

Result<Eigen::MatrixXd> ica_causes(const DataMatrix& data, const MethodOptions& options) {
  RCA_ASSIGN(const LingamModel model, ica_lingam(data.values, options.seed));
  return model.standardized_causes(data.values);
}

Result<Eigen::MatrixXd> direct_causes(const DataMatrix& data, const MethodOptions& /*options*/) {
  RCA_ASSIGN(const LingamModel model, direct_lingam(data.values));
  return model.standardized_causes(data.values);
}

const MethodRegistration lingam_pagerank_registration(make_graph_method({
    .name = "lingam_pagerank",
    .description = "PageRank from effects to causes in the graph that ICA-LiNGAM learns",
    .reference = kLingam,
    .graph = "LiNGAM graph",
    .head = GraphHead::pagerank,
    .learn_causes = ica_causes,
}));

const MethodRegistration lingam_randomwalk_registration(make_graph_method({
    .name = "lingam_randomwalk",
    .description = "random walk from the SLI towards causes in the graph that ICA-LiNGAM learns",
    .reference = kLingam,
    .graph = "LiNGAM graph",
    .head = GraphHead::random_walk,
    .learn_causes = ica_causes,
}));

const MethodRegistration micro_diag_registration(make_graph_method({
    .name = "micro_diag",
    .description = "PageRank from effects to causes in the graph that DirectLiNGAM learns",
    .reference = "Wu et al., MicroDiag: Fine-grained Performance Diagnosis for Microservice Systems, "
                 "CloudIntelligence 2021",
    .graph = "DirectLiNGAM graph",
    .head = GraphHead::pagerank,
    .learn_causes = direct_causes,
}));

}  // namespace
}  // namespace rca
