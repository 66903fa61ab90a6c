// consensus: our own method. Weighs many kinds of evidence about entities against each other (evidence/weighing.h):
// what each adds to what users feel, how its resources moved, what its callers see of it, what its peers did not do,
// how many of its signals moved, in which order, and what was changed. The score of an entity is the calibrated
// probability that it is the root cause; docs/consensus.md explains the formula, the weights and their fit.
//
// A signal has its entity's probability times its share of the entity's contributions.

#include "rca_core/methods/consensus.h"

#include <algorithm>
#include <cmath>
#include <map>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "rca_core/methods/evidence.h"
#include "rca_core/methods/registry.h"
#include "rca_core/methods/scoring.h"

namespace rca {
namespace {

constexpr std::size_t kReasons = 3;

std::string reasons_of(const EntityPosterior& entity) {
  std::string text;
  std::size_t told = 0;
  for (const EvidenceItem& item : entity.items) {
    if (item.contribution <= 0 || told == kReasons) break;
    text += (told == 0 ? "" : "; ") + item.kind + ": " + item.evidence.text;
    ++told;
  }
  return text.empty() ? "nothing speaks for it" : text;
}

Candidate candidate_of(const EntityPosterior& entity) {
  Candidate candidate;
  candidate.entity = entity.entity;
  candidate.score = entity.probability;
  for (const EvidenceItem& item : entity.items) {
    if (item.signal.empty()) continue;
    candidate.signal = item.signal;
    candidate.evidence = item.evidence;
    break;
  }
  if (candidate.signal.empty() && !entity.items.empty()) candidate.evidence = entity.items.front().evidence;
  candidate.evidence.text = reasons_of(entity);
  return candidate;
}

// The signals of one entity, with their shares of its contributions.
void add_signals(const Frame& frame, const EntityPosterior& entity, const std::vector<Eigen::Index>& columns,
                 std::vector<Candidate>& signals) {
  std::map<std::string_view, const EvidenceItem*> strongest;
  std::map<std::string_view, double> contributions;
  for (const EvidenceItem& item : entity.items) {
    if (item.signal.empty()) continue;
    strongest.try_emplace(item.signal, &item);
    contributions[item.signal] += std::max(0.0, item.contribution);
  }
  double total = 0;
  for (const Eigen::Index column : columns) {
    const auto it = contributions.find(frame.signals[static_cast<std::size_t>(column)].role);
    if (it != contributions.end()) total += it->second;
  }
  for (const Eigen::Index column : columns) {
    const Signal& signal = frame.signals[static_cast<std::size_t>(column)];
    Candidate candidate;
    candidate.entity = signal.entity;
    candidate.signal = signal.role;
    if (const auto it = strongest.find(signal.role); it != strongest.end()) {
      candidate.evidence = it->second->evidence;
      candidate.score = total > 0 ? entity.probability * contributions[signal.role] / total : 0;
    } else {
      candidate.evidence.text = signal.role + " of " + signal.entity + " is not what the evidence rests on";
    }
    signals.push_back(std::move(candidate));
  }
}

class Consensus final : public Method {
 public:
  [[nodiscard]] std::string_view name() const override { return kConsensus; }
  [[nodiscard]] std::string_view description() const override {
    return "many kinds of evidence about entities, weighed into one calibrated probability";
  }
  [[nodiscard]] std::string_view reference() const override { return "docs/consensus.md"; }
  [[nodiscard]] Need needs() const override { return Need::metrics; }

  [[nodiscard]] Result<Ranking> rank(const IncidentView& view, const MethodOptions& options) const override {
    RCA_ASSIGN(const Assessment assessment, assess(view, options));
    return consensus_ranking(view.frame, assessment);
  }
};

const MethodRegistration consensus_registration(std::make_unique<Consensus>());

}  // namespace

Ranking consensus_ranking(const Frame& frame, const Assessment& assessment) {
  std::map<std::string_view, std::vector<Eigen::Index>> columns;
  for (std::size_t i = 0; i < frame.signals.size(); ++i) {
    columns[frame.signals[i].entity].push_back(static_cast<Eigen::Index>(i));
  }
  Ranking ranking;
  ranking.method = kConsensus;
  for (const EntityPosterior& entity : assessment.entities) {
    ranking.entities.push_back(candidate_of(entity));
    if (const auto it = columns.find(entity.entity); it != columns.end()) {
      add_signals(frame, entity, it->second, ranking.signals);
    }
  }
  std::stable_sort(ranking.signals.begin(), ranking.signals.end(),
                   [](const Candidate& a, const Candidate& b) { return a.score > b.score; });
  return ranking;
}

}  // namespace rca
