#include "rca_core/diagnosis/class_match.h"

#include <algorithm>
#include <array>
#include <cctype>
#include <cmath>
#include <map>
#include <numeric>
#include <set>
#include <utility>

#include "rca_core/evidence/weighing.h"
#include "rca_core/methods/evidence.h"
#include "rca_core/stats/robust.h"

namespace rca {
namespace {

// What a term costs that is measured and not met, as a share of its weight: less elsewhere than at the entity itself,
// since not every fault spreads everywhere; more where the class is hardly itself without it, wherever that is.
constexpr double kAbsenceAtSelf = 0.25;
constexpr double kAbsenceOfDecisive = 0.5;
constexpr double kDecisiveWeight = 3;
constexpr double kAbsenceElsewhere = 0.1;
constexpr double kOpposite = 0.5;
// What moves though the class says that it stays: more than its staying says, since most things stay.
constexpr double kBrokenStay = 2;
// A movement that the peers share counts this much of what it would without them.
constexpr double kShared = 0.4;
// The same for what stays: what moves along with all its peers neither stayed nor broke away.
constexpr double kSharedStay = 0.5;
// From this many nats of movements on, what stays speaks with its full weight.
constexpr double kFullGate = 1.5;
constexpr double kUnknownPrior = 0.25;
constexpr double kMostNats = 12;
// A class of which nothing is measured at the entity itself is of another kind of entity.
constexpr double kForeign = -1.5;
constexpr double kMostLogOdds = 7;
constexpr std::size_t kLeastRoles = 2;
constexpr double kChangeKind = 1.2;   // nats for the most typical kind of change just before the onset
constexpr double kChangeWords = 1.5;  // nats for words that name the class
constexpr double kChangeElsewhere = 0.5;
constexpr std::int64_t kChangeFades = 30LL * 60 * 1000;  // ms after which a change is 1/e as likely a cause
constexpr std::int64_t kOnsetTolerance = 60LL * 1000;    // ms: the onset is known to within a scrape or two

bool is_stay(const SignatureTerm& term) {
  return term.movement == Movement::stays;
}

bool is_decisive(const SignatureTerm& term) {
  return term.weight >= kDecisiveWeight && !is_stay(term);
}

// Degree of what the term says, for one signal.
std::optional<double> degree_of(const SignatureTerm& term, const RoleMovement& movement) {
  const bool alone = term.place == Place::self && movement.peers > 0;
  double moved = movement.own;
  if (alone) {
    const double shared = (is_stay(term) ? kSharedStay : kShared) * movement.own;
    moved = std::fabs(movement.apart) >= std::fabs(shared) ? movement.apart : shared;
  }
  switch (term.movement) {
    case Movement::rises: return moved;
    case Movement::falls: return -moved;
    case Movement::moves: return std::fabs(moved);
    case Movement::stays: return 1 - 2 * std::fabs(moved);
    case Movement::missing: return -1;
    case Movement::saturates:
      if (!movement.saturation) return std::nullopt;
      return moved > 0 ? moved * *movement.saturation : moved;
  }
  return std::nullopt;
}

double contribution_of(const SignatureTerm& term, double degree) {
  if (is_stay(term)) return term.weight * degree * (degree < 0 ? kBrokenStay : 1.0);
  double absence = term.place == Place::self ? kAbsenceAtSelf : kAbsenceElsewhere;
  if (is_decisive(term)) absence = kAbsenceOfDecisive;
  if (degree >= 0) return term.weight * (degree - absence * (1 - degree));
  return term.weight * (-absence + kOpposite * degree);
}

class Matcher {
 public:
  explicit Matcher(const RoleMovements& movements) : movements_(movements) {
    for (const FaultClass& row : fault_classes()) {
      if (row.category != FaultCategory::observability_gaps) rows_.push_back(&row);
      for (const SignatureTerm& term : row.signature) {
        // A machine's roles are its own as well: nobody else has them.
        if (term.place == Place::self || term.place == Place::peers || term.place == Place::node) {
          own_roles_.insert(term.role);
        }
        if (term.place == Place::system && !system_.contains(&term)) system_[&term] = evaluate_system(term);
      }
    }
  }

