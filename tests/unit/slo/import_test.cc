#include "exporter/slo/import.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "exporter/slo/import_writer.h"

namespace exporter {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;

// What is printed must be what the configuration takes.
std::vector<Slo> taken(const ImportResult& result) {
  const ConfigResult config = parse_config("sources: [{url: http://p/api/v1/read}]\n" + result.yaml, "rca.yml");
  EXPECT_EQ(to_string(config.diagnostics), "");
  return config.config ? config.config->slos : std::vector<Slo>();
}

constexpr const char* kSloth = R"yaml(version: "prometheus/v1"
service: "chat"
labels:
  team: "a"
slos:
  - name: "answers"
    objective: 99.9
    description: "Answers arrive"
    sli:
      events:
        error_query: sum(rate(answers_total{code=~"(5..|429)"}[{{.window}}]))
        total_query: sum(rate(answers_total[{{.window}}]))
    alerting:
      name: ChatAnswers
      page_alert: {labels: {severity: critical}}
  - name: "latency"
    objective: 99
    sli:
      events:
        error_query: |
          (
            sum(rate(answer_seconds_count[{{.window}}]))
            -
            sum(rate(answer_seconds_bucket{le="0.4"}[{{.window}}]))
          )
        total_query: sum(rate(answer_seconds_count[{{.window}}]))
    alerting: {name: ChatLatency, page_alert: {disable: true}}
)yaml";

TEST(ImportSloth, EventsAndHistogramsAreCarriedOver) {
  const ImportResult result = import_sloth(kSloth, "sloth.yml");
  EXPECT_THAT(result.diagnostics, IsEmpty()) << to_string(result.diagnostics);
  const std::vector<Slo> slos = taken(result);
  ASSERT_EQ(slos.size(), 2U);
  EXPECT_EQ(slos[0].name, "chat-answers");
  EXPECT_EQ(slos[0].service, "chat");
  EXPECT_EQ(slos[0].objective, 0.999);
  EXPECT_EQ(slos[0].budget_window, std::chrono::hours(30 * 24));
  EXPECT_THAT(slos[0].events.bad, ElementsAre("answers_total{code=~\"(5..|429)\"}"));
  EXPECT_THAT(slos[0].events.total, ElementsAre("answers_total"));
  EXPECT_EQ(slos[1].events.histogram, "answer_seconds");
  EXPECT_EQ(slos[1].events.bound, 0.4);
  EXPECT_EQ(slos[1].sli, SliKind::slow_request_ratio);
  EXPECT_THAT(result.yaml, HasSubstr("# line 4: labels are not carried over: team"));
  EXPECT_THAT(result.yaml, HasSubstr("alerting (name, page_alert) is not carried over"));
}

TEST(ImportSloth, TheKubernetesFormIsTheSame) {
  const ImportResult result = import_sloth(R"(apiVersion: sloth.slok.dev/v1
kind: PrometheusServiceLevel
metadata: {name: x, namespace: monitoring}
spec:
  service: chat
  slos:
    - name: answers
      objective: 99.9
      sli:
        raw:
          errorRatioQuery: sum(rate(e_total[{{.window}}])) / sum(rate(t_total[{{.window}}]))
      alerting: {pageAlert: {disable: true}}
---
# nothing
---
apiVersion: sloth.slok.dev/v1
kind: PrometheusServiceLevel
spec:
  service: other
  slos:
    - {name: answers, objective: 90, sli: {events: {errorQuery: 'sum(rate(e[{{.window}}]))', totalQuery: 'sum(rate(t[{{.window}}]))'}}}
)",
                                           "k8s.yml");
  EXPECT_THAT(result.diagnostics, IsEmpty()) << to_string(result.diagnostics);
  const std::vector<Slo> slos = taken(result);
  ASSERT_EQ(slos.size(), 2U);
  EXPECT_THAT(slos[0].events.bad, ElementsAre("e_total"));
  EXPECT_EQ(slos[1].name, "other-answers");
}

