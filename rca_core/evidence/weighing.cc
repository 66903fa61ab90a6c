#include "rca_core/evidence/weighing.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <string>
#include <unordered_map>
#include <unordered_set>
#include <utility>

#include "rca_core/evidence/signal_kind.h"

namespace rca {
namespace {

#include "rca_core/evidence/consensus_weights.inc"

double weight_of(const Weighing& weighing, std::string_view kind) {
  const auto it = std::find_if(weighing.weights.begin(), weighing.weights.end(),
                               [&](const KindWeight& one) { return one.kind == kind; });
  return it == weighing.weights.end() ? 0 : it->weight;
}

// Whether the item rests on latency, failures or traffic alone, for the kinds that take any signal.
bool rests_on_flow(const EvidenceContext& context, const EvidenceItem& item) {
  if (item.kind == "exclusive_flow") return true;
  if (item.kind != "breadth" && item.kind != "persistence" && item.kind != "onset_order") return false;
  const std::optional<std::size_t> entity = context.find(item.entity);
  if (!entity) return false;
  const std::vector<Signal>& signals = context.view->frame.signals;
  const auto& columns = context.entities[*entity].columns;
  return std::any_of(columns.begin(), columns.end(), [&](Eigen::Index column) {
    const Signal& signal = signals[static_cast<std::size_t>(column)];
    return signal.role == item.signal && nature_for_evidence(signal) != SignalNature::internal;
  });
}

void sort_by_contribution(std::vector<EvidenceItem>& items) {
  std::stable_sort(items.begin(), items.end(), [](const EvidenceItem& a, const EvidenceItem& b) {
    return std::fabs(a.contribution) > std::fabs(b.contribution);
  });
}

// Softmax over the entities and "none of these", whose mass grows with the number of entities: among many, one stands
// out by chance.
double normalize(std::vector<EntityPosterior>& entities, const Weighing& weighing) {
  const double n_and_none = static_cast<double>(entities.size()) + 1;
  const double none = weighing.sharpness * weighing.none + std::log(n_and_none);
  double largest = none;
  for (const EntityPosterior& entity : entities) largest = std::max(largest, entity.log_odds);
  double total = std::exp(none - largest);
  for (const EntityPosterior& entity : entities) total += std::exp(entity.log_odds - largest);
  const auto mixed = [&](double log_odds) {
    return (1 - weighing.misled) * std::exp(log_odds - largest) / total + weighing.misled / n_and_none;
  };
  for (EntityPosterior& entity : entities) entity.probability = mixed(entity.log_odds);
  return mixed(none);
}

}  // namespace

const Weighing& consensus_weighing() {
  static constexpr Weighing kWeighing{kKindWeights, kSharpness, kNone, kMisled};
  return kWeighing;
}

std::vector<EvidenceItem> gather_evidence(const EvidenceContext& context) {
  std::unordered_set<std::string_view> known;
  for (const EvidenceContext::Entity& entity : context.entities) known.insert(entity.name);
  std::vector<EvidenceItem> all;
  for (const EvidenceSource* source : evidence_sources()) {
    for (EvidenceItem& item : source->measure(context)) {
      if (!std::isfinite(item.value) || !known.contains(item.entity)) continue;
      item.kind = source->name();
      all.push_back(std::move(item));
    }
  }
  return all;
}

double evidence_strength(double value) {
  return value > 0 ? std::log1p(value) : 0;
}

std::vector<bool> counted(const EvidenceContext& context, std::span<const EvidenceItem> items) {
  std::vector<bool> counts(items.size(), true);
  const auto number_of = [&](std::string_view kind) {
    return std::count_if(items.begin(), items.end(), [&](const EvidenceItem& item) { return item.kind == kind; });
  };
  const auto budgets = number_of("budget");
  if (budgets == 0 || 2 * budgets < number_of("exclusive_flow")) return counts;
  for (std::size_t i = 0; i < items.size(); ++i) counts[i] = !rests_on_flow(context, items[i]);
  return counts;
}

WeighedEntities weigh_entities(const EvidenceContext& context, std::vector<EvidenceItem> items,
                               const Weighing& weighing, std::span<const double> explained) {
  WeighedEntities weighed;
  weighed.entities.resize(context.entities.size());
  std::unordered_map<std::string_view, std::size_t> index;
  for (std::size_t i = 0; i < context.entities.size(); ++i) {
    weighed.entities[i].entity = context.entities[i].name;
    index.emplace(context.entities[i].name, i);
  }
  const std::vector<bool> counts = counted(context, items);
  for (std::size_t i = 0; i < items.size(); ++i) {
    EvidenceItem& item = items[i];
    const auto at = index.find(item.entity);
    if (at == index.end()) continue;
    double support = 0;
    if (item.kind == kSignatureKind) {
      support = kSignatureWeight * item.value;
    } else if (counts[i]) {
      const double effect = at->second < explained.size() ? explained[at->second] : 0;
      support = weight_of(weighing, item.kind) * evidence_strength(item.value) * (1 - kExplainedShare * effect);
    }
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
