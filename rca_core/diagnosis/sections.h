// The sections of a diagnosis, one function and one file each; for diagnosis.cc and its tests.
#pragma once

#include <cstddef>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "rca_core/diagnosis/class_match.h"
#include "rca_core/diagnosis/diagnosis.h"
#include "rca_core/diagnosis/role_movement.h"

namespace rca::sections {

// An entity that is named as a root cause, and how.
struct Cause {
  std::size_t entity = 0;              // as numbered in the context
  const ClassMatch* match = nullptr;   // of the class that is named; its row is null for "unknown"
  double probability = 0;              // joint, of entity and class
  std::optional<Eigen::Index> column;  // the signal that speaks for it most
};

// What all sections look at. Everything is owned by diagnose() and outlives it.
struct Case {
  const IncidentView& view;
  const EvidenceContext& context;
  const RoleMovements& movements;
  std::span<const EntityClasses> classes;  // of each entity of the context
  const Assessment& assessment;
  std::vector<Cause> causes;         // best first; empty: unknown
  std::optional<std::size_t> entry;  // whom users call: the view's entry, else the entity of the SLI

  [[nodiscard]] const std::string& name(std::size_t entity) const { return context.entities[entity].name; }
  [[nodiscard]] const Signal& signal(Eigen::Index column) const {
    return view.frame.signals[static_cast<std::size_t>(column)];
  }
  [[nodiscard]] SignalScore change(Eigen::Index column) const {
    return context.changes[static_cast<std::size_t>(column)].value_or(SignalScore{});
  }
};

// --- words and figures ---------------------------------------------------------------------------------------------

// The SLI for a sentence: the view's name of it, else "ttft of model-a" by its signal, else "the service level".
std::string sli_text(const Case& of);
// The change of a column in numbers and as a sentence.
Evidence evidence_of(const Case& of, Eigen::Index column);
// Degree 0..1 of the largest movement of what callers of the entity can see (latency, failures), for the worse.
double suffering(const Case& of, std::size_t entity);
// Largest movement of any of its signals, 0..1.
double largest_movement(const Case& of, std::size_t entity);
// When the first of its signals that moved did so; 0: none did.
std::int64_t onset_of(const Case& of, std::size_t entity);
// Replaces {entity}, {caller}, {sli} and, with a column, {signal}, {before}, {after}. No brace is left.
std::string fill(const Case& of, std::string_view text, std::size_t entity,
                 std::optional<Eigen::Index> column = std::nullopt);

// --- sections ------------------------------------------------------------------------------------------------------

std::vector<Cause> find_causes(const Case& of);
std::vector<Finding> find_roles(const Case& of);
std::vector<Why> ask_whys(const Case& of);
std::vector<PropagationEdge> find_propagation(const Case& of);
std::vector<ScopeEntry> find_scope(const Case& of);
std::vector<ChangeAnalysis> analyse_changes(const Case& of);
std::vector<FishboneEntry> draw_fishbone(const Case& of, std::span<const Finding> findings,
                                         std::span<const ChangeAnalysis> changes,
                                         std::span<const ObservabilityGap> gaps);
std::vector<Action> propose_actions(const Case& of, std::span<const ChangeAnalysis> changes,
                                    std::span<const ObservabilityGap> gaps);
// What would have told more: the assessment's own sentences, and roles of the likeliest classes that are not measured.
std::vector<std::string> missing_telemetry(const Case& of);

// The entities that the fault of `cause` reaches, itself left out: its callers and theirs, its node and who is on it
// where the class acts on neighbours, its callees where the class acts on them, and, if they are wanted, its peers,
// which take over its load.
enum class Peers { included, apart };
std::vector<bool> explained_by(const Case& of, const Cause& cause, Peers peers = Peers::included);

}  // namespace rca::sections
