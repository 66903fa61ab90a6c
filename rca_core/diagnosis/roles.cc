// Root cause, contributing factor, symptom: the part that each signal that moved plays.
#include <algorithm>
#include <cmath>

#include "rca_core/diagnosis/sections.h"
#include "rca_core/methods/signal_nature.h"

namespace rca::sections {
namespace {

constexpr double kMoved = 0.5;
constexpr double kStrongTerm = 2;      // weight from which a term of the signature shows the cause itself
constexpr double kOwnSignature = 1.0;  // log-odds from which an entity has a fault of its own
constexpr std::size_t kMostSymptoms = 40;
constexpr std::size_t kMostFactors = 10;

// Transitive closure from `start` along `next`, itself left out.
template <typename Next>
void reach(std::size_t start, std::vector<bool>& reached, const Next& next) {
  std::vector<std::size_t> open = {start};
  while (!open.empty()) {
    const std::size_t entity = open.back();
    open.pop_back();
    for (const std::size_t other : next(entity)) {
      if (reached[other]) continue;
      reached[other] = true;
      open.push_back(other);
    }
  }
}

bool acts_on(const Cause& cause, Place place) {
  return std::any_of(cause.match->terms.begin(), cause.match->terms.end(), [&](const TermMatch& term) {
    return term.term->place == place && term.term->movement != Movement::stays && term.degree > kMoved;
  });
}

// More is asked of the system: by users, tenants, or with longer prompts.
bool is_demand(const Signal& signal) {
  const std::string& role = signal.role;
  return nature_of(signal) == SignalNature::traffic || role == "prompt_tokens" || role == "request_max_tokens";
}

class Roles {
 public:
  explicit Roles(const Case& of) : of_(of), explained_(of.context.entities.size(), false) {
    for (const Cause& cause : of.causes) {
      const std::vector<bool> reached = explained_by(of, cause);
      for (std::size_t i = 0; i < reached.size(); ++i) explained_[i] = explained_[i] || reached[i];
    }
  }

  std::vector<Finding> run() {
    for (const Cause& cause : of_.causes) add_cause(cause);
    for (std::size_t entity = 0; entity < of_.context.entities.size(); ++entity) {
      const Cause* const cause = cause_at(entity);
      for (const Eigen::Index column : of_.context.entities[entity].columns) {
        if (is_taken(column)) continue;
        const RoleMovement* const movement = of_.movements.of_column(column);
        if (movement == nullptr || std::fabs(movement->own) < kMoved) continue;
        if (cause == nullptr && is_factor(entity, column)) {
          factors_.push_back(finding(column, Role::contributing_factor, factor_strength(entity, *movement)));
          factors_.back().fault_class = of_.classes[entity].classes.front().name();
        } else {
          symptoms_.push_back(finding(column, Role::symptom, std::fabs(movement->own)));
        }
      }
    }
    return merged();
  }

 private:
  [[nodiscard]] const Cause* cause_at(std::size_t entity) const {
    const auto found =
        std::find_if(of_.causes.begin(), of_.causes.end(), [&](const Cause& cause) { return cause.entity == entity; });
    return found == of_.causes.end() ? nullptr : &*found;
  }

  [[nodiscard]] bool is_taken(Eigen::Index column) const {
    return std::find(taken_.begin(), taken_.end(), column) != taken_.end();
  }

  [[nodiscard]] Finding finding(Eigen::Index column, Role role, double probability) const {
    Finding out;
    out.entity = of_.signal(column).entity;
    out.signal = of_.signal(column).role;
    out.role = role;
    out.probability = std::clamp(probability, 0.0, 1.0);
    out.evidence = evidence_of(of_, column);
    return out;
  }

  void add_cause(const Cause& cause) {
    if (cause.column) {
      causes_.push_back(finding(*cause.column, Role::root_cause, cause.probability));
      taken_.push_back(*cause.column);
    } else {  // known from its calls, spans or logs alone
      Finding out;
      out.entity = of_.name(cause.entity);
      out.role = Role::root_cause;
      out.probability = cause.probability;
      for (const EntityPosterior& posterior : of_.assessment.entities) {
        if (posterior.entity == out.entity && !posterior.items.empty()) out.evidence = posterior.items.front().evidence;
      }
      causes_.push_back(out);
    }
    causes_.back().fault_class = cause.match->name();
    for (const TermMatch& term : cause.match->terms) {
      const bool shows = cause.match->row != nullptr && term.entity == cause.entity &&
                         term.term->weight >= kStrongTerm && term.term->movement != Movement::stays &&
                         term.degree >= kMoved;
      if (!shows || is_taken(term.column)) continue;
      causes_.push_back(finding(term.column, Role::root_cause, cause.probability));
      causes_.back().fault_class = cause.match->name();
      taken_.push_back(term.column);
    }
  }

