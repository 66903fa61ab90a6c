#include "rca_core/methods/candidates.h"

#include <algorithm>
#include <cmath>
#include <set>
#include <utility>

#include "rca_core/methods/evidence.h"
#include "rca_core/stats/robust.h"
#include "rca_core/stats/scalers.h"

namespace rca {

Ranking rank_candidates(std::string_view method, std::vector<Candidate> candidates) {
  for (Candidate& candidate : candidates) {
    candidate.score = finite_score(candidate.score);
    candidate.evidence.deviation = finite_score(candidate.evidence.deviation);
  }
  std::stable_sort(candidates.begin(), candidates.end(),
                   [](const Candidate& a, const Candidate& b) { return a.score > b.score; });
  Ranking ranking;
  ranking.method = method;
  std::set<std::pair<std::string, std::string>> signals;
  std::set<std::string> entities;
  for (Candidate& candidate : candidates) {
    if (!signals.emplace(candidate.entity, candidate.signal).second) continue;
    if (entities.insert(candidate.entity).second) ranking.entities.push_back(candidate);
    ranking.signals.push_back(std::move(candidate));
  }
  return ranking;
}

std::vector<SignalScore> median_changes(const Frame& frame, const Windows& windows) {
  std::vector<SignalScore> out;
  std::vector<double> scratch;
  for (Eigen::Index column = 0; column < frame.values.cols(); ++column) {
    const std::span<const double> normal = column_rows(frame, column, windows.normal_begin, windows.normal_rows);
    const Scale scale = or_standard(mad_scale(normal, scratch), normal, 1.0);
    copy_present(column_rows(frame, column, windows.anomalous_begin, windows.anomalous_rows), scratch);
    if (scale.count == 0 || scratch.empty() || !std::isfinite(scale.centre)) continue;
    SignalScore& change = out.emplace_back();
    change.column = column;
    change.before = scale.centre;
    change.after = median_in_place(scratch);
    const double largest = std::max(std::fabs(change.before), std::fabs(change.after));
    const std::string& unit = frame.signals[static_cast<std::size_t>(column)].unit;
    const double floor = scale_floor(unit, change.before, largest);
    change.scale = scale.constant || !std::isfinite(scale.spread) ? floor : std::max(scale.spread, floor);
    change.deviation = finite_score((change.after - change.before) / change.scale);
    change.score = std::fabs(change.deviation);
  }
  return out;
}

std::map<std::string, SignalScore, std::less<>> strongest_changes(const Frame& frame, const Windows& windows) {
  std::map<std::string, SignalScore, std::less<>> out;
  for (const SignalScore& change : median_changes(frame, windows)) {
    const auto [best, added] = out.emplace(frame.signals[static_cast<std::size_t>(change.column)].entity, change);
    if (!added && change.score > best->second.score) best->second = change;
  }
  return out;
}

Evidence evidence_of(const Frame& frame, const SignalScore& change, std::string_view because) {
  Evidence evidence;
  evidence.before = change.before;
  evidence.after = change.after;
  evidence.scale = change.scale;
  evidence.deviation = finite_score(change.deviation);
  evidence.since_ms = change.since_row < 0 ? 0 : frame.grid.time_ms(change.since_row);
  evidence.text = describe_change(frame.signals[static_cast<std::size_t>(change.column)], change, "robust deviations",
                                  evidence.since_ms);
  if (!because.empty()) evidence.text += "; " + std::string(because);
  return evidence;
}

}  // namespace rca
