#include "exporter/pipeline/version.h"

#include "exporter/metrics/families.h"

namespace exporter {

std::string version_text(std::string_view program) {
  const BuildLabels build = build_labels();
  return std::string(program) + ", version " + build.version + " (revision: " + build.revision +
         ", compiler: " + build.compiler + ")";
}

}  // namespace exporter
