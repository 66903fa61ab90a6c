// graph_position: an anomalous entity that calls nothing anomalous, and whose callers are anomalous. A fault is felt
// upwards, by callers and their callers; so the entity below all that changed explains it.
//
// Value: the size d of its strongest change of latency or failures (flow_size, flow.h), own or seen by callers, raised
// to the share c of all change that lies in it and above it: (1 + d)^c − 1, where c = Σ ln(1 + d) over the entity and
// all that call it, directly or not, over the same of all entities.

#include <algorithm>
#include <cmath>
#include <memory>

#include "rca_core/evidence/evidence_source.h"
#include "rca_core/evidence/flow.h"
#include "rca_core/methods/evidence.h"

namespace rca {
namespace {

// `start` and what reaches it along `previous`.
std::vector<bool> with_all_before(std::size_t start, const std::vector<std::vector<std::size_t>>& previous) {
  std::vector<bool> seen(previous.size());
  std::vector<std::size_t> open{start};
  seen[start] = true;
  while (!open.empty()) {
    const std::size_t entity = open.back();
    open.pop_back();
    for (const std::size_t next : previous[entity]) {
      if (!seen[next]) open.push_back(next);
      seen[next] = true;
    }
  }
  return seen;
}

class GraphPosition final : public EvidenceSource {
 public:
  [[nodiscard]] std::string_view name() const override { return "graph_position"; }
  [[nodiscard]] std::string_view description() const override {
    return "anomalous itself, below the other anomalous entities in the call graph";
  }

  [[nodiscard]] std::vector<EvidenceItem> measure(const EvidenceContext& context) const override {
    const auto callers = callers_of_entities(context);
    if (std::all_of(callers.begin(), callers.end(), [](const auto& list) { return list.empty(); })) return {};
    std::vector<std::optional<FlowChange>> flows = flow_changes(context, false);
    const auto seen = flow_changes(context, true);
    std::vector<double> strength(flows.size(), 0);
    double all = 0;
    for (std::size_t i = 0; i < flows.size(); ++i) {
      if (seen[i] && (!flows[i] || seen[i]->size > flows[i]->size)) flows[i] = seen[i];
      if (flows[i]) strength[i] = std::log1p(flows[i]->size);
      all += strength[i];
    }
    if (!(all > 0)) return {};
    std::vector<EvidenceItem> items;
    for (std::size_t i = 0; i < flows.size(); ++i) {
      if (!flows[i]) continue;
      const std::vector<bool> above = with_all_before(i, callers);
      double covered = 0;
      for (std::size_t k = 0; k < above.size(); ++k) covered += above[k] ? strength[k] : 0.0;
      const double share = covered / all;
      constexpr double kPercent = 100;
      items.push_back(item_of_flow(
          context, i, flows[i]->change, std::expm1(share * strength[i]),
          "it and what calls it hold " + format_quantity(std::round(kPercent * share), "") + " % of all change"));
    }
    return items;
  }
};

const EvidenceRegistration registration(std::make_unique<GraphPosition>());

}  // namespace
}  // namespace rca
