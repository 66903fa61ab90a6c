// peers: the entity did what its peers did not. What all replicas do together (more load, a slower upstream) cancels,
// what one does alone stays. Formula and reasons: methods/peer_deviation.cc.
//
//   value = largest credit of its internal, latency and failure signals, in robust deviations; of what brings load and
//           has no other state, of its rises

#include <algorithm>
#include <memory>
#include <optional>
#include <string>
#include <unordered_map>
#include <unordered_set>
#include <vector>

#include "rca_core/evidence/evidence_source.h"
#include "rca_core/evidence/items.h"
#include "rca_core/evidence/signal_kind.h"
#include "rca_core/methods/peer_scores.h"

namespace rca {
namespace {

// Of what brings load: also in proportion, see items.h.
double beyond(const EvidenceContext& context, const SignalScore& score) {
  const std::optional<SignalScore>& change = context.changes[static_cast<std::size_t>(score.column)];
  if (!change || score.deviation < 0) return 0;
  return std::min(score.score, rise_beyond_peers(context, *change));
}

class Peers final : public EvidenceSource {
 public:
  [[nodiscard]] std::string_view name() const override { return "peers"; }
  [[nodiscard]] std::string_view description() const override {
    return "how far the entity moved away from its peers, which carry the same load";
  }
  [[nodiscard]] std::vector<EvidenceItem> measure(const EvidenceContext& context) const override {
    const Frame& frame = context.view->frame;
    const std::vector<PeerScore> scores = peer_scores(frame, context.windows);
    std::unordered_set<std::string_view> loads;
    for (const EvidenceContext::Entity& entity : context.entities) {
      if (brings_load(context, entity)) loads.insert(entity.name);
    }
    std::unordered_map<std::string_view, const PeerScore*> best;
    for (const PeerScore& score : scores) {
      const Signal& signal = frame.signals[static_cast<std::size_t>(score.score.column)];
      // The balancer moves load off a bad replica; nothing moves it off a tenant.
      if (nature_for_evidence(signal) == SignalNature::traffic && !loads.contains(signal.entity)) continue;
      const auto [it, added] = best.try_emplace(signal.entity, &score);
      if (!added && score.score.score > it->second->score.score) it->second = &score;
    }
    std::vector<EvidenceItem> items;
    for (const EvidenceContext::Entity& entity : context.entities) {
      const auto it = best.find(entity.name);
      if (it == best.end()) continue;
      const PeerScore& score = *it->second;
      const bool load = loads.contains(entity.name);
      const double value = load ? beyond(context, score.score) : score.score.score;
      if (load && !(value > 0)) continue;
      EvidenceItem item = item_of_change(context, entity, score.score, value);
      item.evidence.text += describe_peers(score);
      items.push_back(std::move(item));
    }
    return items;
  }
};

const EvidenceRegistration peers_registration(std::make_unique<Peers>());

}  // namespace
}  // namespace rca
