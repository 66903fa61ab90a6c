// What was at fault in a case. Only the evaluation looks at it, never a method.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "common/result.h"

namespace exporter::dataset {

struct Truth {
  std::vector<std::string> services;  // at fault, at least one; the first is the one that the folder is named after
  std::string metric;                 // the column at fault, as truth.json has it; empty: not known
  std::string fault;                  // kind of fault
};

// truth.json: `service` (text), `services` (list of texts), `metric` (text or null), `fault` (text), `sli` (text).
struct TruthFile {
  std::string service;
  std::vector<std::string> services;
  std::string metric;
  std::string fault;
  std::string sli;  // the signal that raised the alarm; it does not name the culprit
};

// Errors, with file and line: malformed.
rca::Result<TruthFile> read_truth(std::string_view text, const std::string& file);

// The truth by the folder "<service>_<fault>", and by the file where it says more. Errors: malformed (neither names a
// service).
rca::Result<Truth> make_truth(const std::string& folder, const TruthFile& file, const std::string& label);

}  // namespace exporter::dataset