  [[nodiscard]] EntityClasses match(std::size_t entity) const {
    EntityClasses out;
    out.recognised = is_recognised(entity);
    if (!out.recognised) {
      ClassMatch unknown;
      unknown.probability = 1;
      out.classes.push_back(std::move(unknown));
      return out;
    }
    double total = kUnknownPrior;
    const double prior = (1 - kUnknownPrior) / static_cast<double>(rows_.size());
    for (const FaultClass* const row : rows_) {
      const double nats = match_row(entity, *row, out.classes.emplace_back());
      total += prior * std::exp(nats);
    }
    out.log_odds = std::clamp(std::log(total), -kMostLogOdds, kMostLogOdds);
    normalise(out.classes, prior);
    for (const TermMatch& term : out.classes.front().terms) {
      if (is_decisive(*term.term) && term.entity == entity) out.mechanism = std::max(out.mechanism, term.degree);
    }
    return out;
  }

 private:
  [[nodiscard]] bool is_recognised(std::size_t entity) const {
    std::size_t known = 0;
    for (const std::string_view role : own_roles_) {
      if (movements_.find(entity, role) != nullptr && ++known == kLeastRoles) return true;
    }
    return false;
  }

  static void normalise(std::vector<ClassMatch>& classes, double prior) {
    ClassMatch unknown;
    classes.push_back(std::move(unknown));
    double sum = 0;
    for (ClassMatch& match : classes) {
      match.probability = (match.row == nullptr ? kUnknownPrior : prior) * std::exp(match.log_likelihood_ratio);
      sum += match.probability;
    }
    for (ClassMatch& match : classes) match.probability /= sum;
    std::stable_sort(classes.begin(), classes.end(),
                     [](const ClassMatch& a, const ClassMatch& b) { return a.probability > b.probability; });
  }

  // Fills `match`; returns the nats that speak for the entity.
  double match_row(std::size_t entity, const FaultClass& row, ClassMatch& match) const {
    match.row = &row;
    std::map<std::string_view, std::vector<TermMatch>> terms;
    bool own = false;
    for (const SignatureTerm& term : row.signature) {
      std::vector<TermMatch>& of_variant = terms[term.variant];
      const std::optional<TermMatch> found = evaluate(entity, term);
      if (!found) continue;
      of_variant.push_back(*found);
      own = own || (found->entity == entity && !is_stay(term));
    }
    const std::vector<TermMatch> shared = std::move(terms[""]);
    terms.erase("");
    if (terms.empty()) terms[""];
    double best = -kMostNats - 1;
    for (auto& [variant, of_variant] : terms) {
      of_variant.insert(of_variant.begin(), shared.begin(), shared.end());
      const double nats = add_up(of_variant);
      if (nats <= best) continue;
      best = nats;
      match.variant = variant;
      match.terms = of_variant;
    }
    if (!own) best = std::min(best, 0.0) + kForeign;
    const double for_entity = best - system_share(entity, match.terms);
    add_change(entity, row, match);
    match.log_likelihood_ratio = std::clamp(best + match.change_contribution, -kMostNats, kMostNats);
    return std::clamp(for_entity, -kMostNats, kMostNats);
  }

  // What the terms about the whole system add that must not speak for this entity: they are the same for all, so they
  // count for one as far as its own signals move as the class says.
  static double system_share(std::size_t entity, std::span<const TermMatch> terms) {
    double own = 0;
    double system = 0;
    for (const TermMatch& term : terms) {
      if (term.term->place == Place::system) system += term.contribution;
      if (term.entity == entity && !is_stay(*term.term)) own += std::max(0.0, term.contribution);
    }
    return system * (1 - std::min(1.0, own / kFullGate));
  }

  // The sum of the terms; what stays is held back until something moves.
  static double add_up(std::vector<TermMatch>& terms) {
    double moved = 0;
    for (const TermMatch& term : terms) {
      if (!is_stay(*term.term)) moved += std::max(0.0, term.contribution);
    }
    const double gate = std::min(1.0, moved / kFullGate);
    double sum = 0;
    for (TermMatch& term : terms) {
      if (is_stay(*term.term) && term.contribution > 0) term.contribution *= gate;
      sum += term.contribution;
    }
    return sum;
  }

  [[nodiscard]] std::optional<TermMatch> evaluate(std::size_t entity, const SignatureTerm& term) const {
    if (term.place == Place::system) return system_.at(&term);
    const std::vector<std::size_t> whose = movements_.at(entity, term.place, term.role);
    return term.place == Place::peers ? typical(term, whose) : clearest(term, whose);
  }

  [[nodiscard]] std::optional<TermMatch> evaluate_system(const SignatureTerm& term) const {
    return clearest(term, movements_.having(term.role));
  }

