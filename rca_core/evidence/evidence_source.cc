#include "rca_core/evidence/evidence_source.h"

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <cstdlib>
#include <functional>
#include <map>
#include <numeric>
#include <span>
#include <string>
#include <unordered_map>
#include <utility>

#include "rca_core/evidence/drift.h"
#include "rca_core/evidence/signal_kind.h"
#include "rca_core/methods/call_quality.h"
#include "rca_core/stats/robust.h"
#include "rca_core/stats/scalers.h"

namespace rca {
namespace {

// A signal that rests most of the time and leaps now and then has a median deviation near 0 and a large standard one:
// another leap must not count as hundreds of deviations.
constexpr double kShareOfStandard = 0.5;
constexpr double kShareOfPart = 0.5;
constexpr double kDeviates = 3;  // deviations from which a row counts as part of the change, for since_row

using SourcesByName = std::map<std::string, std::unique_ptr<EvidenceSource>, std::less<>>;

// Made at their first use: registrations run before main(), in no order that can be relied on. The list is made after
// them.
SourcesByName& sources_by_name() {
  static SourcesByName sources;
  return sources;
}

std::vector<EvidenceContext::Entity> entities_of(const IncidentView& view) {
  std::vector<EvidenceContext::Entity> entities;
  std::unordered_map<std::string_view, std::size_t> index;
  const auto entity = [&](std::string_view name) -> EvidenceContext::Entity& {
    const auto [it, added] = index.try_emplace(name, entities.size());
    if (added) entities.push_back({std::string(name), {}, std::nullopt});
    return entities[it->second];
  };
  for (std::size_t i = 0; i < view.frame.signals.size(); ++i) {
    entity(view.frame.signals[i].entity).columns.push_back(static_cast<Eigen::Index>(i));
  }
  if (view.graph != nullptr) {
    for (EntityGraph::Node node = 0; node < view.graph->size(); ++node) entity(view.graph->name(node)).node = node;
  }
  for (const Span& span : view.spans) entity(span.entity);
  for (const LogLine& line : view.logs) entity(line.entity);
  std::erase_if(entities, [](const EvidenceContext::Entity& one) { return one.name.empty(); });
  return entities;
}

// The first of the rows that is on the side to which the median went, by as much as deserves a name.
Eigen::Index first_deviating_row(std::span<const double> rows, Eigen::Index begin, const SignalScore& change) {
  if (change.score < kDeviates) return -1;
  const double side = change.deviation > 0 ? 1 : -1;
  for (std::size_t row = 0; row < rows.size(); ++row) {
    if (side * (rows[row] - change.before) >= kDeviates * change.scale) {
      return begin + static_cast<Eigen::Index>(row);
    }
  }
  return -1;
}

void set_level(SignalScore& change, double level) {
  change.after = level;
  change.deviation = finite_score((level - change.before) / change.scale);
  change.score = std::fabs(change.deviation);
}

// A fault that lasts for less than half of the window does not move the median, but a quartile. It counts half, and
// less one deviation: quartiles lie off the centre without any fault.
void allow_for_part_of_the_window(SignalScore& change, double quartile) {
  SignalScore other = change;
  set_level(other, quartile);
  other.score = (other.score - 1) * kShareOfPart;
  if (other.score <= change.score) return;
  other.deviation = std::copysign(other.score, other.deviation);
  change = other;
}

std::optional<SignalScore> change_of(const Frame& frame, const Windows& windows, Eigen::Index column,
                                     std::vector<double>& scratch) {
  const std::span<const double> normal = column_rows(frame, column, windows.normal_begin, windows.normal_rows);
  const std::span<const double> anomalous = column_rows(frame, column, windows.anomalous_begin, windows.anomalous_rows);
  const Scale scale = or_standard(mad_scale(normal, scratch), normal, 1.0);
  const double spread = std::max(scale.spread, kShareOfStandard * standard_scale(normal).spread);
  copy_present(anomalous, scratch);
  if (scale.count == 0 || scratch.empty()) return std::nullopt;

  SignalScore change;
  change.column = column;
  change.before = scale.centre;
  const Signal& signal = frame.signals[static_cast<std::size_t>(column)];
  const bool failures = nature_for_evidence(signal) == SignalNature::failures;
  const double mean = std::accumulate(scratch.begin(), scratch.end(), 0.0) / static_cast<double>(scratch.size());
  const Quartiles quartiles = quartiles_in_place(scratch);
  const double largest =
      std::max({std::fabs(change.before), std::fabs(mean), std::fabs(quartiles.lower), std::fabs(quartiles.upper)});
  const double floor = scale_floor(signal.unit, change.before, largest);
  change.scale = scale.constant ? floor : std::max(spread, floor);
  set_level(change, failures ? mean : quartiles.median);
  if (!failures) {
    allow_for_part_of_the_window(change, quartiles.lower);
    allow_for_part_of_the_window(change, quartiles.upper);
  }
  change.since_row = first_deviating_row(anomalous, windows.anomalous_begin, change);
  const std::optional<Drift> drift = failures ? std::nullopt : drift_of(normal, quartiles.median, floor, scratch);
  if (drift) {
    change.before = drift->before;
    change.scale = drift->spread;
    set_level(change, quartiles.median);
    change.since_row = first_deviating_row(column_rows(frame, column, windows.normal_begin, windows.normal_rows),
                                           windows.normal_begin, change);
  }
  return change;
}

}  // namespace

std::optional<std::size_t> EvidenceContext::find(std::string_view entity) const {
  const auto it =
      std::find_if(entities.begin(), entities.end(), [&](const Entity& candidate) { return candidate.name == entity; });
  if (it == entities.end()) return std::nullopt;
  return static_cast<std::size_t>(it - entities.begin());
}

Result<EvidenceContext> make_evidence_context(const IncidentView& view, const MethodOptions& options) {
  EvidenceContext context;
  RCA_ASSIGN(context.windows, make_windows(view, options, view.onset_row));
  context.view = &view;
  context.options = options;
  context.sli = sli_nature_of(view);
  context.entities = entities_of(view);
  context.changes.resize(view.frame.signals.size());
  for_each_column(view.frame.values.cols(), context.windows.normal_rows + context.windows.anomalous_rows,
                  [&](Eigen::Index column, std::vector<double>& scratch) {
                    context.changes[static_cast<std::size_t>(column)] =
                        change_of(view.frame, context.windows, column, scratch);
                  });
  return context;
}

const std::vector<const EvidenceSource*>& evidence_sources() {
  static const std::vector<const EvidenceSource*> all = [] {
    std::vector<const EvidenceSource*> list;
    for (const auto& [name, source] : sources_by_name()) list.push_back(source.get());
    return list;
  }();
  return all;
}

EvidenceRegistration::EvidenceRegistration(std::unique_ptr<EvidenceSource> source) {
  const std::string name(source->name());
  if (!sources_by_name().emplace(name, std::move(source)).second) {
    std::fprintf(stderr, "two kinds of evidence are registered as \"%s\"\n", name.c_str());
    std::abort();
  }
}

}  // namespace rca
