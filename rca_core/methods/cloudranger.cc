// cloudranger: a second-order random walk from the SLI over the PC graph, drawn to what correlates with the SLI.
// P. Wang, J. Xu, M. Ma, W. Lin, D. Pan, Y. Wang, P. Chen, "CloudRanger: Root Cause Identification for Cloud Native
// Systems", CCGRID 2018.
//
// PC at α = 0.1; walk with β = 0.3 and ρ = 0.2 (graph/random_walk.h). The walk goes from effects to their causes; its
// expected visits are the scores, being at the SLI itself counts for nothing.
//
// Where the reference differs:
//  - it takes the column before the SLI for the SLI (an off-by-one), and the last one for the first;
//  - as SLI it is given the latency of the service that is at fault, which the method cannot know;
//  - it walks from causes to effects;
//  - ρ cancels out of its backward steps;
//  - it samples 10 walks of 1000 steps without a seed; we compute what they are expected to count.

#include <memory>

#include "rca_core/methods/constraint_graphs.h"
#include "rca_core/methods/graph_heads.h"
#include "rca_core/methods/registry.h"

namespace rca {
namespace {

constexpr double kAlpha = 0.1;

class CloudRanger final : public Method {
 public:
  [[nodiscard]] std::string_view name() const override { return "cloudranger"; }
  [[nodiscard]] std::string_view description() const override {
    return "second-order random walk from the SLI to its causes on the PC causal graph";
  }
  [[nodiscard]] std::string_view reference() const override {
    return "Wang et al., CloudRanger: Root Cause Identification for Cloud Native Systems, CCGRID 2018";
  }
  [[nodiscard]] Need needs() const override { return Need::metrics | Need::sli; }

  [[nodiscard]] Result<Ranking> rank(const IncidentView& view, const MethodOptions& options) const override {
    RCA_ASSIGN(const DataMatrix data, make_data_matrix(view, options));
    RCA_ASSIGN(const CausalGraph graph, learn_pc(data.values, kAlpha));
    return rank_by_second_order_walk(view, data, name(), possible_causes(graph), "PC graph");
  }
};

const MethodRegistration registration(std::make_unique<CloudRanger>());

}  // namespace
}  // namespace rca
