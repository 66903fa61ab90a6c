#include "exporter/metrics/incident_families.h"

#include <algorithm>

#include "exporter/incident/score.h"

namespace exporter::metrics {
namespace {

constexpr std::string_view kConsensus = "consensus";
constexpr std::string_view kUnknown = "unknown";

std::size_t top_k(const Snapshot& snapshot) {
  return static_cast<std::size_t>(std::max(snapshot.top_k, 0));
}

// The consensus is the diagnosis' own; a ranking of that name says the same in fewer words.
template <typename Visit>
void for_each_ranking(const Incident& incident, Visit visit) {
  for (const rca::Ranking& ranking : incident.rankings) {
    if (ranking.method != kConsensus) visit(std::string_view(ranking.method), ranking);
  }
}

// The entities that the diagnosis holds for possible, most probable first, at most `most`.
template <typename Visit>
void for_each_suspect(const Incident& incident, std::size_t most, Visit visit) {
  if (!incident.diagnosis) return;
  const auto& entities = incident.diagnosis->assessment.entities;
  for (std::size_t i = 0; i < std::min(entities.size(), most); ++i) visit(i, entities[i]);
}

// The signal that speaks most for the entity.
std::string_view strongest_signal(const rca::EntityPosterior& entity) {
  for (const rca::EvidenceItem& item : entity.items) {
    if (item.contribution > 0 && !item.signal.empty()) return item.signal;
  }
  return {};
}

}  // namespace

void fill_active(const Source& source, Series& series) {
  for (const Incident& incident : source.snapshot.incidents) {
    if (incident.open()) series.add({incident.slo}, 1);
  }
  for (const SliStatus& sli : source.snapshot.slis) series.add({sli.slo}, 0);
  for (const Incident& incident : source.snapshot.incidents) series.add({incident.slo}, 0);
}

void fill_info(const Source& source, Series& series) {
  for (const Incident& incident : source.snapshot.incidents) {
    std::string_view fault_class = kUnknown;
    std::string_view entity = kUnknown;
    if (const rca::Diagnosis* diagnosis = incident.diagnosis.get(); diagnosis != nullptr) {
      if (!diagnosis->fault_class.empty()) fault_class = diagnosis->fault_class;
      if (!diagnosis->entity.empty()) entity = diagnosis->entity;
    } else if (const rca::Candidate* answer = incident.answer(); answer != nullptr) {
      entity = answer->entity;
    }
    series.add({incident.id, incident.slo, fault_class, entity}, 1);
  }
}

void fill_scores(const Source& source, Series& series) {
  for (const Incident& incident : source.snapshot.incidents) {
    for_each_ranking(incident, [&](std::string_view method, const rca::Ranking& ranking) {
      const std::vector<double> shares = score_shares(ranking.signals, top_k(source.snapshot));
      for (std::size_t i = 0; i < shares.size(); ++i) {
        const rca::Candidate& candidate = ranking.signals[i];
        series.add({incident.id, method, candidate.entity, candidate.signal}, shares[i]);
      }
    });
    for_each_suspect(incident, top_k(source.snapshot), [&](std::size_t, const rca::EntityPosterior& entity) {
      series.add({incident.id, kConsensus, entity.entity, strongest_signal(entity)}, entity.probability);
    });
  }
}

void fill_ranks(const Source& source, Series& series) {
  for (const Incident& incident : source.snapshot.incidents) {
    for_each_ranking(incident, [&](std::string_view method, const rca::Ranking& ranking) {
      const std::size_t count = std::min(ranking.entities.size(), top_k(source.snapshot));
      for (std::size_t i = 0; i < count; ++i) {
        series.add({incident.id, method, ranking.entities[i].entity}, static_cast<double>(i + 1));
      }
    });
    for_each_suspect(incident, top_k(source.snapshot), [&](std::size_t i, const rca::EntityPosterior& entity) {
      series.add({incident.id, kConsensus, entity.entity}, static_cast<double>(i + 1));
    });
  }
}

}  // namespace exporter::metrics
