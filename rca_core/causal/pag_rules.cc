#include "rca_core/causal/pag_rules.h"

#include <algorithm>
#include <functional>
#include <vector>

namespace rca {
namespace {

using Variable = Eigen::Index;
using Path = std::vector<Variable>;

class PagRules {
 public:
  PagRules(const SeparatingSets& separating, CausalGraph& graph)
      : separating_(separating), graph_(graph), neighbours_(neighbours_of(graph)) {}

  void apply() {
    bool changed = true;
    while (changed) {
      changed = false;
      while (arrowheads()) changed = true;
      changed = circle_paths() || changed;
      changed = tails() || changed;
    }
  }

 private:
  [[nodiscard]] const Path& of(Variable a) const { return neighbours_[static_cast<std::size_t>(a)]; }
  [[nodiscard]] Variable count() const { return graph_.variables(); }

  // The mark at `at` of the edge from — at is …
  [[nodiscard]] bool is(Variable from, Variable at, Mark mark) const { return graph_.mark(from, at) == mark; }

  bool orient(Variable from, Variable at, Mark mark) {
    if (!is(from, at, Mark::circle)) return false;
    graph_.set_edge(from, at, graph_.mark(at, from), mark);
    return true;
  }

  // R1 to R4, once over all edges.
  bool arrowheads() {
    bool changed = false;
    for (Variable b = 0; b < count(); ++b) {
      for (const Variable a : of(b)) {
        for (const Variable c : of(b)) {
          if (a == c) continue;
          changed = rule_1(a, b, c) || changed;
          changed = rule_2(a, b, c) || changed;
          changed = rule_3(a, b, c) || changed;
        }
      }
    }
    for (Variable b = 0; b < count(); ++b) {
      for (const Variable c : of(b)) changed = rule_4(b, c) || changed;
    }
    return changed;
  }

  // a *→ b o—* c, a and c not adjacent: b → c.
  bool rule_1(Variable a, Variable b, Variable c) {
    if (graph_.adjacent(a, c) || !is(a, b, Mark::arrow) || !is(c, b, Mark::circle)) return false;
    orient(b, c, Mark::arrow);
    return orient(c, b, Mark::tail);
  }

  // a → b *→ c or a *→ b → c, and a *—o c: a *→ c.
  bool rule_2(Variable a, Variable b, Variable c) {
    if (!is(a, c, Mark::circle) || !is(a, b, Mark::arrow) || !is(b, c, Mark::arrow)) return false;
    if (!is(b, a, Mark::tail) && !is(c, b, Mark::tail)) return false;
    return orient(a, c, Mark::arrow);
  }

  // a *→ b ←* c, a *—o d o—* c, a and c not adjacent, d *—o b: d *→ b.
  bool rule_3(Variable a, Variable b, Variable c) {
    if (a > c || graph_.adjacent(a, c) || !is(a, b, Mark::arrow) || !is(c, b, Mark::arrow)) return false;
    bool changed = false;
    for (const Variable d : of(b)) {
      if (d == a || d == c || !is(d, b, Mark::circle)) continue;
      if (is(a, d, Mark::circle) && is(c, d, Mark::circle)) changed = orient(d, b, Mark::arrow) || changed;
    }
    return changed;
  }

  // A discriminating path ⟨d, …, a, b, c⟩ for b, b o—* c: b → c when b separates d and c, else a ↔ b ↔ c.
  bool rule_4(Variable b, Variable c) {
    if (!is(c, b, Mark::circle)) return false;
    for (const Variable a : of(b)) {
      if (a == c || !is(b, a, Mark::arrow) || !graph_.directed(a, c)) continue;
      const Variable d = start_of_discriminating_path(a, b, c);
      if (d < 0) continue;
      if (separating_.separates(d, c, b)) {
        orient(b, c, Mark::arrow);
        return orient(c, b, Mark::tail);
      }
      orient(a, b, Mark::arrow);
      orient(b, c, Mark::arrow);
      return orient(c, b, Mark::arrow);
    }
    return false;
  }

  // Walks back from a over colliders that are parents of c until a variable that is not adjacent to c; -1: none.
  [[nodiscard]] Variable start_of_discriminating_path(Variable a, Variable b, Variable c) const {
    std::vector<bool> seen(neighbours_.size(), false);
    for (const Variable used : {a, b, c}) seen[static_cast<std::size_t>(used)] = true;
    Path open = {a};
    for (std::size_t i = 0; i < open.size(); ++i) {
      const Variable at = open[i];
      for (const Variable before : of(at)) {
        if (seen[static_cast<std::size_t>(before)] || !is(before, at, Mark::arrow)) continue;
        if (!graph_.adjacent(before, c)) return before;
        if (!graph_.directed(before, c) || !is(at, before, Mark::arrow)) continue;
        seen[static_cast<std::size_t>(before)] = true;
        open.push_back(before);
      }
    }
    return -1;
  }

  // R5 to R7: what only selection bias explains.
  bool circle_paths() {
    bool changed = false;
    for (Variable a = 0; a < count(); ++a) {
      for (const Variable b : of(a)) {
        if (a < b) changed = rule_5(a, b) || changed;
      }
    }
    for (Variable b = 0; b < count(); ++b) {
      for (const Variable a : of(b)) {
        for (const Variable c : of(b)) {
          if (a == c || !is(c, b, Mark::circle) || !is(b, a, Mark::tail)) continue;
          const bool rule_6 = is(a, b, Mark::tail);
          const bool rule_7 = is(a, b, Mark::circle) && !graph_.adjacent(a, c);
          if (rule_6 || rule_7) changed = orient(c, b, Mark::tail) || changed;
        }
      }
    }
    return changed;
  }

