// One catalogue file: YAML to specs. Internal to exporter/signals.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "exporter/config/yaml_tree.h"
#include "exporter/signals/catalog.h"

namespace exporter {

struct CatalogFile {
  std::string exporter;
  Catalog entries;
  std::vector<std::string> removed;  // roles of this exporter that earlier files gave and that are to go
};

// Reads `text`; mistakes go to `diagnostics`, whose file() is the name in messages and gives the exporter's name where
// the text has none. What was right is returned also when there were mistakes.
CatalogFile parse_catalog_file(std::string_view text, Diagnostics& diagnostics);

// Adds the file's entries to `catalog`: an entry with the same (exporter, role), or an edge with the same (exporter,
// kind, metric, matchers), or such a change, takes the place of the earlier one.
void merge_into(Catalog& catalog, CatalogFile file);

// Reports what only shows when all files are together: divide_by that names no role of its exporter, or one that cannot
// be divided by; entries that are internal but used by none.
void check_links(const Catalog& catalog, std::vector<Diagnostic>& diagnostics);

}  // namespace exporter
