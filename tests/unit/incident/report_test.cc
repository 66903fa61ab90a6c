#include "exporter/incident/report.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <memory>
#include <nlohmann/json.hpp>
#include <sstream>

#include "tests/unit/incident/sample_diagnosis.h"

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

Incident diagnosed() {
  Incident result = incident();
  result.id = "ttft-20261122T072950Z";
  result.sli = "time_to_first_token";
  result.quantile = 0.9;
  result.threshold = 1;
  result.sli_value = 2.9;
  result.onset_ms = kOnset - 20'000;
  result.detected_ms = kOnset - 10'000;
  result.mitigated_ms = kOnset + 180'000;
  result.resolved_ms = kOnset + 240'000;
  result.objective = 0.99;
  result.budget_window_ms = 30LL * 24 * 3'600'000;
  result.bad_ms = 190'000;
  result.diagnosis = std::make_shared<rca::Diagnosis>(sample_diagnosis());
  result.impact.before = 0.31;
  result.impact.worst = 2.9;
  result.impact.worst_ms = kOnset + 45'000;
  result.impact.subject = "falcon-h1-7b";
  result.impact.measured = 3;
  result.impact.touched = {"ray-replicas-1"};
  result.impact.touched_share = 0.33;
  result.impact.traffic_before = 12;
  result.impact.traffic_after = 11.6;
  result.recurrence = {"ray-replicas", "compute_saturation", 2, {"ttft-b", "ttft-a"}, {"e2e-c"}};
  ActionCheck check;
  check.state = ActionState::holds;
  check.condition = "the objective is kept for 30 min from the mitigation";
  check.outcome = "the condition held until 2026-11-22T08:03:00Z";
  result.checks = {check};
  return result;
}

TEST(ProblemStatement, SaysWhatHowMuchWhenWhomAndUnderWhichTraffic) {
  EXPECT_EQ(problem_statement(diagnosed(), 0),
            "p90 time to first token of falcon-h1-7b rose from 0.31 s to 2.9 s between 07:29:40 and 07:30:45 UTC on "
            "2026-11-22; 33 % of requests, those served by ray-replicas-1; traffic unchanged. The objective is at most "
            "1 s. It lasted 3 min 20 s.");
  Incident busier = diagnosed();
  busier.impact.traffic_after = 24;
  busier.impact.touched = {"a", "b", "c"};
  busier.impact.touched_share = 1;
  EXPECT_THAT(problem_statement(busier, 0),
              HasSubstr("; 100 % of requests, all 3 that serve it; traffic rose by 100 % (12 to 24 requests/s)."));
}