  [[nodiscard]] std::optional<TermMatch> measure(const SignatureTerm& term, std::size_t entity) const {
    const RoleMovement* const movement = movements_.find(entity, term.role);
    if (movement == nullptr) return std::nullopt;
    const std::optional<double> degree = degree_of(term, *movement);
    if (!degree) return std::nullopt;
    return TermMatch{&term, entity, movement->column, *degree, contribution_of(term, *degree)};
  }

  // Of several entities the one that moved most: it meets the term, or breaks one that says that all stay.
  [[nodiscard]] std::optional<TermMatch> clearest(const SignatureTerm& term, std::span<const std::size_t> whose) const {
    std::optional<TermMatch> best;
    for (const std::size_t entity : whose) {
      const std::optional<TermMatch> found = measure(term, entity);
      if (!found) continue;
      if (!best || (is_stay(term) ? found->degree < best->degree : found->degree > best->degree)) best = found;
    }
    return best;
  }

  [[nodiscard]] std::optional<TermMatch> typical(const SignatureTerm& term, std::span<const std::size_t> whose) const {
    std::vector<TermMatch> all;
    for (const std::size_t entity : whose) {
      const std::optional<TermMatch> found = measure(term, entity);
      if (found) all.push_back(*found);
    }
    if (all.empty()) return std::nullopt;
    std::stable_sort(all.begin(), all.end(),
                     [](const TermMatch& a, const TermMatch& b) { return a.degree < b.degree; });
    return all[(all.size() - 1) / 2];
  }

  void add_change(std::size_t entity, const FaultClass& row, ClassMatch& match) const {
    const IncidentView& view = *movements_.context().view;
    if (view.changes.empty()) return;
    const std::vector<EvidenceContext::Entity>& entities = movements_.context().entities;
    std::set<std::string_view> own = {entities[entity].name};
    for (const std::size_t member : movements_.members(entity)) own.insert(entities[member].name);
    std::set<std::string_view> near;
    for (const Place place : {Place::callee, Place::node}) {
      for (const std::size_t other : movements_.at(entity, place)) near.insert(entities[other].name);
    }
    for (const ChangeEvent& change : view.changes) {
      const bool its_own = own.contains(change.entity);
      if (!its_own && !near.contains(change.entity)) continue;
      const double fit = change_fit(change, row);
      const double nats = (kChangeKind * std::min(1.0, fit) + kChangeWords * std::max(0.0, fit - 1)) *
                          change_proximity(change, view.onset_time_ms()) * (its_own ? 1.0 : kChangeElsewhere);
      if (nats <= match.change_contribution) continue;
      match.change_contribution = nats;
      match.change = &change;
    }
  }

