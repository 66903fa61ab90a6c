// What `rcatool generate rules` and `rcatool import` print, as a user runs them; promtool judges the rules.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstdlib>
#include <fstream>
#include <iterator>

#include "tests/support/process.h"
#include "tests/support/temp_dir.h"

namespace exporter_test {
namespace {

using testing::HasSubstr;

std::string source_dir() {
  return std::getenv("RCA_SOURCE_DIR");
}

test_support::CommandResult rcatool(std::vector<std::string> arguments) {
  arguments.insert(arguments.begin(), std::string(std::getenv("RCA_BIN_DIR")) + "/rcatool");
  auto result = test_support::run_command({std::move(arguments), {}, {}, {}});
  return result.ok() ? *result : test_support::CommandResult{-1, result.error().message};
}

test_support::CommandResult promtool(std::vector<std::string> arguments) {
  arguments.insert(arguments.begin(), "promtool");
  auto result = test_support::run_command({std::move(arguments), {}, {}, {}});
  return result.ok() ? *result : test_support::CommandResult{-1, result.error().message};
}

std::string content_of(const std::string& file) {
  std::ifstream in(file);
  return {std::istreambuf_iterator<char>(in), std::istreambuf_iterator<char>()};
}

TEST(GenerateRules, TheExampleIsUpToDate) {
  const auto made = rcatool({"generate", "rules", "--config.file=" + source_dir() + "/alerts/examples/slos.yml"});
  ASSERT_EQ(made.exit_code, 0) << made.output;
  EXPECT_EQ(made.output, content_of(source_dir() + "/alerts/examples/slo-rules.yml"))
      << "rcatool generate rules --config.file=alerts/examples/slos.yml >alerts/examples/slo-rules.yml";
}

TEST(GenerateRules, PromtoolTakesTheRulesAndTheirTestsPass) {
  const auto checked = promtool({"check", "rules", source_dir() + "/alerts/examples/slo-rules.yml"});
  EXPECT_EQ(checked.exit_code, 0) << checked.output;
  const auto tested = promtool({"test", "rules", source_dir() + "/alerts/tests/slo-generated-test.yml"});
  EXPECT_EQ(tested.exit_code, 0) << tested.output;
}

TEST(GenerateRules, AwkwardNamesAndBoundsStillGiveRulesThatPrometheusTakes) {
  const test_support::TempDir dir;
  const std::string config = dir.write("rca.yml", R"(sources: [{url: http://p/api/v1/read}]
slos:
  - name: a.b-c_d
    service: "quote \" backslash \\ {{ brace }}"
    objective: 0.5
    budget_window: 1d
    sli:
      events:
        good: ['g_total{a="x\"y",b=~"a\\.b"}', 'h_total']
        total: [t_total, 'u_total{c="{}"}']
  - name: ms
    sli: {histogram: {metric: 'd_ms{x!~"y|z"}', le: 1000000}}
  - {name: t, sli: throughput, threshold: 3, budget_window: 3d}
)");
  const auto made = rcatool({"generate", "rules", "--config.file=" + config, "--docs-url=https://example.org/docs"});
  ASSERT_EQ(made.exit_code, 0) << made.output;
  EXPECT_THAT(made.output, HasSubstr("https://example.org/docs/runbooks/SloErrorBudgetBurnFast.md"));
  const auto checked = promtool({"check", "rules", dir.write("rules.yml", made.output)});
  EXPECT_EQ(checked.exit_code, 0) << checked.output << made.output;
}

TEST(GenerateRules, AWrongConfigurationIsToldWithItsLine) {
  const test_support::TempDir dir;
  const auto made = rcatool({"generate", "rules", "--config.file=" + dir.write("rca.yml", "slos: 3\n")});
  EXPECT_EQ(made.exit_code, 1);
  EXPECT_THAT(made.output, HasSubstr("rca.yml:1: slos: must be"));
}

TEST(Import, GivesAConfigurationThatHoldsAndRulesThatPromtoolTakes) {
  const test_support::TempDir dir;
  const std::string sloth = dir.write("sloth.yml", R"(version: prometheus/v1
service: api
slos:
  - name: latency
    objective: 99
    sli:
      events:
        error_query: (sum(rate(d_seconds_count[{{.window}}])) - sum(rate(d_seconds_bucket{le="0.4"}[{{.window}}])))
        total_query: sum(rate(d_seconds_count[{{.window}}]))
    alerting: {name: X}
)");
  const auto imported = rcatool({"import", "sloth", sloth});
  ASSERT_EQ(imported.exit_code, 0) << imported.output;
  const std::string config = dir.write("rca.yml", "sources: [{url: http://p/api/v1/read}]\n" + imported.output);
  EXPECT_EQ(rcatool({"check", "config", config}).exit_code, 0);
  const auto made = rcatool({"generate", "rules", "--config.file=" + config});
  EXPECT_EQ(promtool({"check", "rules", dir.write("rules.yml", made.output)}).exit_code, 0);
  EXPECT_THAT(made.output, HasSubstr("d_seconds_bucket{le=~\"0\\\\.4|4e-01\"}"));
}

TEST(Import, WhatCannotBeCarriedOverFailsWithFileAndLine) {
  const test_support::TempDir dir;
  const auto imported = rcatool({"import", "openslo", dir.write("o.yml", "apiVersion: openslo/v1alpha\nkind: SLO\n")});
  EXPECT_EQ(imported.exit_code, 1);
  EXPECT_THAT(imported.output, HasSubstr("o.yml:1: apiVersion: must be \"openslo/v1\", not \"openslo/v1alpha\""));
  EXPECT_EQ(rcatool({"import", "sloth", dir.file("missing.yml")}).exit_code, 1);
}

}  // namespace
}  // namespace exporter_test