  // a o—o b and an uncovered path of circles ⟨a, c, …, d, b⟩, a and d not adjacent, b and c not adjacent: all tails.
  bool rule_5(Variable a, Variable b) {
    const auto circles = [this](Variable from, Variable to) {
      return is(from, to, Mark::circle) && is(to, from, Mark::circle);
    };
    if (!circles(a, b)) return false;
    for (const Variable c : of(a)) {
      if (c == b || graph_.adjacent(c, b) || !circles(a, c)) continue;
      const auto ends_well = [&](const Path& path) { return !graph_.adjacent(a, path[path.size() - 2]); };
      const Path path = uncovered_path(a, c, b, circles, ends_well);
      if (path.empty()) continue;
      const auto undirect = [this](Variable from, Variable to) {
        orient(from, to, Mark::tail);
        orient(to, from, Mark::tail);
      };
      undirect(a, b);
      for (std::size_t i = 1; i < path.size(); ++i) undirect(path[i - 1], path[i]);
      return true;
    }
    return false;
  }

  // R8 to R10: tails at a of a o→ c.
  bool tails() {
    bool changed = false;
    for (Variable a = 0; a < count(); ++a) {
      for (const Variable c : of(a)) {
        if (!is(c, a, Mark::circle) || !is(a, c, Mark::arrow)) continue;
        if (rule_8(a, c) || rule_9(a, c) || rule_10(a, c)) changed = orient(c, a, Mark::tail) || changed;
      }
    }
    return changed;
  }

  // a → b → c or a —o b → c.
  [[nodiscard]] bool rule_8(Variable a, Variable c) const {
    return std::any_of(of(a).begin(), of(a).end(), [&](Variable b) {
      return b != c && is(b, a, Mark::tail) && !is(a, b, Mark::tail) && graph_.directed(b, c);
    });
  }

  // An uncovered, potentially directed path ⟨a, b, …, c⟩, b and c not adjacent.
  [[nodiscard]] bool rule_9(Variable a, Variable c) const {
    return std::any_of(of(a).begin(), of(a).end(), [&](Variable b) {
      if (b == c || graph_.adjacent(b, c) || !may_lead(a, b)) return false;
      return !potentially_directed_path(a, b, c).empty();
    });
  }

  // b → c ← d, uncovered potentially directed paths from a to b and from a to d, whose first steps go to two different
  // variables that are not adjacent.
  [[nodiscard]] bool rule_10(Variable a, Variable c) const {
    for (const Variable b : of(c)) {
      if (b == a || !graph_.directed(b, c)) continue;
      for (const Variable d : of(c)) {
        if (d == a || d <= b || !graph_.directed(d, c)) continue;
        for (const Variable first : first_steps(a, b, c)) {
          for (const Variable second : first_steps(a, d, c)) {
            if (first != second && !graph_.adjacent(first, second)) return true;
          }
        }
      }
    }
    return false;
  }

  // The variables to which uncovered potentially directed paths from a to b can go first.
  [[nodiscard]] Path first_steps(Variable a, Variable b, Variable c) const {
    Path out;
    for (const Variable first : of(a)) {
      if (first == c || !may_lead(a, first)) continue;
      if (first == b || !potentially_directed_path(a, first, b).empty()) out.push_back(first);
    }
    return out;
  }

  // The edge may be from → to: no arrowhead at `from`, no tail at `to`.
  [[nodiscard]] bool may_lead(Variable from, Variable to) const {
    return !is(to, from, Mark::arrow) && !is(from, to, Mark::tail);
  }

  [[nodiscard]] Path potentially_directed_path(Variable a, Variable b, Variable c) const {
    return uncovered_path(
        a, b, c, [this](Variable from, Variable to) { return may_lead(from, to); }, [](const Path&) { return true; });
  }

  // A path ⟨a, b, …, c⟩ over edges that `allowed` allows, in which no two variables with one between them are adjacent,
  // and that `accepted` accepts; empty: none. The edge from a to b is not asked about.
  [[nodiscard]] Path uncovered_path(Variable a, Variable b, Variable c,
                                    const std::function<bool(Variable, Variable)>& allowed,
                                    const std::function<bool(const Path&)>& accepted) const {
    std::vector<bool> on_path(neighbours_.size(), false);
    std::vector<bool> tried(neighbours_.size() * neighbours_.size(), false);  // by the last two variables
    for (const Variable used : {a, b}) on_path[static_cast<std::size_t>(used)] = true;
    Path path = {a, b};
    std::vector<std::size_t> next = {0};  // which neighbour of the last variable comes next
    while (path.size() > 1) {
      const Variable at = path.back();
      if (next.back() == of(at).size()) {
        on_path[static_cast<std::size_t>(at)] = false;
        path.pop_back();
        next.pop_back();
        continue;
      }
      const Variable to = of(at)[next.back()++];
      if (on_path[static_cast<std::size_t>(to)] || graph_.adjacent(path[path.size() - 2], to) || !allowed(at, to))
        continue;
      path.push_back(to);
      if (to == c) {
        if (accepted(path)) return path;
        path.pop_back();
        continue;
      }
      const std::size_t state = static_cast<std::size_t>(at * count() + to);
      if (tried[state]) {
        path.pop_back();
        continue;
      }
      tried[state] = true;
      on_path[static_cast<std::size_t>(to)] = true;
      next.push_back(0);
    }
    return {};
  }

  const SeparatingSets& separating_;
  CausalGraph& graph_;
  std::vector<Path> neighbours_;
};

}  // namespace

void apply_pag_rules(const SeparatingSets& separating, CausalGraph& graph) {
  PagRules(separating, graph).apply();
}

}  // namespace rca
