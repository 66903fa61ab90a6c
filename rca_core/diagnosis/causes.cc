// Which entities are named as root causes: the most probable one, and further ones where a fault of their own is needed
// to explain what those before cannot.
#include <algorithm>
#include <cmath>

#include "rca_core/diagnosis/sections.h"

namespace rca::sections {
namespace {

constexpr std::size_t kMostCauses = 3;
// What a further cause must bring itself. Posteriors are those of a single cause: however clear the second fault is,
// the first one leaves it little.
constexpr double kOwnSignature = 2;        // log-odds from the signature
constexpr double kSureOfClass = 0.6;       // how sure its class must be
constexpr double kPlainSecondShare = 0.5;  // without a signature: nearly as probable as the first
constexpr double kStandsOut = 0.5;         // movement

// The signal that speaks for the cause most: of the signature, else of the evidence, else the one that moved most.
std::optional<Eigen::Index> speaking_signal(const Case& of, const Cause& cause) {
  const TermMatch* best = nullptr;
  for (const TermMatch& term : cause.match->terms) {
    if (term.entity != cause.entity || term.term->movement == Movement::stays || term.contribution <= 0) continue;
    if (best == nullptr || term.contribution > best->contribution) best = &term;
  }
  if (best != nullptr && cause.match->row != nullptr) return best->column;
  for (const EntityPosterior& posterior : of.assessment.entities) {
    if (posterior.entity != of.name(cause.entity)) continue;
    for (const EvidenceItem& item : posterior.items) {
      const Eigen::Index column = of.view.frame.column(posterior.entity, item.signal);
      if (!item.signal.empty() && column >= 0) return column;
    }
  }
  std::optional<Eigen::Index> moved;
  double most = -1;
  for (const Eigen::Index column : of.context.entities[cause.entity].columns) {
    const double score = of.change(column).score;
    if (!of.context.changes[static_cast<std::size_t>(column)] || score <= most) continue;
    most = score;
    moved = column;
  }
  return moved;
}

std::optional<Cause> cause_at(const Case& of, const EntityPosterior& posterior) {
  const std::optional<std::size_t> entity = of.context.find(posterior.entity);
  if (!entity) return std::nullopt;
  Cause cause;
  cause.entity = *entity;
  cause.match = &of.classes[*entity].classes.front();
  cause.probability = posterior.probability * cause.match->probability;
  for (const ClassProbability& joint : of.assessment.classes) {
    if (joint.entity == posterior.entity && joint.fault_class == cause.match->name()) {
      cause.probability = joint.probability;
      break;
    }
  }
  cause.column = speaking_signal(of, cause);
  return cause;
}

bool speaks_for_itself(const Case& of, std::size_t entity) {
  const ClassMatch& match = of.classes[entity].classes.front();
  return match.row != nullptr && match.probability >= kSureOfClass && of.classes[entity].log_odds >= kOwnSignature;
}

// Neither fault explains the other. Peers may well break at the same time: each is judged by what the others did not
// do.
bool are_apart(const Case& of, const Cause& first, const Cause& second) {
  const auto explains = [&](const Cause& one, const Cause& other) {
    const std::vector<std::size_t> callees = of.movements.at(one.entity, Place::callee);
    const bool calls = std::find(callees.begin(), callees.end(), other.entity) != callees.end();
    return calls || explained_by(of, one, Peers::apart)[other.entity];
  };
  if (explains(first, second) || explains(second, first)) return false;
  if (first.match->row != second.match->row) return true;
  const std::vector<std::size_t> nodes = of.movements.at(first.entity, Place::node);
  const std::vector<std::size_t> others = of.movements.at(second.entity, Place::node);
  return std::none_of(nodes.begin(), nodes.end(),
                      [&](std::size_t node) { return std::find(others.begin(), others.end(), node) != others.end(); });
}

}  // namespace

std::vector<Cause> find_causes(const Case& of) {
  std::vector<Cause> causes;
  if (of.assessment.unknown || of.assessment.entities.empty()) return causes;
  const EntityPosterior& top = of.assessment.entities.front();
  const std::optional<Cause> first = cause_at(of, top);
  if (!first) return causes;
  causes.push_back(*first);
  for (std::size_t i = 1; i < of.assessment.entities.size() && causes.size() < kMostCauses; ++i) {
    const EntityPosterior& other = of.assessment.entities[i];
    const std::optional<std::size_t> entity = of.context.find(other.entity);
    if (!entity || largest_movement(of, *entity) < kStandsOut) continue;
    const bool plain = !of.classes[*entity].recognised && other.probability >= kPlainSecondShare * top.probability;
    if (!plain && !speaks_for_itself(of, *entity)) continue;
    const std::optional<Cause> further = cause_at(of, other);
    const bool apart = further && std::all_of(causes.begin(), causes.end(),
                                              [&](const Cause& named) { return are_apart(of, named, *further); });
    if (apart) causes.push_back(*further);
  }
  return causes;
}

}  // namespace rca::sections
