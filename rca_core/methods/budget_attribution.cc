// budget_attribution: who adds the lost requests and the added time. Our own method.
//
// Users feel lost requests or added time. Both add up along calls, so they can be accounted for, in the unit of the
// SLI:
//
//  1. What is the SLI about: latency or failures? As the view states, else as its signal tells.
//  2. What an entity e adds on a row t (latency: seconds waited; failures: requests lost; n = its requests):
//       a(e, t) = n(e, t) · (latency(e, t) − median of the normal window)        mean latency where it is measured
//       a(e, t) = n(e, t) · (median of the normal window − success(e, t))        or error ratio, with the other sign
//     It is weighed by traffic because users feel the sum over their requests: a rare call that became slow is not what
//     they feel, however large its deviation is.
//     Where callers measure what they wait for or lose at e ("…-from-<caller>"), the larger of both counts: a slow
//     network is the callee's, and explains its callers.
//  3. Over the incident: A(e) = max(0, Σ_t w(t) a(e, t) − σ(e)), where w(t) is how far the SLI was in its bad direction
//     on row t (it sums to 1), and σ(e) one robust deviation of a(e, ·) on normal rows. What goes wrong while users
//     feel nothing does not count.
//  4. An entity passes on what it waits for: its own part is A(e) less what its callees explain, the sum of their A,
//     capped at A(e). Entities are ranked by their own part; half of it counts where the calls that the SLI is about do
//     not reach the entity.
//
// Where traffic is not measured for most entities, a(e, t) is the deviation in robust deviations of the normal window;
// these do not add up, so the largest of the callees explains.
//
// Entities without a signal of the SLI's nature are not ranked: what they do can only be told from what they cause.

#include <algorithm>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "rca_core/methods/budget.h"
#include "rca_core/methods/candidates.h"
#include "rca_core/methods/registry.h"

namespace rca {
namespace {

// Entities whose part is all explained follow, in the order of what they pass on.
constexpr double kPassedOn = 1e-6;

class BudgetAttribution final : public Method {
 public:
  [[nodiscard]] std::string_view name() const override { return "budget_attribution"; }
  [[nodiscard]] std::string_view description() const override {
    return "who adds the lost requests or the added time, weighted by traffic, less what its callees explain";
  }
  [[nodiscard]] std::string_view reference() const override { return "rca_exporter's own; see the header comment"; }
  [[nodiscard]] Need needs() const override { return Need::metrics | Need::graph | Need::sli; }

  [[nodiscard]] Result<Ranking> rank(const IncidentView& view, const MethodOptions& options) const override {
    RCA_ASSIGN(const Windows windows, make_windows(view, options, view.onset_row));
    if (view.graph == nullptr || view.graph->size() == 0) {
      return Error{ErrorKind::missing_input, "there is no call graph"};
    }
    const SliNature nature = sli_nature_of(view);
    if (nature == SliNature::unknown) {
      return Error{ErrorKind::missing_input, "it is not known what the SLI is about: there is no SLI signal"};
    }
    RCA_ASSIGN(const Budget budget, attribute_budget(view, windows, nature));
    double total = 0;
    for (const BudgetShare& share : budget.shares) total = std::max(total, share.added);
    std::vector<Candidate> candidates;
    for (const BudgetShare& share : budget.shares) {
      Candidate& candidate = candidates.emplace_back();
      candidate.entity = share.entity;
      candidate.signal = view.frame.signals[static_cast<std::size_t>(share.quality.column)].role;
      candidate.score = total > 0 ? (share.own() + kPassedOn * share.added) / total : 0.0;
      candidate.evidence = evidence_of_share(view.frame, budget, share);
    }
    return rank_candidates(name(), std::move(candidates));
  }
};

const MethodRegistration registration(std::make_unique<BudgetAttribution>());

}  // namespace
}  // namespace rca
