// Every change in the window, with the likelihood that it brought the incident about: by its distance in time before
// the onset, by whom it changed, and by how well its kind fits the class that is named.
#include <algorithm>
#include <cmath>

#include "rca_core/diagnosis/sections.h"
#include "rca_core/methods/evidence.h"

namespace rca::sections {
namespace {

constexpr double kAtCause = 1.0;
constexpr double kAtMember = 0.9;
constexpr double kBelowCause = 0.6;  // what it calls or runs on
constexpr double kAtPeer = 0.3;
constexpr double kElsewhere = 0.1;
constexpr double kFitsNoKind = 0.25;  // of what a change of the right kind would have
constexpr double kClassUnknown = 0.6;

struct Nearness {
  double factor = kElsewhere;
  std::string text = "of an entity that is not named as a cause";
};

Nearness nearness(const Case& of, const Cause& cause, const std::string& entity) {
  if (of.name(cause.entity) == entity) return {kAtCause, "of the root cause itself"};
  for (const std::size_t member : of.movements.members(cause.entity)) {
    if (of.name(member) == entity) return {kAtMember, "of an entity that belongs to the root cause"};
  }
  for (const Place place : {Place::callee, Place::node}) {
    for (const std::size_t other : of.movements.at(cause.entity, place)) {
      if (of.name(other) == entity) {
        return {kBelowCause, place == Place::node ? "of what the root cause runs on" : "of what the root cause calls"};
      }
    }
  }
  for (const Eigen::Index column : of.context.entities[cause.entity].columns) {
    for (const std::size_t peer : of.movements.at(cause.entity, Place::peers, of.signal(column).role)) {
      if (of.name(peer) == entity) return {kAtPeer, "of a peer of the root cause"};
    }
  }
  return {};
}

// How well its kind fits the class, 0..1, and in words.
std::pair<double, std::string> kind_fit(const ChangeEvent& change, const Cause& cause) {
  if (cause.match->row == nullptr) return {kClassUnknown, ""};
  const double fit = change_fit(change, *cause.match->row);
  const std::string name(cause.match->row->name);
  if (fit > 1) return {1.0, "; what it changed names " + name};
  if (fit > 0) return {0.5 + 0.5 * fit, "; changes of this kind cause " + name};
  return {kFitsNoKind, "; changes of this kind rarely cause " + name};
}

std::string distance_text(std::int64_t before_ms) {
  const double seconds = static_cast<double>(before_ms < 0 ? -before_ms : before_ms) / 1000;
  const std::string size = seconds < 120 ? format_quantity(std::round(seconds), "seconds")
                                         : format_quantity(std::round(seconds / 60), "min");
  return size + (before_ms >= 0 ? " before the onset" : " after the onset");
}

ChangeAnalysis analyse(const Case& of, const ChangeEvent& change) {
  ChangeAnalysis out;
  out.change = change;
  const std::int64_t onset = of.view.onset_time_ms();
  const double proximity = change_proximity(change, onset);
  const std::string when = distance_text(onset - change.time_ms);
  if (of.causes.empty()) {
    out.likelihood = kElsewhere * proximity;
    out.text = "It came " + when + "; no root cause is named that it could be held against.";
    return out;
  }
  out.text = "It came " + when;
  if (proximity == 0) {
    out.text += ", too late to be its cause.";
    return out;
  }
  double best = -1;
  std::string why;
  for (const Cause& cause : of.causes) {
    const Nearness near = nearness(of, cause, change.entity);
    const auto [fit, text] = kind_fit(change, cause);
    if (near.factor * fit <= best) continue;
    best = near.factor * fit;
    why = near.text + text;
  }
  out.likelihood = std::clamp(proximity * best, 0.0, 1.0);
  out.text += ", " + why + ".";
  return out;
}

}  // namespace

std::vector<ChangeAnalysis> analyse_changes(const Case& of) {
  std::vector<ChangeAnalysis> out;
  out.reserve(of.view.changes.size());
  for (const ChangeEvent& change : of.view.changes) out.push_back(analyse(of, change));
  std::stable_sort(out.begin(), out.end(),
                   [](const ChangeAnalysis& a, const ChangeAnalysis& b) { return a.likelihood > b.likelihood; });
  return out;
}

}  // namespace rca::sections
