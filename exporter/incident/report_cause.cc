// What is at fault and why: root cause, whys, findings, path, fishbone.
#include <algorithm>
#include <array>
#include <cmath>
#include <utility>

#include "exporter/incident/diagnosis_fields.h"
#include "exporter/incident/quantity.h"
#include "exporter/incident/report_content.h"

namespace exporter::report {
namespace {

constexpr std::size_t kMostSuspects = 5;
constexpr std::size_t kMostEvidence = 4;

std::string words(std::string_view name) {
  std::string text(name);
  std::replace(text.begin(), text.end(), '_', ' ');
  return text;
}

// Nothing is certain: what rounds to 100 % is said to be more than 99 %.
std::string percent(double share) {
  if (share >= 0.9995) return ">99.9 %";
  return quantity(share, "ratio");
}

const rca::EntityPosterior* posterior_of(const rca::Diagnosis& diagnosis, const std::string& entity) {
  const auto& all = diagnosis.assessment.entities;
  const auto it = std::find_if(all.begin(), all.end(), [&](const auto& one) { return one.entity == entity; });
  return it == all.end() ? nullptr : &*it;
}

std::string suspect_text(const rca::ClassProbability& one) {
  return one.entity + ": " + class_title(one.fault_class) + " (" + percent(one.probability) + ")";
}

Paragraph verdict(const rca::Diagnosis& diagnosis) {
  const rca::Assessment& assessment = diagnosis.assessment;
  if (diagnosis.entity.empty()) {
    std::string text = "No entity is more likely than " + percent(rca::kLeastConfidence) + " to be the root cause";
    if (!assessment.classes.empty()) text += "; the most likely is " + suspect_text(assessment.classes.front());
    return {"Unknown.", text + "."};
  }
  const std::string fault = diagnosis.fault_class == rca::kUnknownFaultClass || diagnosis.fault_class.empty()
                                ? "the kind of fault cannot be told"
                                : class_title(diagnosis.fault_class) + " (" + words(diagnosis.category) + ")";
  return {diagnosis.entity + ": " + fault + ".",
          "Probability that this entity is the root cause: " + percent(assessment.confidence) + "."};
}

List evidence_for(const rca::Diagnosis& diagnosis, const std::string& about) {
  List list;
  if (const rca::EntityPosterior* entity = posterior_of(diagnosis, about); entity != nullptr) {
    for (const rca::EvidenceItem& item : entity->items) {
      if (item.contribution <= 0 || item.evidence.text.empty() || list.items.size() >= kMostEvidence) continue;
      list.items.push_back(item.evidence.text);
    }
  }
  return list;
}

// The further root causes: faults that the first one does not explain.
void add_further_causes(const rca::Diagnosis& diagnosis, Section& section) {
  std::vector<std::string> named = {diagnosis.entity};
  for (const rca::Finding& finding : diagnosis.findings) {
    if (diagnosis.entity.empty() || finding.role != rca::Role::root_cause) continue;
    if (std::find(named.begin(), named.end(), finding.entity) != named.end()) continue;
    named.push_back(finding.entity);
    section.blocks.emplace_back(
        Paragraph{"Also at fault: " + finding.entity + ": " + class_title(finding.fault_class) + ".",
                  "A fault of its own, which the one above does not explain."});
    List list = evidence_for(diagnosis, finding.entity);
    if (list.items.empty() && !finding.evidence.text.empty()) list.items.push_back(finding.evidence.text);
    if (!list.items.empty()) section.blocks.emplace_back(std::move(list));
  }
}

Table suspects(const rca::Diagnosis& diagnosis) {
  Table table{{"entity", "fault class", "probability"}, {}};
  for (const rca::ClassProbability& one : diagnosis.assessment.classes) {
    if (table.rows.size() >= kMostSuspects) break;
    table.rows.push_back({one.entity, class_title(one.fault_class), percent(one.probability)});
  }
  return table;
}

// a → b → c where the edges form chains, strongest first; what is left over stands alone.
std::vector<std::string> paths(const rca::Diagnosis& diagnosis) {
  std::vector<rca::PropagationEdge> edges = diagnosis.propagation;
  std::vector<std::string> found;
  while (!edges.empty()) {
    // A chain begins where no other edge ends.
    auto start = std::find_if(edges.begin(), edges.end(), [&](const auto& edge) {
      return std::none_of(edges.begin(), edges.end(), [&](const auto& other) { return other.target == edge.source; });
    });
    if (start == edges.end()) start = edges.begin();
    std::string text = start->source;
    std::string at = start->source;
    while (start != edges.end()) {
      text += " → " + start->target + " (" + number(start->weight) + ")";
      at = start->target;
      edges.erase(start);
      start = std::find_if(edges.begin(), edges.end(), [&](const auto& edge) { return edge.source == at; });
    }
    found.push_back(std::move(text));
  }
  return found;
}

std::string why_text(const rca::Why& why) {
  std::string text = "Why: " + why.effect + "? Because " + why.cause + ".";
  if (!why.text.empty()) text += " " + why.text + (why.text.ends_with('.') ? "" : ".");
  return text + " (" + percent(why.confidence) + " sure)";
}

}  // namespace

std::string class_title(const std::string& fault_class) {
  if (const rca::FaultClass* row = rca::find_fault_class(fault_class); row != nullptr) return std::string(row->title);
  if (fault_class.empty() || fault_class == rca::kUnknownFaultClass) return "unknown kind of fault";
  return fault_class;
}

Section cause_section(const Source& source) {
  Section section{"Root cause", {}};
  if (const rca::Diagnosis* diagnosis = source.diagnosis(); diagnosis != nullptr) {
    section.blocks.emplace_back(verdict(*diagnosis));
    if (List list = evidence_for(*diagnosis, diagnosis->entity); !list.items.empty()) {
      section.blocks.emplace_back(std::move(list));
    }
    add_further_causes(*diagnosis, section);
    if (Table table = suspects(*diagnosis); table.rows.size() > 1) section.blocks.emplace_back(std::move(table));
    return section;
  }
  const rca::Candidate* answer = source.incident.answer();
  if (answer == nullptr) {
    section.blocks.emplace_back(Paragraph{"", "Not known yet."});
  } else {
    section.blocks.emplace_back(Paragraph{
        answer->entity + ",",
        "by its " + answer->signal + " (method " + source.incident.answer_method + "): " + answer->evidence.text});
  }
  return section;
}

Section whys_section(const Source& source) {
  Section section{"Five whys", {}};
  if (source.diagnosis() == nullptr) return section;
  List list;
  list.ordered = true;
  for (const rca::Why& why : source.diagnosis()->whys) list.items.push_back(why_text(why));
  if (!list.items.empty()) section.blocks.emplace_back(std::move(list));
  return section;
}

Section findings_section(const Source& source) {
  Section section{"Findings", {}};
  if (source.diagnosis() == nullptr) return section;
  Table table{{"role", "sure", "entity", "signal", "change", "since (UTC)"}, {}};
  for (const rca::Finding& finding : source.diagnosis()->findings) {
    if (table.rows.size() >= source.options.top_k) break;
    const rca::Evidence& evidence = finding.evidence;
    const bool measured = evidence.before != evidence.after;
    table.rows.push_back({words(to_string(finding.role)), percent(finding.probability), finding.entity, finding.signal,
                          measured ? quantity(evidence.before, "") + " → " + quantity(evidence.after, "") : "",
                          evidence.since_ms > 0 ? clock(evidence.since_ms, source.incident.onset_ms) : ""});
  }
  if (!table.rows.empty()) section.blocks.emplace_back(std::move(table));
  if (const std::vector<std::string> found = paths(*source.diagnosis()); !found.empty()) {
    section.blocks.emplace_back(Paragraph{"Propagation:", "how the fault travelled (weight 0 to 1)"});
    section.blocks.emplace_back(List{found});
  }
  return section;
}

Section fishbone_section(const Source& source) {
  Section section{"Fishbone", {}};
  if (source.diagnosis() == nullptr || source.diagnosis()->fishbone.empty()) return section;
  Table table{{"branch", "contribution", "weight"}, {}};
  for (const rca::FishboneBranch branch : fields::kBranches) {
    std::string name = words(rca::to_string(branch));
    name.front() = static_cast<char>(std::toupper(static_cast<unsigned char>(name.front())));
    bool any = false;
    for (const rca::FishboneEntry& entry : source.diagnosis()->fishbone) {
      if (entry.branch != branch) continue;
      table.rows.push_back({any ? "" : name, entry.text, number(entry.weight)});
      any = true;
    }
    if (!any) table.rows.push_back({name, "nothing found", ""});
  }
  section.blocks.emplace_back(std::move(table));
  return section;
}

}  // namespace exporter::report
