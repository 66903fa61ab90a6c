#include "tests/evaluation/fit_consensus/features.h"

#include <algorithm>
#include <map>
#include <set>

#include "exporter/dataset/case.h"
#include "exporter/dataset/walk.h"
#include "rca_core/evaluation/accuracy.h"
#include "rca_core/evidence/evidence_source.h"
#include "rca_core/evidence/weighing.h"

namespace fit {
namespace {

using exporter::dataset::Case;
using exporter::dataset::CaseData;

constexpr Eigen::Index kFewestHealthyRows = 20;

std::vector<std::string> kinds_of_evidence() {
  std::vector<std::string> kinds;
  for (const rca::EvidenceSource* source : rca::evidence_sources()) kinds.emplace_back(source->name());
  return kinds;
}

rca::Result<Incident> incident_of(const CaseData& data, const std::vector<std::string>& truth,
                                  const std::vector<std::string>& kinds) {
  const rca::IncidentView view = data.view();
  RCA_ASSIGN(const rca::EvidenceContext context, rca::make_evidence_context(view, {}));
  const std::vector<rca::EvidenceItem> items = rca::gather_evidence(context);
  Incident incident;
  incident.strengths.setZero(static_cast<Eigen::Index>(context.entities.size()),
                             static_cast<Eigen::Index>(kinds.size()));
  std::set<std::string> services;
  for (const std::string& service : truth) services.insert(rca::service_of(service));
  incident.truth.assign(services.begin(), services.end());
  for (const auto& entity : context.entities) {
    incident.entities.push_back(entity.name);
    incident.true_ones.push_back(services.contains(rca::service_of(entity.name)));
  }
  const std::vector<bool> counts = rca::counted(context, items);
  for (std::size_t i = 0; i < items.size(); ++i) {
    if (!counts[i]) continue;
    const rca::EvidenceItem& item = items[i];
    const auto kind = std::find(kinds.begin(), kinds.end(), item.kind) - kinds.begin();
    const auto entity = static_cast<Eigen::Index>(context.find(item.entity).value_or(0));
    incident.strengths(entity, kind) = rca::evidence_strength(item.value);
  }
  incident.items = items;
  return incident;
}

// The normal rows alone, as if the last fifth of them were an incident.
CaseData healthy_part(const CaseData& data) {
  const Eigen::Index rows = data.onset_row;
  CaseData part;
  part.frame.signals = data.frame.signals;
  part.frame.grid = {data.frame.grid.start_ms, data.frame.grid.step_ms, rows};
  part.frame.values = data.frame.values.topRows(rows);
  part.onset_row = rows - rows / 5;
  part.sli_column = data.sli_column;
  part.sli_nature = data.sli_nature;
  part.graph = data.graph;
  part.entry = data.entry;
  if (data.call_latencies) {
    part.call_latencies = data.call_latencies;
    part.call_latencies->seconds = data.call_latencies->seconds.topRows(rows).eval();
  }
  return part;
}

}  // namespace

rca::Result<Corpus> read_corpus(const std::filesystem::path& root, const std::vector<std::string>& datasets) {
  Corpus corpus;
  corpus.kinds = kinds_of_evidence();
  for (const std::string& dataset : datasets) {
    RCA_ASSIGN(const auto folders, exporter::dataset::find_cases({root / dataset}));
    corpus.datasets.push_back(dataset);
    for (const auto& folder : folders) {
      RCA_ASSIGN(const Case one, exporter::dataset::read_case(folder.path));
      const auto add = [&](const CaseData& data, const std::vector<std::string>& truth) -> rca::Result<void> {
        RCA_ASSIGN(Incident incident, incident_of(data, truth, corpus.kinds));
        incident.dataset = dataset;
        incident.id = folder.id;
        incident.healthy = truth.empty();
        corpus.incidents.push_back(std::move(incident));
        return {};
      };
      RCA_TRY(add(one.data, one.truth.services));
      if (one.data.onset_row < kFewestHealthyRows) continue;
      RCA_TRY(add(healthy_part(one.data), {}));
    }
  }
  return corpus;
}

}  // namespace fit
