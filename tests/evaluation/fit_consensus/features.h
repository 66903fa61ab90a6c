// Labelled incidents as the fit sees them: the strengths of each kind of evidence, entity by entity.
#pragma once

#include <Eigen/Core>
#include <filesystem>
#include <string>
#include <vector>

#include "common/result.h"
#include "rca_core/evidence/entity_evidence.h"

namespace fit {

struct Incident {
  std::string dataset;
  std::string id;
  std::vector<std::string> entities;
  Eigen::MatrixXd strengths;    // entities × kinds
  std::vector<bool> true_ones;  // of the entities; none: healthy, "none of these" is right
  std::vector<std::string> truth;
  bool healthy = false;
  std::vector<rca::EvidenceItem> items;
};

struct Corpus {
  std::vector<std::string> kinds;  // names of evidence, columns of `strengths`
  std::vector<std::string> datasets;
  std::vector<Incident> incidents;  // in the order of the datasets
};

// Every case of the datasets, and of those with at least 20 normal rows the last fifth of these as if it were an
// incident: nothing was at fault then. Errors: as find_cases, read_case, make_evidence_context.
rca::Result<Corpus> read_corpus(const std::filesystem::path& root, const std::vector<std::string>& datasets);

}  // namespace fit
