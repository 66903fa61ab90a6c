// Users' files beside the built-in ones, and the configuration's demands on the catalogue.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <string>

#include "exporter/signals/catalog.h"
#include "tests/support/temp_dir.h"

namespace exporter {
namespace {

class CatalogFiles : public testing::Test {
 protected:
  std::string write(const std::string& name, const std::string& text) const { return folder_.write(name, text); }
  static std::ptrdiff_t position(const Catalog& catalog, const std::string& exporter, const std::string& role) {
    const auto found = std::find_if(catalog.signals.begin(), catalog.signals.end(), [&](const SignalSpec& spec) {
      return spec.exporter == exporter && spec.role == role;
    });
    return found == catalog.signals.end() ? -1 : found - catalog.signals.begin();
  }
  const test_support::TempDir folder_;
};

TEST_F(CatalogFiles, AnEntryOfTheSameExporterAndRoleTakesThePlaceOfTheOther) {
  Config config;
  const CatalogResult before = load_catalog(config);
  ASSERT_TRUE(before.catalog.has_value());
  config.catalog_files = {write("mine.yml",
                                "version: 1\nexporter: vllm\nentity_labels: [node]\nremove: [ttft]\nsignals:\n"
                                "  - {role: kv_cache_usage, metrics: [my_cache], unit: ratio}\n"
                                "  - {role: my_ratio, metrics: [my_errors], kind: counter, unit: ratio, "
                                "divide_by: request_rate}\n")};
  const CatalogResult after = load_catalog(config);
  ASSERT_TRUE(after.catalog.has_value()) << to_string(after.diagnostics);
  EXPECT_EQ(position(*after.catalog, "vllm", "ttft"), -1);
  const auto place = position(*after.catalog, "vllm", "kv_cache_usage");
  EXPECT_EQ(place, position(*before.catalog, "vllm", "kv_cache_usage") - 1);  // ttft stood before it
  EXPECT_THAT(after.catalog->signals.at(static_cast<std::size_t>(place)).metrics, testing::ElementsAre("my_cache"));
  EXPECT_EQ(position(*after.catalog, "vllm", "my_ratio"),
            static_cast<std::ptrdiff_t>(after.catalog->signals.size()) - 1);
}

TEST_F(CatalogFiles, AFileMayDivideByARoleOfTheBuiltInOneAlsoWhenItIsCheckedAlone) {
  const std::string path = write("vllm.yml",
                                 "version: 1\nentity_labels: [pod]\nsignals:\n"
                                 "  - {role: mine, metrics: [m], unit: ratio, divide_by: request_rate}\n");
  const CatalogResult result = check_catalog_file(path);
  ASSERT_TRUE(result.catalog.has_value()) << to_string(result.diagnostics);
  EXPECT_EQ(result.catalog->signals.size(), 1U);
}

TEST_F(CatalogFiles, OnlyTheChosenBuiltInFilesAreLoaded) {
  Config config;
  config.catalog_exporters = {"dcgm"};
  const CatalogResult result = load_catalog(config);
  ASSERT_TRUE(result.catalog.has_value());
  for (const SignalSpec& spec : result.catalog->signals) EXPECT_EQ(spec.exporter, "dcgm");

  config.catalog_exporters = {"dcgn"};
  EXPECT_EQ(to_string(load_catalog(config).diagnostics),
            "catalog.exporters: there is no built-in catalogue \"dcgn\", did you mean \"dcgm\"?");
}

TEST_F(CatalogFiles, CheckConfigFindsTheMistakesOfAllFiles) {
  const std::string catalog = write("mine.yml", "version: 1\nsignals: [{role: a}]\n");
  const std::string path = write("rca.yml",
                                 "sources: [{url: 'http://h/'}]\ncatalog: {files: [mine.yml]}\n"
                                 "slos:\n  - {name: a, sli: throughput, role: tttft, threshold: 1}\n");
  EXPECT_EQ(to_string(check_config_file(path)),
            catalog + ":2: signals[0]: the key \"metrics\" is missing\n" + catalog +
                ":2: signals[0]: the key \"unit\" is missing\n" + catalog +
                ":2: signals[0]: entity_labels is missing, here and for the whole file");

  write("mine.yml", "version: 1\nsignals: [{role: a, metrics: [b], unit: c, entity_labels: [d]}]\n");
  EXPECT_EQ(to_string(check_config_file(path)),
            path + ":4: slos[0].role: the catalogue has no role \"tttft\", did you mean \"ttft\"?");

  write("rca.yml",
        "sources: [{url: 'http://h/'}]\ncatalog: {exporters: [dcgm]}\n"
        "slos: [{name: a, sli: availability, threshold: 0.5}]\n");
  EXPECT_EQ(to_string(check_config_file(path)), path + ":3: slos[0]: the catalogue has no role \"availability\"");

  // Events have to be counted by something.
  write("rca.yml",
        "sources: [{url: 'http://h/'}]\ncatalog: {exporters: [vllm]}\n"
        "slos:\n"
        "  - {name: a, sli: time_to_first_token, threshold: 1, budgeting_method: occurrences}\n"
        "  - {name: b, sli: time_to_first_token, role: kv_cache_usage, threshold: 1, budgeting_method: occurrences}\n"
        "  - {name: c, sli: error_ratio, role: request_rate, threshold: 1, budgeting_method: occurrences}\n");
  EXPECT_EQ(to_string(check_config_file(path)),
            path +
                ":5: slos[1].budgeting_method: no exporter gives the role \"kv_cache_usage\" as a histogram, so there "
                "are no events to count\n" +
                path +
                ":6: slos[2].budgeting_method: no exporter gives the role \"request_rate\" as a counter that is "
                "divided by another, so there are no events to count");

  write("rca.yml", "sources: [{url: 'http://h/'}]\ncatalog: {exporters: [dgcm]}\n");
  EXPECT_THAT(to_string(check_config_file(path)), testing::HasSubstr("did you mean \"dcgm\"?"));
}

TEST_F(CatalogFiles, TheDefaultSlosMayLackTheirData) {
  write("mine.yml", "version: 1\nsignals: [{role: a, metrics: [b], unit: c, entity_labels: [d]}]\n");
  const std::string path =
      write("rca.yml", "sources: [{url: 'http://h/'}]\ncatalog: {builtin: false, files: [mine.yml]}\n");
  EXPECT_EQ(to_string(check_config_file(path)), "");
}

TEST_F(CatalogFiles, AFileThatWentAwaySinceTheConfigurationWasReadIsAMistake) {
  Config config;
  config.catalog_files = {folder_.file("gone.yml")};
  EXPECT_EQ(to_string(load_catalog(config).diagnostics),
            folder_.file("gone.yml") + ": cannot be opened: No such file or directory");
}

}  // namespace
}  // namespace exporter
