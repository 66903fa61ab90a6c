// The cases below directories.
#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "common/result.h"

namespace exporter::dataset {

struct CaseFolder {
  std::filesystem::path path;
  std::string dataset;  // the folder above <service>_<fault>
  std::string id;       // <service>_<fault>/<case>
};

// Every directory at or below one of `roots` that holds a data.csv or a simple_metrics.csv, at any depth, each once, in
// the order of dataset, id and path. Links to directories are not followed below a root. Errors: not_found (a root
// that is not there, no case at all), io, limit (more than 100,000 cases).
rca::Result<std::vector<CaseFolder>> find_cases(const std::vector<std::filesystem::path>& roots);

}  // namespace exporter::dataset