  const RoleMovements& movements_;
  std::vector<const FaultClass*> rows_;
  std::set<std::string_view> own_roles_;
  std::map<const SignatureTerm*, std::optional<TermMatch>> system_;  // the same for every entity
};

std::string lower(std::string_view text) {
  std::string out;
  for (const char c : text) out += static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
  return out;
}

EvidenceItem told(const RoleMovements& movements, const TermMatch& match) {
  const EvidenceContext& context = movements.context();
  const auto column = static_cast<std::size_t>(match.column);
  const Signal& signal = context.view->frame.signals[column];
  const SignalScore change = context.changes[column].value_or(SignalScore{});
  EvidenceItem item;
  item.kind = kSignatureKind;
  item.entity = signal.entity;
  item.signal = signal.role;
  item.value = match.degree;
  item.contribution = match.contribution;
  item.evidence.before = change.before;
  item.evidence.after = change.after;
  item.evidence.scale = change.scale;
  item.evidence.deviation = change.deviation;
  item.evidence.since_ms = change.since_row < 0 ? 0 : context.view->frame.grid.time_ms(change.since_row);
  item.evidence.text = describe_change(signal, change, "robust deviations", item.evidence.since_ms);
  return item;
}

EvidenceItem told(const ClassMatch& match) {
  EvidenceItem item;
  item.kind = "change_event";
  item.entity = match.change->entity;
  item.value = match.change_contribution;
  item.contribution = match.change_contribution;
  item.evidence.since_ms = match.change->time_ms;
  item.evidence.text = "a change of kind " + match.change->kind + " of " + match.change->entity + " at " +
                       format_time_of_day(match.change->time_ms);
  return item;
}

}  // namespace

std::vector<EntityClasses> match_classes(const RoleMovements& movements) {
  const Matcher matcher(movements);
  std::vector<EntityClasses> out;
  out.reserve(movements.context().entities.size());
  for (std::size_t entity = 0; entity < movements.context().entities.size(); ++entity) {
    out.push_back(matcher.match(entity));
  }
  return out;
}

std::vector<EvidenceItem> signature_evidence(const RoleMovements& movements, std::span<const EntityClasses> classes) {
  std::vector<EvidenceItem> out;
  for (std::size_t entity = 0; entity < classes.size(); ++entity) {
    if (!classes[entity].recognised) continue;
    const std::string& name = movements.context().entities[entity].name;
    const ClassMatch& match = classes[entity].classes.front();
    // Its own signal before those of its node and of what is around it: a slow network only shows there.
    const TermMatch* best = nullptr;
    for (const TermMatch& term : match.terms) {
      if (is_stay(*term.term) || !(term.contribution > 0)) continue;
      const auto rank = [&](const TermMatch& one) { return std::pair(one.entity == entity, one.contribution); };
      if (best == nullptr || rank(term) > rank(*best)) best = &term;
    }
    EvidenceItem item;
    if (match.row != nullptr && best != nullptr) {
      item = told(movements, *best);
      item.evidence.text = "it looks like " + std::string(match.name()) + ": " + item.evidence.text;
    } else {
      item.evidence.text = name + " looks like none of the known faults";
    }
    item.kind = kSignatureKind;
    item.entity = name;
    item.value = classes[entity].log_odds;
    item.contribution = 0;
    out.push_back(std::move(item));
  }
  return out;
}

std::vector<double> explained_by_mechanism(std::span<const EntityClasses> classes) {
  double first = 0;
  double second = 0;
  for (const EntityClasses& one : classes) {
    second = std::max(second, std::min(first, one.mechanism));
    first = std::max(first, one.mechanism);
  }
  std::vector<double> explained;
  explained.reserve(classes.size());
  for (const EntityClasses& one : classes) {
    const double of_others = one.mechanism < first ? first : second;
    explained.push_back(std::max(0.0, of_others - one.mechanism));
  }
  return explained;
}

std::vector<ClassProbability> join_classes(const RoleMovements& movements, std::span<const EntityPosterior> entities,
                                           std::span<const EntityClasses> classes, double least_told) {
  std::map<std::string_view, std::size_t> index;
  for (std::size_t i = 0; i < movements.context().entities.size(); ++i) {
    index.try_emplace(movements.context().entities[i].name, i);
  }
  std::vector<ClassProbability> out;
  for (const EntityPosterior& posterior : entities) {
    const auto found = index.find(posterior.entity);
    if (found == index.end() || found->second >= classes.size()) {
      out.push_back({posterior.entity, std::string(kUnknownFaultClass), posterior.probability, {}});
      continue;
    }
    for (const ClassMatch& match : classes[found->second].classes) {
      ClassProbability& joint = out.emplace_back();
      joint.entity = posterior.entity;
      joint.fault_class = match.name();
      joint.probability = posterior.probability * match.probability;
      if (joint.probability < least_told) continue;
      for (const TermMatch& term : match.terms) joint.matches.push_back(told(movements, term));
      if (match.change != nullptr) joint.matches.push_back(told(match));
      std::stable_sort(joint.matches.begin(), joint.matches.end(), [](const EvidenceItem& a, const EvidenceItem& b) {
        return std::fabs(a.contribution) > std::fabs(b.contribution);
      });
    }
  }
  std::stable_sort(out.begin(), out.end(),
                   [](const ClassProbability& a, const ClassProbability& b) { return a.probability > b.probability; });
  return out;
}

double change_proximity(const ChangeEvent& change, std::int64_t onset_ms) {
  if (change.time_ms > onset_ms + kOnsetTolerance) return 0;
  const auto before = static_cast<double>(std::max<std::int64_t>(0, onset_ms - change.time_ms));
  return std::exp(-before / static_cast<double>(kChangeFades));
}

double change_fit(const ChangeEvent& change, const FaultClass& row) {
  const auto kind = std::find(row.change_kinds.begin(), row.change_kinds.end(), change.kind);
  if (kind == row.change_kinds.end()) return 0;
  const double typical = 1 / (1 + 0.5 * static_cast<double>(kind - row.change_kinds.begin()));
  const std::string text = lower(change.to);
  const bool named = std::any_of(row.change_words.begin(), row.change_words.end(),
                                 [&](std::string_view word) { return text.find(word) != std::string::npos; });
  return named ? 2.0 : typical;
}

}  // namespace rca