  // It moved by itself, before or at the onset, and nothing that is named explains it.
  [[nodiscard]] bool is_factor(std::size_t entity, Eigen::Index column) const {
    const SignalScore change = of_.change(column);
    const std::int64_t since = change.since_row < 0 ? 0 : of_.view.frame.grid.time_ms(change.since_row);
    std::int64_t cause_onset = 0;
    for (const Cause& cause : of_.causes) {
      const std::int64_t onset = onset_of(of_, cause.entity);
      if (onset != 0 && (cause_onset == 0 || onset < cause_onset)) cause_onset = onset;
    }
    const std::int64_t slack = 2 * of_.view.frame.grid.step_ms;
    const bool early = since != 0 && (cause_onset == 0 || since <= cause_onset + slack);
    if (!early) return false;
    const bool rose = of_.change(column).after > of_.change(column).before;
    const bool at_entry = of_.entry && *of_.entry == entity;
    if (is_demand(of_.signal(column)) && rose && (at_entry || !explained_[entity])) return true;
    const EntityClasses& own = of_.classes[entity];
    return !explained_[entity] && own.classes.front().row != nullptr && own.log_odds >= kOwnSignature;
  }

  [[nodiscard]] double factor_strength(std::size_t entity, const RoleMovement& movement) const {
    const EntityClasses& own = of_.classes[entity];
    const double certain = own.classes.front().row == nullptr ? 0.5 : own.classes.front().probability;
    return std::fabs(movement.own) * certain;
  }

  std::vector<Finding> merged() {
    const auto by_probability = [](const Finding& a, const Finding& b) { return a.probability > b.probability; };
    std::stable_sort(factors_.begin(), factors_.end(), by_probability);
    std::stable_sort(symptoms_.begin(), symptoms_.end(), by_probability);
    factors_.resize(std::min(factors_.size(), kMostFactors));
    symptoms_.resize(std::min(symptoms_.size(), kMostSymptoms));
    std::vector<Finding> out = std::move(causes_);
    out.insert(out.end(), factors_.begin(), factors_.end());
    out.insert(out.end(), symptoms_.begin(), symptoms_.end());
    return out;
  }

  const Case& of_;
  std::vector<bool> explained_;
  std::vector<Eigen::Index> taken_;
  std::vector<Finding> causes_, factors_, symptoms_;
};

}  // namespace

std::vector<bool> explained_by(const Case& of, const Cause& cause, Peers peers) {
  const std::size_t start = cause.entity;
  std::vector<bool> reached(of.context.entities.size(), false);
  const auto callers = [&](std::size_t entity) { return of.movements.at(entity, Place::caller); };
  const auto callees = [&](std::size_t entity) { return of.movements.at(entity, Place::callee); };
  reach(start, reached, callers);
  const auto spread = [&](Place place) {
    for (const std::size_t other : of.movements.at(start, place)) {
      reached[other] = true;
      reach(other, reached, callers);
    }
  };
  spread(Place::node);
  const std::vector<std::size_t> neighbours = of.movements.at(start, Place::neighbour);
  const std::vector<std::size_t> nodes = of.movements.at(start, Place::node);
  const bool is_node = std::find(nodes.begin(), nodes.end(), start) != nodes.end();
  if (is_node || acts_on(cause, Place::neighbour)) spread(Place::neighbour);
  if (acts_on(cause, Place::callee)) reach(start, reached, callees);
  for (const Eigen::Index column : of.context.entities[start].columns) {
    if (peers == Peers::apart) break;
    for (const std::size_t peer : of.movements.at(start, Place::peers, of.signal(column).role)) reached[peer] = true;
  }
  for (const std::size_t member : of.movements.members(start)) {
    reached[member] = true;
    reach(member, reached, callers);
  }
  for (const TermMatch& term : cause.match->terms) {
    if (term.term->place == Place::system && term.term->movement != Movement::stays && term.degree > kMoved) {
      reached[term.entity] = true;
      reach(term.entity, reached, callers);
    }
  }
  reached[start] = false;
  return reached;
}

std::vector<Finding> find_roles(const Case& of) {
  return Roles(of).run();
}

}  // namespace rca::sections
