// The catalogue files that are compiled in.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <map>
#include <set>
#include <string>

#include "exporter/signals/catalog.h"
#include "exporter/signals/resolver.h"

namespace exporter {
namespace {

Catalog builtin_catalog() {
  const CatalogResult result = load_catalog(Config{});
  EXPECT_EQ(to_string(result.diagnostics), "");
  return result.catalog.value_or(Catalog{});
}

TEST(BuiltinCatalog, EveryFileLoadsAlone) {
  for (const std::string& name : builtin_exporters()) {
    const CatalogResult result = parse_catalog(std::string(builtin_catalog_text(name)), name + ".yml");
    EXPECT_EQ(to_string(result.diagnostics), "") << name;
    ASSERT_TRUE(result.catalog.has_value()) << name;
    EXPECT_FALSE(result.catalog->signals.empty() && result.catalog->edges.empty()) << name;
    for (const SignalSpec& spec : result.catalog->signals) {
      EXPECT_EQ(spec.exporter, name) << spec.role;
      EXPECT_FALSE(spec.description.empty()) << name << " " << spec.role;
    }
  }
}

// Roles are a vocabulary that exporters share: one that means bytes here and a ratio there would be compared in vain.
TEST(BuiltinCatalog, ARoleHasOneUnit) {
  std::map<std::string, std::string> units;
  for (const SignalSpec& spec : builtin_catalog().signals) {
    const auto [it, fresh] = units.emplace(spec.role, spec.unit);
    EXPECT_EQ(it->second, spec.unit) << spec.exporter << " " << spec.role;
  }
}

}  // namespace
}  // namespace exporter
