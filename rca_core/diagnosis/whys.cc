// The five whys: from what users feel down to the cause, each step with the signal and figure that supports it.
#include <algorithm>
#include <cmath>

#include "rca_core/diagnosis/sections.h"
#include "rca_core/methods/evidence.h"

namespace rca::sections {
namespace {

constexpr std::size_t kMostWhys = 5;
constexpr double kSupported = 0.3;  // degree from which a figure supports a step
constexpr double kInferred = 0.4;   // share of the confidence in the class that a step without a figure gets
constexpr double kFresh = 0.3;      // proximity from which a change supports a step

struct Support {
  Eigen::Index column = 0;
  double degree = 0;
};

// What the signature says of this role at this place; nullptr: it is not in the signature, or was not measured.
const TermMatch* term_of(const ClassMatch& match, const WhyTemplate& why) {
  const TermMatch* best = nullptr;
  for (const TermMatch& term : match.terms) {
    if (term.term->role != why.role || term.term->place != why.place) continue;
    if (best == nullptr || term.degree > best->degree) best = &term;
  }
  return best;
}

// The signal for the step: as in the signature, else the one at the place that moved most. nullopt: nothing supports
// it.
std::optional<Support> support_of(const Case& of, const Cause& cause, const WhyTemplate& why) {
  if (const TermMatch* const term = term_of(*cause.match, why)) {
    if (term->degree < kSupported) return std::nullopt;
    return Support{term->column, term->degree};
  }
  const std::span<const std::size_t> all = of.movements.having(why.role);
  const std::vector<std::size_t> whose = why.place == Place::system
                                             ? std::vector<std::size_t>(all.begin(), all.end())
                                             : of.movements.at(cause.entity, why.place, why.role);
  std::optional<Support> best;
  for (const std::size_t entity : whose) {
    const RoleMovement* const movement = of.movements.find(entity, why.role);
    if (movement == nullptr) continue;
    const double degree = std::fabs(movement->own);
    if (degree >= kSupported && (!best || degree > best->degree)) best = Support{movement->column, degree};
  }
  return best;
}

std::string change_text(const ChangeEvent& change) {
  std::string text = change.kind + " of " + change.entity + " changed";
  if (!change.from.empty()) text += " from " + change.from;
  if (!change.to.empty()) text += " to " + change.to;
  return text + " at " + format_time_of_day(change.time_ms);
}

class Whys {
 public:
  Whys(const Case& of, const Cause& cause) : of_(of), cause_(cause) {}

  std::vector<Why> run() {
    const ClassMatch& match = *cause_.match;
    if (match.row == nullptr) {
      from_evidence();
    } else {
      for (const WhyTemplate& why : match.row->whys) {
        if (why.variant.empty() || why.variant == match.variant) add(why);
      }
      if (whys_.size() == inferred_) from_evidence();
    }
    return finished();
  }

 private:
  void add(const WhyTemplate& why) {
    const ClassMatch& match = *cause_.match;
    Why step;
    if (why.role.empty()) {
      const bool fresh = match.change != nullptr && !change_told_ &&
                         change_proximity(*match.change, of_.view.onset_time_ms()) >= kFresh;
      step.text = fresh
                      ? change_text(*match.change)
                      : "Inferred: no signal measures this; the other steps fit " + std::string(match.row->name) + ".";
      step.confidence = (fresh ? 1.0 : kInferred) * match.probability;
      change_told_ = change_told_ || fresh;
      inferred_ += fresh ? 0U : 1U;
      step.effect = fill(of_, why.effect, cause_.entity);
      step.cause = fill(of_, why.cause, cause_.entity);
    } else {
      const std::optional<Support> support = support_of(of_, cause_, why);
      if (!support) return;
      const Signal& signal = of_.signal(support->column);
      step.entity = signal.entity;
      step.signal = signal.role;
      step.text = evidence_of(of_, support->column).text;
      step.confidence = std::clamp(support->degree, 0.0, 1.0) * match.probability;
      step.effect = fill(of_, why.effect, cause_.entity, support->column);
      step.cause = fill(of_, why.cause, cause_.entity, support->column);
    }
    whys_.push_back(std::move(step));
  }

  // Without a class: what speaks for the entity, in the order of its weight.
  void from_evidence() {
    whys_.clear();
    const std::string& name = of_.name(cause_.entity);
    for (const EntityPosterior& posterior : of_.assessment.entities) {
      if (posterior.entity != name) continue;
      for (const EvidenceItem& item : posterior.items) {
        if (whys_.size() == kMostWhys || item.contribution <= 0) break;
        if (item.evidence.text.empty()) continue;
        const bool told =
            std::any_of(whys_.begin(), whys_.end(), [&](const Why& why) { return why.text == item.evidence.text; });
        if (told) continue;
        Why step;
        step.effect = whys_.empty() ? sli_text(of_) + " left its objective" : "why " + name + " (" + item.kind + ")";
        step.cause = item.evidence.text;
        step.confidence = posterior.probability;
        step.entity = name;
        step.signal = item.signal;
        step.text = item.evidence.text;
        whys_.push_back(std::move(step));
      }
    }
    if (!whys_.empty()) return;
    Why step;
    step.effect = sli_text(of_) + " left its objective";
    step.cause = name + " departs from its normal behaviour";
    step.confidence = cause_.probability;
    step.entity = name;
    if (cause_.column) {
      step.signal = of_.signal(*cause_.column).role;
      step.text = evidence_of(of_, *cause_.column).text;
    }
    whys_.push_back(std::move(step));
  }

  // A chain: the first step explains the SLI, they are numbered, the deepest are kept.
  std::vector<Why> finished() {
    if (whys_.size() > kMostWhys) whys_.resize(kMostWhys);
    for (std::size_t i = 0; i < whys_.size(); ++i) whys_[i].step = static_cast<int>(i) + 1;
    if (!whys_.empty()) whys_.front().effect = sli_text(of_) + " left its objective";
    return std::move(whys_);
  }

  const Case& of_;
  const Cause& cause_;
  std::vector<Why> whys_;
  std::size_t inferred_ = 0;
  bool change_told_ = false;
};

}  // namespace

std::vector<Why> ask_whys(const Case& of) {
  if (of.causes.empty()) return {};
  return Whys(of, of.causes.front()).run();
}

}  // namespace rca::sections
