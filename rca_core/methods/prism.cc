// prism: the root cause is anomalous inside and outside, what it affects is anomalous outside only.
// L. Pham, "Graph-Free Root Cause Analysis" (PRISM), arXiv:2601.21359, 2026.
//
// The paper's component-property model: internal properties of a component (processor, memory, …) cause its external
// ones (latency, errors), and components influence each other only through the external ones. So a fault that
// propagates moves the external properties of many components, but the internal ones of the component where it is.
//
// Computed here, following the paper's idea in the form "internal × external anomaly":
//   anomaly of a signal  = largest |value − median| / interquartile range of the anomalous rows (as baro, two-sided)
//   internal, external   = the largest anomaly of the entity's signals of that kind (signal_nature.h)
//   score of the entity  = √(internal · external), which orders as the product does
// Within an entity, internal signals come before external ones. An entity without signals of one kind, of which others
// have some, gets the median of the others there: unknown is neither suspicious nor innocent. Where nobody has signals
// of one kind the other kind decides alone.
//
// The reference does not have this method.

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
#include "rca_core/methods/signal_nature.h"
#include "rca_core/stats/robust.h"
#include "rca_core/stats/scalers.h"

namespace rca {
namespace {

struct Component {
  double internal = -1;  // -1: no signal of this kind
  double external = -1;
};
using Components = std::map<std::string, Component, std::less<>>;

double& kind_of(Component& component, bool external) {
  return external ? component.external : component.internal;
}

// Fills what entities do not have; see above.
void fill_unknown(Components& components, bool external) {
  std::vector<double> known;
  for (auto& [name, component] : components) {
    const double value = kind_of(component, external);
    if (value >= 0) known.push_back(value);
  }
  const double typical = known.empty() ? 1.0 : median_in_place(known);
  for (auto& [name, component] : components) {
    double& value = kind_of(component, external);
    if (value < 0) value = typical;
  }
}

class Prism final : public Method {
 public:
  [[nodiscard]] std::string_view name() const override { return "prism"; }
  [[nodiscard]] std::string_view description() const override {
    return "anomaly inside the entity times anomaly that its callers see";
  }
  [[nodiscard]] std::string_view reference() const override {
    return "Pham, Graph-Free Root Cause Analysis, arXiv:2601.21359, 2026";
  }
  [[nodiscard]] Need needs() const override { return Need::metrics; }

  [[nodiscard]] Result<Ranking> rank(const IncidentView& view, const MethodOptions& options) const override {
    RCA_ASSIGN(const Windows windows, make_windows(view, options, view.onset_row));
    const Frame& frame = view.frame;
    auto scores = score_columns(frame, windows, [](std::span<const double> normal, std::vector<double>& scratch) {
      return or_standard(robust_scale(normal, scratch), normal, kRangePerSigma);
    });
    const auto signal_of = [&](const SignalScore& score) -> const Signal& {
      return frame.signals[static_cast<std::size_t>(score.column)];
    };
    Components components;
    for (const SignalScore& score : scores) {
      double& pooled = kind_of(components[signal_of(score).entity], is_external(signal_of(score)));
      pooled = std::max(pooled, score.score);
    }
    const Components measured = components;
    fill_unknown(components, false);
    fill_unknown(components, true);
    for (SignalScore& score : scores) {
      const Signal& signal = signal_of(score);
      Component& component = components.find(signal.entity)->second;
      const bool external = is_external(signal);
      const double share = kind_of(component, external) > 0 ? score.score / kind_of(component, external) : 1.0;
      // External signals speak for the entity only where it has no internal ones.
      constexpr double kAfterInternal = 0.5;
      const bool speaks = !external || measured.find(signal.entity)->second.internal < 0;
      score.score = std::sqrt(component.internal * component.external) * share * (speaks ? 1.0 : kAfterInternal);
    }
    return make_ranking(frame, name(), std::move(scores), [&](const SignalScore& score) {
      const Signal& signal = signal_of(score);
      const Component& component = measured.find(signal.entity)->second;
      const auto text = [](double value) { return value < 0 ? std::string("unknown") : format_quantity(value, ""); };
      return describe_change(signal, score, "interquartile ranges",
                             score.since_row < 0 ? 0 : frame.grid.time_ms(score.since_row)) +
             "; the largest anomaly of " + signal.entity + " is " + text(component.internal) + " inside, " +
             text(component.external) + " as its callers see it";
    });
  }
};

const MethodRegistration registration(std::make_unique<Prism>());

}  // namespace
}  // namespace rca
