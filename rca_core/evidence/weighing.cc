#include "rca_core/evidence/weighing.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <string>
#include <unordered_map>
#include <utility>

namespace rca {
namespace {

#include "rca_core/evidence/consensus_weights.inc"

double weight_of(const Weighing& weighing, std::string_view kind) {
  const auto it = std::find_if(weighing.weights.begin(), weighing.weights.end(),
                               [&](const KindWeight& one) { return one.kind == kind; });
  return it == weighing.weights.end() ? 0 : it->weight;
}

void sort_by_contribution(std::vector<EvidenceItem>& items) {
  std::stable_sort(items.begin(), items.end(), [](const EvidenceItem& a, const EvidenceItem& b) {
    return std::fabs(a.contribution) > std::fabs(b.contribution);
  });
}

// Softmax over the entities and "none of these", whose mass grows with the number of entities: among many, one stands
// out by chance.
double normalize(std::vector<EntityPosterior>& entities, const Weighing& weighing) {
  const double none = weighing.sharpness * weighing.none + std::log1p(static_cast<double>(entities.size()));
  double largest = none;
  for (const EntityPosterior& entity : entities) largest = std::max(largest, entity.log_odds);
  double total = std::exp(none - largest);
  for (const EntityPosterior& entity : entities) total += std::exp(entity.log_odds - largest);
  for (EntityPosterior& entity : entities) entity.probability = std::exp(entity.log_odds - largest) / total;
  return std::exp(none - largest) / total;
}

}  // namespace

const Weighing& consensus_weighing() {
  static constexpr Weighing kWeighing{kKindWeights, kSharpness, kNone};
  return kWeighing;
}

std::vector<EvidenceItem> gather_evidence(const EvidenceContext& context) {
  std::vector<EvidenceItem> all;
  for (const EvidenceSource* source : evidence_sources()) {
    for (EvidenceItem& item : source->measure(context)) {
      if (!std::isfinite(item.value) || !context.find(item.entity)) continue;
      item.kind = source->name();
      all.push_back(std::move(item));
    }
  }
  return all;
}

double evidence_strength(double value) {
  return value > 0 ? std::log1p(value) : 0;
}

bool budget_replaces_flow(std::span<const EvidenceItem> items) {
  std::size_t flows = 0;
  std::size_t budgets = 0;
  for (const EvidenceItem& item : items) {
    if (item.kind == "exclusive_flow") ++flows;
    if (item.kind == "budget") ++budgets;
  }
  return budgets > 0 && 2 * budgets >= flows;
}

WeighedEntities weigh_entities(const EvidenceContext& context, std::vector<EvidenceItem> items,
                               const Weighing& weighing) {
  WeighedEntities weighed;
  weighed.entities.resize(context.entities.size());
  std::unordered_map<std::string_view, std::size_t> index;
  for (std::size_t i = 0; i < context.entities.size(); ++i) {
    weighed.entities[i].entity = context.entities[i].name;
    index.emplace(context.entities[i].name, i);
  }
  const bool replaced = budget_replaces_flow(items);
  for (EvidenceItem& item : items) {
    const auto at = index.find(item.entity);
    if (at == index.end()) continue;
    const double weight = replaced && item.kind == "exclusive_flow" ? 0 : weight_of(weighing, item.kind);
    const double support =
        item.kind == kSignatureKind ? kSignatureWeight * item.value : weight * evidence_strength(item.value);
    item.contribution = weighing.sharpness * support;
    EntityPosterior& entity = weighed.entities[at->second];
    entity.log_odds += item.contribution;
    entity.items.push_back(std::move(item));
  }
  for (EntityPosterior& entity : weighed.entities) sort_by_contribution(entity.items);
  weighed.none_of_these = normalize(weighed.entities, weighing);
  std::stable_sort(weighed.entities.begin(), weighed.entities.end(),
                   [](const EntityPosterior& a, const EntityPosterior& b) { return a.log_odds > b.log_odds; });
  return weighed;
}

}  // namespace rca
