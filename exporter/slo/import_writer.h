// What the imports share: documents of a YAML stream, and SLOs as YAML. Internal to exporter/slo.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "exporter/config/config.h"
#include "exporter/config/yaml_tree.h"

namespace exporter {

// The documents of a YAML stream, each with so many empty lines in front that its lines keep their numbers.
std::vector<std::string> yaml_documents(const std::string& text);

// An SLO on its way into our configuration.
struct ImportedSlo {
  Slo slo;
  std::vector<std::string> comments;  // what was left behind, a sentence each
};

// Letters, digits, "_", "-", "." as our names have them; what is not becomes "-", and what is too long is cut.
std::string plain_name(std::string_view text);

// 99.9 as 0.999, without the rounding of the division.
double share_of_percent(double percent);

std::string write_slos(const std::vector<ImportedSlo>& slos, const std::vector<Diagnostic>& left_out);

}  // namespace exporter
