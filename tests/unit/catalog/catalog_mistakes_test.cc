// Catalogue files that are wrong: each mistake has its line, its key and its sentence.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <ostream>
#include <string>

#include "exporter/signals/catalog.h"

namespace exporter {
namespace {

struct Case {
  const char* text;
  const char* message;
};
void PrintTo(const Case& mistake, std::ostream* out) {
  *out << mistake.text;
}

std::string mistakes(const std::string& text) {
  const CatalogResult result = parse_catalog(text, "dir/my-app.yml");
  EXPECT_EQ(result.catalog.has_value(), result.diagnostics.empty());
  return to_string(result.diagnostics);
}

// The inside of the only signal of a file, and of its only edge.
class SignalMistakes : public testing::TestWithParam<Case> {};
TEST_P(SignalMistakes, AreNamed) {
  EXPECT_EQ(mistakes("version: 1\nentity_labels: [pod]\nsignals:\n  - {" + std::string(GetParam().text) + "}\n"),
            std::string("dir/my-app.yml:4: ") + GetParam().message);
}

INSTANTIATE_TEST_SUITE_P(
    Catalog, SignalMistakes,
    testing::Values(
        Case{"metrics: [a], unit: s", "signals[0]: the key \"role\" is missing"},
        Case{"role: r, unit: s", "signals[0]: the key \"metrics\" is missing"},
        Case{"role: r, metrics: [a]", "signals[0]: the key \"unit\" is missing"},
        Case{"role: My-Role, metrics: [a], unit: s",
             "signals[0].role: must be made of small letters, digits and \"_\" and start with a letter, not "
             "\"My-Role\""},
        Case{"role: r, metrics: [], unit: s", "signals[0].metrics: must name at least one metric"},
        Case{"role: r, metrics: ['a{b=\"c\"}'], unit: s",
             "signals[0].metrics: not a metric name: \"a{b=\\\"c\\\"}\"; conditions on labels go under match"},
        Case{"role: r, metrics: [a, a], unit: s", "signals[0].metrics: the name \"a\" appears twice"},
        Case{"role: r, metrics: [a_bucket], kind: histogram, unit: s",
             "signals[0].metrics: the name of a histogram is given without _bucket, _sum and _count, not "
             "\"a_bucket\""},
        Case{"role: r, metrics: [a], unit: s, kind: summary",
             "signals[0].kind: must be one of gauge, counter, histogram, histogram_mean, not \"summary\""},
        Case{"role: r, metrics: [a], unit: s, scale: 0", "signals[0].scale: must not be 0"},
        Case{"role: r, metrics: [a], unit: s, scale: -1, kind: histogram",
             "signals[0].scale: must be greater than 0 for a histogram"},
        Case{"role: r, metrics: [a], unit: s, quantile: 0.5",
             "signals[0].quantile: only kind histogram has a quantile"},
        Case{"role: r, metrics: [a], unit: s, kind: histogram, quantile: 0",
             "signals[0].quantile: must be between 0 and 1, both excluded"},
        Case{"role: r, metrics: [a], unit: s, kind: histogram, divide_by: q",
             "signals[0].divide_by: a histogram cannot be divided"},
        Case{"role: r, metrics: [a], unit: s, divide_by: r",
             "signals[0].divide_by: a role cannot be divided by itself"},
        Case{"role: r, metrics: [a], unit: s, divide_by: q", "r.divide_by: there is no role \"q\"; known are r"},
        Case{"role: r, metrics: [a], unit: s, internal: true", "r.internal: no role of this exporter divides by it"},
        Case{"role: r, metrics: [a], unit: s, aggregate: median",
             "signals[0].aggregate: must be one of sum, mean, max, min, not \"median\""},
        Case{"role: r, metrics: [a], unit: s, aggregate: max, kind: histogram",
             "signals[0].aggregate: a histogram's buckets are always summed"},
        Case{"role: r, metrics: [a], unit: s, category: inference_infrastucture",
             "signals[0].category: unknown category \"inference_infrastucture\", did you mean "
             "\"inference_infrastructure\"?"},
        Case{"role: r, metrics: [a], unit: s, entity_labels: []",
             "signals[0]: entity_labels is missing, here and for the whole file"},
        Case{"role: r, metrics: [a], unit: s, hints: {func: sum, by: [a]}",
             "signals[0].hints: only the dialect deepflow has hints"},
        Case{"role: r, metrics: [a], unit: s, metrix: [b]",
             "signals[0].metrix: unknown key, did you mean \"metrics\"?"}));

class EdgeMistakes : public testing::TestWithParam<Case> {};
TEST_P(EdgeMistakes, AreNamed) {
  EXPECT_EQ(mistakes("version: 1\nedges:\n  - {" + std::string(GetParam().text) + "}\n"),
            std::string("dir/my-app.yml:3: ") + GetParam().message);
}

INSTANTIATE_TEST_SUITE_P(
    Catalog, EdgeMistakes,
    testing::Values(Case{"kind: call, metric: a, source_labels: [b]", "edges[0]: the key \"target_labels\" is missing"},
                    Case{"kind: call, source_labels: [b], target_labels: [c]",
                         "edges[0]: the key \"metric\" is missing"},
                    Case{"metric: a, source_labels: [b], target_labels: [c]", "edges[0]: the key \"kind\" is missing"},
                    Case{"kind: calls, metric: a, source_labels: [b], target_labels: [c]",
                         "edges[0].kind: must be one of call, placement, alias, not \"calls\""},
                    Case{"kind: call, live: growing, metric: a, source_labels: [b], target_labels: [c]",
                         "edges[0].live: must be one of present, positive, increasing, not \"growing\""},
                    Case{"kind: call, metric: 'a b', source_labels: [b], target_labels: [c]",
                         "edges[0].metric: not a metric name: \"a b\"; conditions on labels go under match"}));

class FileMistakes : public testing::TestWithParam<Case> {};
TEST_P(FileMistakes, AreNamed) {
  EXPECT_EQ(mistakes(GetParam().text), GetParam().message);
}

INSTANTIATE_TEST_SUITE_P(
    Catalog, FileMistakes,
    testing::Values(
        Case{"", "dir/my-app.yml: the key \"version\" is missing"},
        Case{"version: 1", "dir/my-app.yml:1: there are no signals and no edges"},
        Case{"version: 2", "dir/my-app.yml:1: version: must be a whole number from 1 to 1, not \"2\""},
        Case{"version: 1\nexporter: My App\nremove: [a]",
             "dir/my-app.yml:2: exporter: must be made of small letters, digits and \"_\" and start with a letter, not "
             "\"My App\""},
        Case{"version: 1\nsignals:\n- {role: a, metrics: [m], unit: s, entity_labels: [p]}\n"
             "- {role: a, metrics: [n], unit: s, entity_labels: [p]}",
             "dir/my-app.yml:4: signals[1]: the role \"a\" appears twice, first in line 3"},
        Case{"version: 1\nedges:\n- {kind: call, metric: m, source_labels: [a], target_labels: [b]}\n"
             "- {kind: call, metric: m, source_labels: [c], target_labels: [d]}",
             "dir/my-app.yml:4: edges[1]: an edge of this kind, metric and match appears twice"},
        Case{"version: 1\nentity_labels: [p]\nsignals:\n- {role: a, metrics: [m], unit: s, divide_by: b}\n"
             "- {role: b, metrics: [m], unit: s, divide_by: c}\n- {role: c, metrics: [m], unit: s}",
             "dir/my-app.yml:4: a.divide_by: the role \"b\" is itself divided"},
        Case{"version: 1\nentity_labels: [p]\nsignals:\n- {role: a, metrics: [m], unit: s, divide_by: b}\n"
             "- {role: b, metrics: [m], unit: s, kind: histogram}",
             "dir/my-app.yml:4: a.divide_by: the role \"b\" is a histogram"},
        Case{"version: 1\ndialect: deepflow\nentity_labels: [p]\nsignals:\n- {role: a, metrics: [m], unit: s}",
             "dir/my-app.yml:5: signals[0]: the key \"hints\" is missing, which the dialect deepflow needs"},
        Case{"version: 1\ndialect: deepflow\nentity_labels: [p]\nsignals:\n"
             "- {role: a, metrics: [m], unit: s, hints: {func: sum}}",
             "dir/my-app.yml:5: signals[0].hints: the key \"by\" is missing"},
        Case{"version: 1\nsignals: 7", "dir/my-app.yml:2: signals: must be a list, not \"7\""},
        Case{"version: 1\nsignals: [7]\n",
             "dir/my-app.yml:2: signals[0]: must be a map, not \"7\"\n"
             "dir/my-app.yml:2: signals[0]: entity_labels is missing, here and for the "
             "whole file"},
        Case{"version: 1\nsignals:\n  - role: a\n   metrics: [b]",
             "dir/my-app.yml:4: not valid YAML: end of sequence not found"}));

TEST(CatalogMistakes, ABadConditionIsNamedWithItsReason) {
  EXPECT_THAT(
      mistakes("version: 1\nentity_labels: [pod]\nsignals:\n"
               "  - {role: r, metrics: [a], unit: s, match: 'b=~\"(\"'}\n"),
      testing::AllOf(testing::StartsWith("dir/my-app.yml:4: signals[0].match: bad condition \"b=~\\\"(\\\"\": "),
                     testing::HasSubstr("missing )")));
}

TEST(CatalogMistakes, AllAreFoundAtOnce) {
  EXPECT_EQ(mistakes("version: 1\nentity_labels: [pod]\nsignals:\n"
                     "  - {role: a, metrics: [m], unit: s, kind: x}\n"
                     "  - {role: b, metrics: ['!'], unit: s}\n"
                     "edges:\n  - {kind: x}\n"),
            "dir/my-app.yml:4: signals[0].kind: must be one of gauge, counter, histogram, histogram_mean, not \"x\"\n"
            "dir/my-app.yml:5: signals[1].metrics: not a metric name: \"!\"; conditions on labels go under match\n"
            "dir/my-app.yml:7: edges[0].kind: must be one of call, placement, alias, not \"x\"\n"
            "dir/my-app.yml:7: edges[0]: the key \"metric\" is missing\n"
            "dir/my-app.yml:7: edges[0]: the key \"source_labels\" is missing\n"
            "dir/my-app.yml:7: edges[0]: the key \"target_labels\" is missing");
}

TEST(CatalogMistakes, AFileThatIsNotThereIsOne) {
  const CatalogResult result = check_catalog_file("/nonexistent/x.yml");
  EXPECT_FALSE(result.catalog.has_value());
  EXPECT_EQ(to_string(result.diagnostics), "/nonexistent/x.yml: cannot be opened: No such file or directory");
}

}  // namespace
}  // namespace exporter
