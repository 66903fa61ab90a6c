// Ishikawa's diagram: what speaks for which branch (Model, Infrastructure, Data, Process, People).
#include <algorithm>
#include <set>

#include "rca_core/diagnosis/audit.h"
#include "rca_core/diagnosis/sections.h"
#include "rca_core/methods/evidence.h"

namespace rca::sections {
namespace {

constexpr double kWorthABone = 0.02;  // joint probability of a pair that is still drawn
constexpr double kLikelyChange = 0.2;
constexpr std::size_t kMostPairs = 8;
constexpr std::size_t kMostGaps = 6;
constexpr double kGapWeight = 0.2;  // it did not cause the incident, it made it last

FishboneEntry bone(FishboneBranch branch, std::string text, std::string entity, std::string signal, double weight) {
  return {branch, std::move(text), std::move(entity), std::move(signal), std::clamp(weight, 0.0, 1.0)};
}

FishboneBranch branch_of(std::string_view fault_class) {
  const FaultClass* const row = find_fault_class(fault_class);
  return row == nullptr ? FishboneBranch::infrastructure : row->branch;
}

}  // namespace

std::vector<FishboneEntry> draw_fishbone(const Case& of, std::span<const Finding> findings,
                                         std::span<const ChangeAnalysis> changes,
                                         std::span<const ObservabilityGap> gaps) {
  std::vector<FishboneEntry> bones;
  std::size_t pairs = 0;
  for (const ClassProbability& joint : of.assessment.classes) {
    const FaultClass* const row = find_fault_class(joint.fault_class);
    if (joint.probability < kWorthABone || pairs == kMostPairs) break;
    if (row == nullptr) continue;
    ++pairs;
    const EvidenceItem* const first = joint.matches.empty() ? nullptr : &joint.matches.front();
    std::string text = std::string(row->title) + " of " + joint.entity;
    if (first != nullptr && first->contribution > 0) text += ": " + first->evidence.text;
    bones.push_back(bone(row->branch, std::move(text), joint.entity,
                         first != nullptr && first->entity == joint.entity ? first->signal : "", joint.probability));
  }
  for (const Finding& finding : findings) {
    if (finding.role != Role::contributing_factor) continue;
    const bool known = finding.fault_class != kUnknownFaultClass;
    bones.push_back(bone(known ? branch_of(finding.fault_class) : FishboneBranch::data, finding.evidence.text,
                         finding.entity, finding.signal, 0.5 * finding.probability));
  }
  for (const ChangeAnalysis& change : changes) {
    if (change.likelihood < kLikelyChange) continue;
    bones.push_back(bone(FishboneBranch::process,
                         "a change of kind " + change.change.kind + " of " + change.change.entity + " at " +
                             format_time_of_day(change.change.time_ms),
                         change.change.entity, "", change.likelihood));
  }
  std::set<std::string> told;
  for (const ObservabilityGap& gap : gaps) {
    if (told.size() == kMostGaps || !told.insert(gap.text).second) continue;
    bones.push_back(bone(branch_of(fault_class_of(gap)), gap.text, gap.entity, gap.signal, kGapWeight));
  }
  std::stable_sort(bones.begin(), bones.end(),
                   [](const FishboneEntry& a, const FishboneEntry& b) { return a.weight > b.weight; });
  return bones;
}

}  // namespace rca::sections
