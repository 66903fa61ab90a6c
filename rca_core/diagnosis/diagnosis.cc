#include "rca_core/diagnosis/diagnosis.h"

#include <algorithm>
#include <utility>

#include "rca_core/diagnosis/sections.h"

namespace rca {
namespace {

std::optional<std::size_t> entry_of(const IncidentView& view, const EvidenceContext& context) {
  if (!view.entry.empty()) {
    const std::optional<std::size_t> entry = context.find(view.entry);
    if (entry) return entry;
  }
  if (!view.sli_column || *view.sli_column < 0 || *view.sli_column >= view.frame.values.cols()) return std::nullopt;
  return context.find(view.frame.signals[static_cast<std::size_t>(*view.sli_column)].entity);
}

}  // namespace

std::string_view to_string(Role role) {
  switch (role) {
    case Role::root_cause: return "root_cause";
    case Role::contributing_factor: return "contributing_factor";
    case Role::symptom: return "symptom";
  }
  return "symptom";
}

Result<Diagnosis> diagnose(const IncidentView& view, const MethodOptions& options,
                           std::span<const ObservabilityGap> gaps) {
  Diagnosis out;
  RCA_ASSIGN(const EvidenceContext context, make_evidence_context(view, options));
  const RoleMovements movements(context);
  const std::vector<EntityClasses> classes = match_classes(movements);
  out.assessment = assess(context, movements, classes);
  sections::Case of{.view = view,
                    .context = context,
                    .movements = movements,
                    .classes = classes,
                    .assessment = out.assessment,
                    .causes = {},
                    .entry = entry_of(view, context)};
  of.causes = sections::find_causes(of);

  out.findings = sections::find_roles(of);
  out.whys = sections::ask_whys(of);
  out.propagation = sections::find_propagation(of);
  out.changes = sections::analyse_changes(of);
  out.scope = sections::find_scope(of);
  out.fishbone = sections::draw_fishbone(of, out.findings, out.changes, gaps);
  out.actions = sections::propose_actions(of, out.changes, gaps);
  out.gaps.assign(gaps.begin(), gaps.end());
  out.fault_class = kUnknownFaultClass;
  if (!of.causes.empty()) {
    const sections::Cause& cause = of.causes.front();
    out.entity = of.name(cause.entity);
    out.fault_class = cause.match->name();
    if (cause.match->row != nullptr) out.category = to_string(cause.match->row->category);
  }
  std::vector<std::string> missing = sections::missing_telemetry(of);
  out.assessment.missing_telemetry = std::move(missing);
  return out;
}

}  // namespace rca
