#include "exporter/incident/report.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <nlohmann/json.hpp>

namespace exporter {
namespace {

using testing::HasSubstr;
using testing::Not;

constexpr std::int64_t kOnset = 1795332600000;  // 2026-11-22T07:30:00Z

Incident incident() {
  Incident result;
  result.id = "itl-20261122T073010Z";
  result.slo = "itl";
  result.onset_ms = kOnset;
  result.detected_ms = kOnset + 10'000;
  result.sli_value = 0.4321;
  result.threshold = 0.2;
  result.sli = "inter_token_latency";
  result.unit = "seconds";
  result.quantile = 0.95;
  result.answer_method = "peer_deviation";
  const rca::Evidence evidence{1.41e9, 1.095e9, 1e6, -315, kOnset + 5000, "GPU clock fell by 22 %"};
  rca::Ranking ranking;
  ranking.method = "peer_deviation";
  ranking.signals = {{"ray-replicas-1", "gpu_clock", 9, evidence}, {"ray-head", "gpu_power", 1, {}}};
  ranking.entities = {{"ray-replicas-1", "gpu_clock", 9, evidence}};
  result.rankings = {ranking, rca::Ranking{"baro", {}, {}}};
  return result;
}

ReportOptions options() {
  ReportOptions result;
  result.now_ms = kOnset + 200'000;
  return result;
}

const std::vector<rca::ChangeEvent> kChanges{{kOnset - 60'000, "deployment", "ray-replicas-1", "v1", "v2"},
                                             {kOnset - 7'200'000, "scaling", "too-long-ago", "", ""},
                                             {kOnset + 900'000, "scaling", "later", "", ""}};

TEST(ProblemStatement, SaysWhatHowMuchSinceWhenAndWhere) {
  EXPECT_EQ(problem_statement(incident(), kOnset + 200'000),
            "The 95th percentile of inter token latency of the whole service went as far as 0.4321 seconds while the "
            "objective is at most 0.2 seconds, since 2026-11-22T07:30:00Z; it is still open after 3 minutes.");
  Incident resolved = incident();
  resolved.resolved_ms = kOnset + 3 * 3'600'000;
  resolved.sli = "throughput";
  resolved.unit = "tokens_per_second";
  resolved.quantile = 0;
  resolved.scope = "ray-head";
  EXPECT_EQ(
      problem_statement(resolved, 0),
      "The throughput of ray-head went as far as 0.4321 tokens per second while the objective is at least 0.2 tokens "
      "per second, since 2026-11-22T07:30:00Z until 2026-11-22T10:30:00Z (3 hours 0 minutes).");
}

TEST(ProblemStatement, OfAnAlert) {
  Incident alert;
  alert.alert = "GpuLost";
  alert.summary = "A GPU fell off the bus";
  alert.onset_ms = kOnset;
  alert.sli_value = alert.threshold = std::nan("");
  EXPECT_EQ(
      problem_statement(alert, kOnset + 1000),
      "Alert GpuLost fired (A GPU fell off the bus), since 2026-11-22T07:30:00Z; it is still open after 1 second.");
}

TEST(ReportMarkdown, HoldsEveryPart) {
  const std::string report = report_markdown(incident(), kChanges, options());
  for (const char* part :
       {"# Incident itl-20261122T073010Z\n", "## Problem statement\n",
        "## Root cause\n\n**ray-replicas-1**, by its gpu_clock",
        "| 2026-11-22T07:29:00Z | Change: deployment of ray-replicas-1 from v1 to v2 |\n",
        "| 2026-11-22T07:30:00Z | Onset (estimated) |\n",
        "| 2026-11-22T07:30:05Z | gpu_clock of ray-replicas-1 deviates |\n", "### peer_deviation (names the answer)\n",
        "| 1 | ray-replicas-1 | gpu_clock | 0.9 | 1.41e+09 | 1.095e+09 | -315 | 2026-11-22T07:30:05Z | GPU clock fell "
        "by 22 % |",
        "### baro\n\nNo candidates.", "| 2026-11-22T07:29:00Z | deployment | ray-replicas-1 | v1 | v2 |\n"}) {
    EXPECT_THAT(report, HasSubstr(part));
  }
  EXPECT_THAT(report, Not(HasSubstr("too-long-ago")));
  EXPECT_THAT(report, Not(HasSubstr("later")));
  EXPECT_LT(report.find("Change: deployment"), report.find("Onset (estimated)"));
  EXPECT_LT(report.find("gpu_clock of ray-replicas-1 deviates"), report.find("Detected: "));
}

TEST(ReportMarkdown, TextFromOutsideAddsNoMarkup) {
  Incident evil = incident();
  evil.rankings[0].entities[0].entity = "a|b\n# <script>alert(1)</script> [x](http://e) `c` **d** _e_ f_g ![i](j)";
  const std::string report = report_markdown(evil, {}, options());
  EXPECT_THAT(
      report,
      HasSubstr("a\\|b \\# \\<script\\>alert(1)\\</script\\> \\[x\\](http://e) \\`c\\` \\*\\*d\\*\\* \\_e\\_ f_g "
                "\\!\\[i\\](j)"));
  EXPECT_THAT(report, Not(HasSubstr("<script>")));
}

TEST(ReportMarkdown, BeforeAnyMethodHasRun) {
  Incident fresh = incident();
  fresh.rankings.clear();
  fresh.answer_method.clear();
  const std::string report = report_markdown(fresh, {}, options());
  EXPECT_THAT(report, HasSubstr("Not known yet."));
  EXPECT_THAT(report, HasSubstr("No method has run yet."));
  EXPECT_THAT(report, HasSubstr("None was reported around the incident."));
}

TEST(ReportJson, HoldsTheSame) {
  const auto json = nlohmann::json::parse(report_json(incident(), kChanges, options()));
  EXPECT_THAT(json["problem_statement"].get<std::string>(), HasSubstr("95th percentile"));
  EXPECT_EQ(json["incident"]["id"], "itl-20261122T073010Z");
  EXPECT_EQ(json["incident"]["state"], "open");
  EXPECT_TRUE(json["incident"]["resolved"].is_null());
  EXPECT_EQ(json["incident"]["answer"]["entity"], "ray-replicas-1");
  EXPECT_DOUBLE_EQ(json["incident"]["rankings"][0]["signals"][0]["share"].get<double>(), 0.9);
  EXPECT_EQ(json["incident"]["rankings"][0]["signals"][0]["evidence"]["deviation"], -315);
  EXPECT_EQ(json["timeline"].size(), 4U);
  EXPECT_EQ(json["timeline"][0]["time"], "2026-11-22T07:29:00Z");
  ASSERT_EQ(json["changes"].size(), 1U);
  EXPECT_EQ(json["changes"][0]["to"], "v2");
}

TEST(IncidentsJson, IsAListWithoutEvidence) {
  Incident second = incident();
  second.id = "b";
  second.resolved_ms = kOnset + 1;
  second.sli_value = std::nan("");
  second.summary = "\xff not UTF-8";
  const std::vector<Incident> both{incident(), second};
  const auto json = nlohmann::json::parse(incidents_json(both));
  ASSERT_EQ(json["incidents"].size(), 2U);
  EXPECT_EQ(json["incidents"][1]["state"], "resolved");
  EXPECT_TRUE(json["incidents"][1]["sli_value"].is_null());
  EXPECT_FALSE(json["incidents"][0].contains("rankings"));
  EXPECT_EQ(nlohmann::json::parse(incidents_json({}))["incidents"].size(), 0U);
}

TEST(IncidentJson, IsCutAtTopK) {
  const auto json = nlohmann::json::parse(incident_json(incident(), 1));
  EXPECT_EQ(json["rankings"][0]["signals"].size(), 1U);
  EXPECT_EQ(json["rankings"][0]["signals"][0]["share"], 1);
}

}  // namespace
}  // namespace exporter