TEST(ProblemStatement, LeavesOutWhatWasNotMeasured) {
  EXPECT_EQ(
      problem_statement(incident(), kOnset + 200'000),
      "p95 inter token latency of the whole service reached 0.432 s at 07:30:00 UTC on 2026-11-22. The objective is "
      "at most 0.2 s. It is still open after 3 min 20 s.");
  Incident slow = incident();
  slow.sli = "throughput";
  slow.unit = "tokens_per_second";
  slow.quantile = 0;
  slow.scope = "ray-head";
  slow.impact.before = 90;
  slow.sli_value = 12;
  slow.threshold = 30;
  slow.resolved_ms = kOnset + 3 * 3'600'000;
  EXPECT_EQ(
      problem_statement(slow, 0),
      "rate of generated tokens of ray-head fell from 90 tokens/s to 12 tokens/s at 07:30:00 UTC on 2026-11-22. The "
      "objective is at least 30 tokens/s. It lasted 3 h.");
}

TEST(ProblemStatement, OfAnAlert) {
  Incident alert;
  alert.alert = "GpuLost";
  alert.summary = "A GPU fell off the bus";
  alert.onset_ms = kOnset;
  alert.sli_value = alert.threshold = std::nan("");
  EXPECT_EQ(problem_statement(alert, kOnset + 1000),
            "Alert GpuLost fired (A GPU fell off the bus), since 2026-11-22T07:30:00Z. It is still open after 1 s.");
}

TEST(ReportMarkdown, HoldsEveryPart) {
  const std::string report = report_markdown(diagnosed(), kChanges, options());
  for (const char* part :
       {"# Incident ttft-20261122T072950Z\n",
        "## Problem statement\n\np90 time to first token",
        "## Root cause\n\n**ray-replicas-1: Compute saturation (inference infrastructure).** Probability that this "
        "entity "
        "is the root cause: 90 %.",
        "\n- gpu_clock fell from",
        "| ray-head | Network latency |",
        "1. Why: time to first token rose? Because requests queue at ray-replicas-1. queue_time rose from 0.02 s to "
        "2.1 s. "
        "(90 % sure)",
        "| 2026-11-22T07:29:00Z | Change: deployment of ray-replicas-1 from v1 to v2 |\n",
        "| 2026-11-22T07:29:35Z | First symptom: gpu_clock of ray-replicas-1 leaves its usual range |\n",
        "| 2026-11-22T07:29:40Z | Onset (estimated) |\n",
        "| 2026-11-22T07:30:45Z | Peak: p90 time to first token at 2.9 s |",
        "| 2026-11-22T07:33:00Z | Mitigated: ",
        "| 2026-11-22T07:34:00Z | Resolved: ",
        "Time to detect 10 s, time to repair 3 min 20 s.",
        "| root cause | 80 % | ray-replicas-1 | gpu_clock | 1.41G → 1.1G | 07:29:35 |",
        "| contributing factor | 30 % | gateway |",
        "- ray-replicas-1 → gateway (0.75)",
        "| 2026-11-22T07:28:40Z | deployment | ray-head | v1 | v2 | 20 % | one minute before the onset |",
        "| 2026-11-22T07:29:00Z | deployment | ray-replicas-1 | v1 | v2 | not judged |  |",
        "**Touched:** replica ray-replicas-1.",
        "**Not touched:** replica ray-replicas-0.",
        "| mitigate | Take ray-replicas-1 out of rotation | open | the objective holds (for 30 min) | holds: the "
        "condition "
        "held until 2026-11-22T08:03:00Z |",
        "| Infrastructure | GPU clock below its peers' | 0.8 |",
        "| People | nothing found |  |",
        "The objective was broken for 3 min 10 s, which is 0.73 % of the error budget (1 % of 30 d).",
        "Compute saturation in ray-replicas has occurred 2 times before, last in ttft-b and ttft-a. At the same time: "
        "e2e-c.",
        "## Missing telemetry\n\n- no traces of ray-head\n- no spans of ray-head arrive\n",
        "| peer_deviation \\* | ray-replicas-1 |  |  |",
        "## Rankings in detail\n"}) {
    EXPECT_THAT(report, HasSubstr(part));
  }
  EXPECT_THAT(report, Not(HasSubstr("too-long-ago")));
  EXPECT_THAT(report, Not(HasSubstr("later")));
  EXPECT_EQ(report, report_markdown(diagnosed(), kChanges, options()));
}

TEST(ReportMarkdown, NamesEveryRootCauseOnce) {
  Incident two = diagnosed();
  rca::Diagnosis diagnosis = *two.diagnosis;
  const rca::Evidence queue{0.01, 2, 0.01, 199, kOnset, "tcp_retransmits rose from 0.01 to 2"};
  rca::Finding second{"ray-head", "tcp_retransmits", rca::Role::root_cause, "network_latency", 0.06, queue};
  diagnosis.findings.insert(diagnosis.findings.begin() + 1, second);
  second.signal = "tcp_rtt";
  diagnosis.findings.insert(diagnosis.findings.begin() + 2, second);
  two.diagnosis = std::make_shared<rca::Diagnosis>(diagnosis);
  const std::string report = report_markdown(two, kChanges, options());
  const std::string also =
      "**Also at fault: ray-head: Network latency.** A fault of its own, which the one above does "
      "not explain.\n\n- tcp_retransmits rose from 0.01 to 2\n";
  const std::size_t at = report.find(also);
  ASSERT_NE(at, std::string::npos) << report;
  EXPECT_LT(report.find("**ray-replicas-1: Compute saturation"), at);
  EXPECT_EQ(report.find("Also at fault", at + also.size()), std::string::npos);
  EXPECT_THAT(report_markdown(diagnosed(), kChanges, options()), Not(HasSubstr("Also at fault")));
}

TEST(ReportMarkdown, SaysThatTheCauseIsUnknownAndWhatIsMissing) {
  Incident unclear = diagnosed();
  rca::Diagnosis diagnosis = sample_diagnosis();
  diagnosis.entity.clear();
  diagnosis.category.clear();
  diagnosis.fault_class = rca::kUnknownFaultClass;
  diagnosis.whys.clear();
  diagnosis.assessment.unknown = true;
  unclear.diagnosis = std::make_shared<rca::Diagnosis>(diagnosis);
  unclear.recurrence = {};
  const std::string report = report_markdown(unclear, {}, options());
  EXPECT_THAT(report,
              HasSubstr("**Unknown.** No entity is more likely than 25 % to be the root cause; the most likely is "
                        "ray-replicas-1: Compute saturation (80 %)."));
  EXPECT_THAT(report, HasSubstr("- no traces of ray-head"));
  EXPECT_THAT(report, Not(HasSubstr("## Five whys")));
  EXPECT_THAT(report, Not(HasSubstr("## Recurrence")));
}

TEST(ReportMarkdown, TextFromOutsideAddsNoMarkup) {
  Incident evil = diagnosed();
  rca::Diagnosis diagnosis = sample_diagnosis();
  const std::string rubbish = "a|b\n# <script>alert(1)</script> [x](http://e) `c` **d** _e_ f_g ![i](j)";
  diagnosis.entity = diagnosis.whys[0].effect = diagnosis.actions[0].text = diagnosis.scope[0].name = rubbish;
  diagnosis.findings[0].entity = diagnosis.propagation[0].source = diagnosis.gaps[0].text = rubbish;
  evil.diagnosis = std::make_shared<rca::Diagnosis>(diagnosis);
  evil.impact.touched = evil.recurrence.incidents = {rubbish};
  const std::vector<rca::ChangeEvent> changes{{kOnset, rubbish, rubbish, rubbish, rubbish}};
  const std::string report = report_markdown(evil, changes, options());
  EXPECT_THAT(
      report,
      HasSubstr("a\\|b \\# \\<script\\>alert(1)\\</script\\> \\[x\\](http://e) \\`c\\` \\*\\*d\\*\\* \\_e\\_ f_g "
                "\\!\\[i\\](j)"));
  EXPECT_THAT(report, Not(HasSubstr("<script>")));
  EXPECT_THAT(report, Not(HasSubstr("[x](")));
}

TEST(ReportMarkdown, BeforeAnyMethodHasRun) {
  Incident fresh = incident();
  fresh.rankings.clear();
  fresh.answer_method.clear();
  const std::string report = report_markdown(fresh, {}, options());
  EXPECT_THAT(report, HasSubstr("Not known yet."));
  EXPECT_THAT(report, HasSubstr("No method has run yet."));
  EXPECT_THAT(report, HasSubstr("No change was seen or reported around the incident."));
}

TEST(ReportMarkdown, BlamesNobody) {
  const std::string report = report_markdown(diagnosed(), kChanges, options());
  for (const char* word : {"mistake", "fault of", "should have", "careless", "wrongly"}) {
    EXPECT_THAT(report, Not(HasSubstr(word)));
  }
}

TEST(ReportTerminal, FitsTheTerminal) {
  for (const std::size_t width : {80U, 120U, 40U}) {
    std::istringstream lines(report_terminal(diagnosed(), kChanges, options(), width));
    for (std::string line; std::getline(lines, line);) {
      const auto columns = std::count_if(line.begin(), line.end(),
                                         [](char c) { return (static_cast<unsigned char>(c) & 0xc0U) != 0x80U; });
      // Seven columns of at least six each need more than 40.
      EXPECT_TRUE(width == 40 || static_cast<std::size_t>(columns) <= width) << line;
      EXPECT_FALSE(line.ends_with(' ')) << line;
    }
  }
  const std::string text = report_terminal(diagnosed(), kChanges, options(), 120);
  EXPECT_THAT(text, HasSubstr("\nRoot cause\n----------\nray-replicas-1: Compute saturation"));
  EXPECT_THAT(text, Not(HasSubstr("Rankings in detail")));
}

TEST(ReportTerminal, NothingFromOutsideSteersTheTerminal) {
  Incident evil = diagnosed();
  rca::Diagnosis diagnosis = sample_diagnosis();
  diagnosis.entity = "a\x1b[2Jb\x07";
  evil.diagnosis = std::make_shared<rca::Diagnosis>(diagnosis);
  const std::string text = report_terminal(evil, {}, options(), 80);
  EXPECT_EQ(text.find('\x1b'), std::string::npos);
  EXPECT_EQ(text.find('\x07'), std::string::npos);
}

TEST(ReportJson, HoldsTheSame) {
  const auto json = nlohmann::json::parse(report_json(diagnosed(), kChanges, options()));
  EXPECT_THAT(json["problem_statement"].get<std::string>(), HasSubstr("p90 time to first token"));
  EXPECT_EQ(json["incident"]["id"], "ttft-20261122T072950Z");
  EXPECT_EQ(json["incident"]["state"], "resolved");
  EXPECT_EQ(json["incident"]["root_cause"]["entity"], "ray-replicas-1");
  EXPECT_EQ(json["root_cause"]["fault_class"], "compute_saturation");
  EXPECT_EQ(json["root_cause"]["confidence"], 0.9);
  EXPECT_DOUBLE_EQ(json["incident"]["rankings"][0]["signals"][0]["share"].get<double>(), 0.9);
  EXPECT_EQ(json["timeline"][0]["kind"], "change");
  EXPECT_EQ(json["time_to_detect_seconds"], 10);
  EXPECT_EQ(json["time_to_repair_seconds"], 200);
  ASSERT_EQ(json["changes"].size(), 2U);
  EXPECT_EQ(json["changes"][0]["likelihood"], 0.2);
  EXPECT_TRUE(json["changes"][1]["likelihood"].is_null());
  EXPECT_EQ(json["findings"][1]["role"], "contributing_factor");
  EXPECT_EQ(json["whys"].size(), 2U);
  EXPECT_EQ(json["actions"][0]["check"]["state"], "holds");
  EXPECT_TRUE(json["actions"][1]["check"].is_null());
  EXPECT_EQ(json["recurrence"]["earlier"], 2);
  EXPECT_NEAR(json["error_budget"]["consumed_ratio"].get<double>(), 0.0073, 1e-4);
  EXPECT_EQ(json["gaps"][0]["kind"], "no_tracing");
  const auto fresh = nlohmann::json::parse(report_json(incident(), {}, options()));
  EXPECT_TRUE(fresh["findings"].is_null());
  EXPECT_TRUE(fresh["error_budget"].is_null());
  EXPECT_TRUE(fresh["time_to_repair_seconds"].is_null());
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
