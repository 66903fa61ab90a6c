// The table of fault classes against what is shipped beside it: catalogue files and runbooks.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <set>
#include <string>

#include "rca_core/diagnosis/fault_class.h"

namespace rca {
namespace {

std::filesystem::path source_dir() {
  const char* const folder = std::getenv("RCA_SOURCE_DIR");
  return folder == nullptr ? "." : folder;
}

std::string content_of(const std::filesystem::path& path) {
  std::ifstream file(path);
  return {std::istreambuf_iterator<char>(file), {}};
}

// The values of all `role:` keys of the catalogue files.
std::set<std::string> roles_of_the_catalogue() {
  std::set<std::string> roles;
  for (const auto& entry : std::filesystem::directory_iterator(source_dir() / "exporter" / "catalog")) {
    std::ifstream file(entry.path());
    for (std::string line; std::getline(file, line);) {
      constexpr std::string_view kKey = "- role: ";
      const std::size_t at = line.find(kKey);
      if (at != std::string::npos) roles.insert(line.substr(at + kKey.size()));
    }
  }
  return roles;
}

TEST(Catalogue, EveryRoleOfTheTableIsReadByAnExporter) {
  const std::set<std::string> roles = roles_of_the_catalogue();
  ASSERT_GT(roles.size(), 100U);
  for (const FaultClass& row : fault_classes()) {
    for (const SignatureTerm& term : row.signature) {
      EXPECT_TRUE(roles.contains(std::string(term.role))) << row.name << ": " << term.role;
    }
    for (const std::string_view role : row.telemetry) {
      EXPECT_TRUE(roles.contains(std::string(role))) << row.name << " needs " << role;
    }
    for (const WhyTemplate& why : row.whys) {
      EXPECT_TRUE(why.role.empty() || roles.contains(std::string(why.role))) << row.name << " asks for " << why.role;
    }
  }
}

TEST(Catalogue, EveryRunbookIsThereAndLinkedToItsClass) {
  const std::filesystem::path folder = source_dir() / "docs" / "runbooks";
  const std::string list = content_of(folder / "README.md");
  for (const FaultClass& row : fault_classes()) {
    const std::string page = content_of(folder / (std::string(row.runbook) + ".md"));
    ASSERT_FALSE(page.empty()) << row.runbook;
    EXPECT_THAT(page, ::testing::HasSubstr("**Fault class** `" + std::string(row.name) + "`"));
    for (const char* part : {"## What it means", "```promql", "## Mitigate", "## Verify"}) {
      EXPECT_THAT(page, ::testing::HasSubstr(part)) << row.runbook;
    }
    EXPECT_THAT(list, ::testing::HasSubstr("(" + std::string(row.runbook) + ".md)"));
  }
}

}  // namespace
}  // namespace rca