TEST(ImportSloth, WhatIsLeftBehindIsNamedWithItsLine) {
  const ImportResult result = import_sloth(R"(version: "prometheus/v1"
service: "home wifi"
slos:
  - name: "satisfaction"
    objective: 95
    sli:
      events:
        error_query: sum_over_time((count(satisfaction_ratio < 0.75))[{{.window}}:]) OR on() vector(0)
        total_query: sum_over_time((count(satisfaction_ratio))[{{.window}}:])
  - name: "plugin"
    objective: 95
    sli: {plugin: {id: x}}
  - name: "all"
    objective: 100
    sli: {events: {error_query: 'sum(rate(e[5m]))', total_query: 'sum(rate(t[5m]))'}}
  - name: "good one"
    objective: 95
    surprise: 1
    sli: {events: {error_query: 'sum(rate(e[5m]))', total_query: 'sum(rate(t[5m]))'}}
  - name: "good one"
    objective: 95
    sli: {events: {error_query: 'sum(rate(e[5m]))', total_query: 'sum(rate(t[5m]))'}}
)",
                                           "wifi.yml");
  const std::string errors = to_string(result.diagnostics);
  EXPECT_THAT(errors, HasSubstr("wifi.yml:8: slos[0].sli.events.error_query: cannot be carried over: the function "
                                "\"sum_over_time\" has no counterpart here"));
  EXPECT_THAT(errors, HasSubstr("wifi.yml:12: slos[1].sli.plugin: a plugin"));
  EXPECT_THAT(errors, HasSubstr("wifi.yml:14: slos[2].objective: an objective of"));
  EXPECT_THAT(errors, HasSubstr("wifi.yml:18: slos[3].surprise: unknown key"));
  EXPECT_THAT(errors, HasSubstr("is taken already"));
  EXPECT_THAT(result.yaml, HasSubstr("# not carried over: wifi.yml:8: "));
  const std::vector<Slo> slos = taken(result);
  ASSERT_EQ(slos.size(), 1U);
  EXPECT_EQ(slos[0].name, "home-wifi-good-one");
}

TEST(ImportSloth, OtherFilesAreRefused) {
  EXPECT_THAT(to_string(import_sloth("version: prometheus/v2\nservice: x\nslos: []\n", "a.yml").diagnostics),
              HasSubstr("a.yml:1: version: must be \"prometheus/v1\""));
  EXPECT_THAT(to_string(import_sloth("apiVersion: v1\nkind: Pod\nspec: {}\n", "a.yml").diagnostics),
              HasSubstr("sloth.slok.dev/v1"));
  for (const char* text : {"", "---\n", "a: [", "- 1", "42", "\xff\xfe", "version: prometheus/v1"}) {
    const ImportResult result = import_sloth(text, "a.yml");
    EXPECT_THAT(result.diagnostics, Not(IsEmpty())) << text;
    EXPECT_THAT(taken(result), IsEmpty());
  }
}

constexpr const char* kOpenSlo = R"(apiVersion: openslo/v1
kind: DataSource
metadata: {name: prom}
spec: {type: Prometheus, connectionDetails: {url: x}}
---
apiVersion: openslo/v1
kind: SLI
metadata: {name: fast}
spec:
  ratioMetric:
    counter: true
    good: {metricSource: {metricSourceRef: prom, spec: {query: 'sum(answer_seconds_bucket{le="0.4"})'}}}
    total: {metricSource: {metricSourceRef: prom, spec: {query: 'sum(answer_seconds_count)'}}}
---
apiVersion: openslo/v1
kind: SLO
metadata: {name: latency, displayName: Latency}
spec:
  service: chat
  indicatorRef: fast
  timeWindow: [{duration: 4w, isRolling: true}]
  budgetingMethod: Occurrences
  objectives:
    - {displayName: fast, target: 0.99}
    - {displayName: faster, targetPercent: 99.9}
  alertPolicies: [{alertPolicyRef: x}]
---
apiVersion: openslo/v1
kind: SLO
metadata: {name: errors}
spec:
  service: chat
  indicator:
    metadata: {name: e}
    spec:
      ratioMetric:
        counter: true
        bad: {metricSource: {type: Prometheus, spec: {query: 'sum(rate(e_total[5m]))'}}}
        total: {metricSource: {type: prometheus, spec: {query: 't_total'}}}
  timeWindow: [{duration: 1M, calendar: {startTime: 2020-01-01 00:00:00, timeZone: UTC}}]
  budgetingMethod: Occurrences
  objectives: [{target: 0.95}]
)";

TEST(ImportOpenSlo, SlosWithTheirIndicatorsAreCarriedOver) {
  const ImportResult result = import_openslo(kOpenSlo, "openslo.yml");
  EXPECT_THAT(result.diagnostics, IsEmpty()) << to_string(result.diagnostics);
  const std::vector<Slo> slos = taken(result);
  ASSERT_EQ(slos.size(), 3U);
  EXPECT_EQ(slos[0].name, "latency-1");
  EXPECT_EQ(slos[0].events.histogram, "answer_seconds");
  EXPECT_EQ(slos[0].budget_window, std::chrono::hours(28 * 24));
  EXPECT_EQ(slos[1].objective, 0.999);
  EXPECT_EQ(slos[2].name, "errors");
  EXPECT_EQ(slos[2].service, "chat");
  EXPECT_THAT(slos[2].events.bad, ElementsAre("e_total"));
  EXPECT_EQ(slos[2].budget_window, std::chrono::hours(30 * 24));
  EXPECT_THAT(result.yaml, HasSubstr("aligned to the calendar"));
  EXPECT_THAT(result.yaml, HasSubstr("alertPolicies are not carried over"));
}

