// The table of fault classes against what is shipped beside it.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>
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
