// onset_order: whose signals moved first. Effects follow their cause; but by less than the rows of most telemetry are
// apart, and a signal that ramps up (a rate over a window) crosses any threshold late. So an entity that comes later
// than the first one loses only as much as the two times can be told apart:
//
//   value = exp(−lag / uncertainty),   lag = first deviating row − that of the earliest entity, in rows
//   uncertainty = 1 + the rows that the later and the earliest signal each took from 3 deviations to half of their
//   change
//
// Of an entity counts the earliest of its two strongest signals, one internal, one that callers see.

#include <cmath>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "rca_core/evidence/evidence_source.h"
#include "rca_core/evidence/items.h"
#include "rca_core/evidence/signal_kind.h"
#include "rca_core/methods/evidence.h"

namespace rca {
namespace {

struct FirstMove {
  const SignalScore* change = nullptr;
  double ramp_rows = 0;
};

// Rows from the first one that deviates to the first that is half the way.
double ramp_rows(const EvidenceContext& context, const SignalScore& change) {
  const auto rows =
      column_rows(context.view->frame, change.column, change.since_row, context.windows.end() - change.since_row);
  const double half = (change.after - change.before) / 2;
  for (std::size_t row = 0; row < rows.size(); ++row) {
    const double moved = rows[row] - change.before;
    if (moved * half > 0 && std::fabs(moved) >= std::fabs(half)) return static_cast<double>(row);
  }
  return static_cast<double>(rows.size());
}

FirstMove first_move(const EvidenceContext& context, const EvidenceContext::Entity& entity) {
  FirstMove first;
  for (const bool internal : {true, false}) {
    const SignalScore* change = strongest_change(context, entity, [&](const Signal& signal) {
      return (nature_for_evidence(signal) == SignalNature::internal) == internal;
    });
    if (change == nullptr || change->since_row < 0) continue;
    if (first.change == nullptr || change->since_row < first.change->since_row) first.change = change;
  }
  if (first.change != nullptr) first.ramp_rows = ramp_rows(context, *first.change);
  return first;
}

class OnsetOrder final : public EvidenceSource {
 public:
  [[nodiscard]] std::string_view name() const override { return "onset_order"; }
  [[nodiscard]] std::string_view description() const override {
    return "whether the entity's signals moved first, as far as the times can be told apart";
  }
  [[nodiscard]] std::vector<EvidenceItem> measure(const EvidenceContext& context) const override {
    std::vector<FirstMove> moves;
    const FirstMove* earliest = nullptr;
    moves.reserve(context.entities.size());
    for (const EvidenceContext::Entity& entity : context.entities) {
      moves.push_back(first_move(context, entity));
      const FirstMove& move = moves.back();
      if (move.change == nullptr) continue;
      if (earliest == nullptr || move.change->since_row < earliest->change->since_row ||
          (move.change->since_row == earliest->change->since_row && move.ramp_rows < earliest->ramp_rows)) {
        earliest = &move;
      }
    }
    std::vector<EvidenceItem> items;
    for (std::size_t i = 0; i < moves.size(); ++i) {
      if (moves[i].change == nullptr) continue;
      const auto lag = static_cast<double>(moves[i].change->since_row - earliest->change->since_row);
      const double value = std::exp(-lag / (1 + moves[i].ramp_rows + earliest->ramp_rows));
      EvidenceItem item = item_of_change(context, context.entities[i], *moves[i].change, value);
      const double seconds = lag * static_cast<double>(context.view->frame.grid.step_ms) / 1000;
      item.evidence.text += lag == 0 ? "; nothing moved before it"
                                     : "; " + format_quantity(seconds, "seconds") + " after the first signal of all";
      items.push_back(std::move(item));
    }
    return items;
  }
};

const EvidenceRegistration onset_order_registration(std::make_unique<OnsetOrder>());

}  // namespace
}  // namespace rca
