// Words and figures that the sections of a diagnosis share.
#include <algorithm>
#include <cmath>

#include "rca_core/diagnosis/sections.h"
#include "rca_core/methods/evidence.h"
#include "rca_core/methods/signal_nature.h"

namespace rca::sections {
namespace {

// Which way is worse for callers: +1 up, −1 down, 0 neither.
int worse_side(const Signal& signal) {
  switch (nature_of(signal)) {
    case SignalNature::latency: return 1;
    case SignalNature::failures: {
      const bool good =
          signal.role.find("availability") != std::string::npos || signal.role.find("success") != std::string::npos;
      return good ? -1 : 1;
    }
    case SignalNature::traffic:
    case SignalNature::internal: break;
  }
  return 0;
}

std::string caller_text(const Case& of, std::size_t entity) {
  const std::vector<std::size_t> callers = of.movements.at(entity, Place::caller);
  if (callers.empty()) return "its callers";
  if (callers.size() == 1) return of.name(callers.front());
  return of.name(callers.front()) + " and " + std::to_string(callers.size() - 1) + " other callers";
}

}  // namespace

std::string sli_text(const Case& of) {
  if (!of.view.sli_name.empty()) return std::string(of.view.sli_name);
  if (!of.view.sli_column || *of.view.sli_column < 0 || *of.view.sli_column >= of.view.frame.values.cols()) {
    return "the service level";
  }
  const Signal& signal = of.signal(*of.view.sli_column);
  return signal.role + " of " + signal.entity;
}

Evidence evidence_of(const Case& of, Eigen::Index column) {
  const SignalScore change = of.change(column);
  Evidence evidence;
  evidence.before = finite_score(change.before);
  evidence.after = finite_score(change.after);
  evidence.scale = finite_score(change.scale);
  evidence.deviation = finite_score(change.deviation);
  evidence.since_ms = change.since_row < 0 ? 0 : of.view.frame.grid.time_ms(change.since_row);
  evidence.text = describe_change(of.signal(column), change, "robust deviations", evidence.since_ms);
  return evidence;
}

double suffering(const Case& of, std::size_t entity) {
  double most = 0;
  for (const Eigen::Index column : of.context.entities[entity].columns) {
    const RoleMovement* const movement = of.movements.of_column(column);
    if (movement != nullptr) most = std::max(most, worse_side(of.signal(column)) * movement->own);
  }
  return most;
}

double largest_movement(const Case& of, std::size_t entity) {
  double most = 0;
  for (const Eigen::Index column : of.context.entities[entity].columns) {
    const RoleMovement* const movement = of.movements.of_column(column);
    if (movement != nullptr) most = std::max(most, std::fabs(movement->own));
  }
  return most;
}

std::int64_t onset_of(const Case& of, std::size_t entity) {
  std::int64_t first = 0;
  for (const Eigen::Index column : of.context.entities[entity].columns) {
    const RoleMovement* const movement = of.movements.of_column(column);
    const SignalScore change = of.change(column);
    if (movement == nullptr || std::fabs(movement->own) < 0.5 || change.since_row < 0) continue;
    const std::int64_t since = of.view.frame.grid.time_ms(change.since_row);
    if (first == 0 || since < first) first = since;
  }
  return first;
}

std::string fill(const Case& of, std::string_view text, std::size_t entity, std::optional<Eigen::Index> column) {
  std::string out;
  while (!text.empty()) {
    const std::size_t open = text.find('{');
    out.append(text.substr(0, open));
    if (open == std::string_view::npos) break;
    const std::size_t close = text.find('}', open);
    if (close == std::string_view::npos) break;
    const std::string_view name = text.substr(open + 1, close - open - 1);
    if (name == "entity") {
      out.append(of.name(entity));
    } else if (name == "caller") {
      out.append(caller_text(of, entity));
    } else if (name == "sli") {
      out.append(sli_text(of));
    } else if (column && name == "before") {
      out.append(format_quantity(of.change(*column).before, of.signal(*column).unit));
    } else if (column && name == "after") {
      out.append(format_quantity(of.change(*column).after, of.signal(*column).unit));
    } else if (column && name == "signal") {
      out.append(of.signal(*column).role);
    } else {
      out.append("the ").append(name == "signal" ? "signal" : "value");
    }
    text.remove_prefix(close + 1);
  }
  return out;
}

}  // namespace rca::sections