std::string openslo_errors(const std::string& spec) {
  const ImportResult result =
      import_openslo("apiVersion: openslo/v1\nkind: SLO\nmetadata: {name: x}\nspec:\n" + spec, "o.yml");
  EXPECT_THAT(taken(result), IsEmpty());
  return to_string(result.diagnostics);
}

TEST(ImportOpenSlo, WhatIsLeftBehindIsNamedWithItsLine) {
  const std::string events =
      "  indicator: {spec: {ratioMetric: {good: {metricSource: {type: Prometheus, spec: {query: g}}}, total: "
      "{metricSource: {type: Prometheus, spec: {query: t}}}}}}\n";
  EXPECT_THAT(openslo_errors(events + "  budgetingMethod: Timeslices\n  objectives: [{target: 0.9}]\n"),
              HasSubstr("o.yml:6: spec.budgetingMethod: only Occurrences"));
  EXPECT_THAT(openslo_errors(events + "  budgetingMethod: Occurrences\n  objectives: [{target: 1}]\n"),
              HasSubstr("o.yml:7: spec.objectives[0].target: must leave an error budget"));
  EXPECT_THAT(openslo_errors(events + "  budgetingMethod: Occurrences\n  timeWindow: [{duration: 3x}]\n"
                                      "  objectives: []\n"),
              HasSubstr("o.yml:7: spec.timeWindow[0].duration: must be a whole number with"));
  EXPECT_THAT(openslo_errors("  indicator: {spec: {thresholdMetric: {}}}\n  budgetingMethod: Occurrences\n"
                             "  objectives: [{op: lte, value: 3, target: 0.9}]\n"),
              HasSubstr("a thresholdMetric cannot be carried over"));
  EXPECT_THAT(openslo_errors("  indicatorRef: nobody\n  budgetingMethod: Occurrences\n  objectives: [{target: 0.9}]\n"),
              HasSubstr("there is no SLI \"nobody\" in this file"));
  EXPECT_THAT(openslo_errors("  indicator: {spec: {ratioMetric: {good: {metricSource: {type: Datadog, spec: {query: "
                             "g}}}, total: {metricSource: {type: Datadog, spec: {query: t}}}}}}\n"
                             "  budgetingMethod: Occurrences\n  objectives: [{target: 0.9}]\n"),
              HasSubstr("only Prometheus can be read, not \"Datadog\""));
  EXPECT_THAT(openslo_errors("  indicator: {spec: {ratioMetric: {rawType: failure, raw: {metricSource: {type: "
                             "Prometheus, spec: {query: 'job:errors:ratio'}}}}}}\n"
                             "  budgetingMethod: Occurrences\n  objectives: [{target: 0.9}]\n"),
              HasSubstr("a share that is computed elsewhere has no events to count"));
  EXPECT_THAT(
      to_string(import_openslo("apiVersion: openslo/v1alpha\nkind: SLO\nmetadata: {name: x}\n", "o.yml").diagnostics),
      HasSubstr("o.yml:1: apiVersion: must be \"openslo/v1\""));
  for (const char* text : {"", "a: [", "- 1", "42", "kind: SLO"}) {
    EXPECT_THAT(import_openslo(text, "o.yml").diagnostics, Not(IsEmpty())) << text;
  }
}

TEST(YamlDocuments, KeepTheirLineNumbers) {
  EXPECT_THAT(yaml_documents("a: 1\n---\n# only a comment\n---\nb: |\n  ---\n  x\n"),
              ElementsAre("a: 1\n", "\n\n\n\nb: |\n  ---\n  x\n\n"));
  EXPECT_THAT(yaml_documents("---\n"), IsEmpty());
}

TEST(ShareOfPercent, IsTheNumberThatWasMeant) {
  EXPECT_EQ(share_of_percent(99.9), 0.999);
  EXPECT_EQ(share_of_percent(99.95), 0.9995);
  EXPECT_EQ(share_of_percent(99), 0.99);
}

}  // namespace
}  // namespace exporter
