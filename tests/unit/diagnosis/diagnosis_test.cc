#include "rca_core/diagnosis/diagnosis.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <map>
#include <set>
#include <string>
#include <vector>

#include "tests/unit/diagnosis/llm_stack.h"
#include "tests/unit/diagnosis/planted_faults.h"

namespace rca {
namespace {

using ::rca::testing::kOnset;
using ::rca::testing::LlmStack;
using ::rca::testing::planted;
using ::rca::testing::planted_faults;
using ::rca::testing::PlantedFault;
using ::testing::HasSubstr;

class PlantedDiagnosis : public ::testing::TestWithParam<PlantedFault> {};

TEST_P(PlantedDiagnosis, NamesEntityAndClass) {
  const PlantedFault& fault = GetParam();
  const LlmStack stack = planted(fault);
  const Result<Diagnosis> diagnosis = diagnose(stack.view(), {});
  ASSERT_TRUE(diagnosis.ok());
  EXPECT_EQ(diagnosis->entity, fault.entity);
  EXPECT_EQ(diagnosis->fault_class, fault.fault_class);
}

const PlantedFault& fault_named(const std::vector<PlantedFault>& all, const std::string& name) {
  return *std::find_if(all.begin(), all.end(), [&](const PlantedFault& fault) { return fault.name == name; });
}

// Every text of the diagnosis, and a check of its numbers.
std::vector<std::string> texts_of(const Diagnosis& diagnosis) {
  std::vector<std::string> out = diagnosis.assessment.missing_telemetry;
  const auto number = [](double value) {
    EXPECT_TRUE(std::isfinite(value));
    EXPECT_GE(value, 0);
    EXPECT_LE(value, 1 + 1e-9);
  };
  for (const Finding& one : diagnosis.findings) {
    out.push_back(one.evidence.text);
    number(one.probability);
    EXPECT_TRUE(std::isfinite(one.evidence.before) && std::isfinite(one.evidence.after));
  }
  for (const Why& one : diagnosis.whys) {
    out.insert(out.end(), {one.effect, one.cause, one.text});
    number(one.confidence);
  }
  for (const FishboneEntry& one : diagnosis.fishbone) {
    out.push_back(one.text);
    number(one.weight);
  }
  for (const PropagationEdge& one : diagnosis.propagation) number(one.weight);
  for (const ChangeAnalysis& one : diagnosis.changes) {
    out.push_back(one.text);
    number(one.likelihood);
  }
  for (const ScopeEntry& one : diagnosis.scope) out.push_back(one.text);
  for (const Action& one : diagnosis.actions) out.insert(out.end(), {one.text, one.verification});
  return out;
}

TEST_P(PlantedDiagnosis, ExplainsItInFull) {
  const PlantedFault& fault = GetParam();
  const LlmStack stack = planted(fault);
  const Result<Diagnosis> made = diagnose(stack.view(), {});
  ASSERT_TRUE(made.ok());
  const Diagnosis& diagnosis = *made;
  for (const std::string& text : texts_of(diagnosis)) {
    EXPECT_FALSE(text.empty());
    EXPECT_EQ(text.find('{'), std::string::npos) << text;
    EXPECT_EQ(text.find('}'), std::string::npos) << text;
  }
  ASSERT_FALSE(diagnosis.findings.empty());
  EXPECT_EQ(diagnosis.findings[0].role, Role::root_cause);
  EXPECT_EQ(diagnosis.findings[0].entity, fault.entity);
  EXPECT_EQ(diagnosis.findings[0].fault_class, fault.fault_class);
  std::set<std::pair<std::string, std::string>> signals;
  for (const Finding& finding : diagnosis.findings) {
    EXPECT_TRUE(signals.emplace(finding.entity, finding.signal).second) << finding.entity << ' ' << finding.signal;
    EXPECT_EQ(finding.fault_class.empty(), finding.role == Role::symptom);
  }
  ASSERT_FALSE(diagnosis.whys.empty());
  EXPECT_LE(diagnosis.whys.size(), 5U);
  EXPECT_EQ(diagnosis.whys[0].effect, "gateway_latency of gateway left its objective");
  for (std::size_t i = 0; i < diagnosis.whys.size(); ++i) {
    EXPECT_EQ(diagnosis.whys[i].step, static_cast<int>(i) + 1);
    EXPECT_FALSE(diagnosis.whys[i].cause.empty());
  }
  ASSERT_FALSE(diagnosis.actions.empty());
  EXPECT_EQ(diagnosis.actions[0].kind, ActionKind::mitigate);
  EXPECT_EQ(diagnosis.actions[0].runbook, find_fault_class(fault.fault_class)->runbook);
  EXPECT_EQ(diagnosis.category, to_string(find_fault_class(fault.fault_class)->category));
  ASSERT_FALSE(diagnosis.fishbone.empty());
  const auto touched = std::find_if(diagnosis.scope.begin(), diagnosis.scope.end(),
                                    [&](const ScopeEntry& entry) { return entry.name == fault.entity; });
  ASSERT_NE(touched, diagnosis.scope.end());
  EXPECT_TRUE(touched->touched);
}

INSTANTIATE_TEST_SUITE_P(Faults, PlantedDiagnosis, ::testing::ValuesIn(planted_faults()), [](const auto& instance) {
  std::string name = instance.param.name;
  for (char& c : name) c = c == ' ' ? '_' : c;
  return name;
});

TEST(Diagnose, AThrottledGpuToldFromCauseToUsers) {
  const std::vector<PlantedFault> all = planted_faults();
  const LlmStack stack = planted(fault_named(all, "gpu power limit"));
  const Result<Diagnosis> diagnosis = diagnose(stack.view(), {});
  ASSERT_TRUE(diagnosis.ok());
  EXPECT_EQ(diagnosis->findings[0].signal, "gpu_clock");
  ASSERT_GE(diagnosis->whys.size(), 3U);
  EXPECT_THAT(diagnosis->whys[1].text, HasSubstr("gpu_clock of replica-1 fell from 1.41 GHz to 0.87 GHz"));
  ASSERT_EQ(diagnosis->propagation.size(), 1U);
  EXPECT_EQ(diagnosis->propagation[0].source, "replica-1");
  EXPECT_EQ(diagnosis->propagation[0].target, "gateway");
  std::map<std::string, bool> touched;
  for (const ScopeEntry& entry : diagnosis->scope) {
    if (entry.kind == "replica") touched[entry.name] = entry.touched;
  }
  EXPECT_EQ(touched, (std::map<std::string, bool>{{"replica-0", false}, {"replica-1", true}, {"replica-2", false}}));
  const auto symptom = std::find_if(diagnosis->findings.begin(), diagnosis->findings.end(), [](const Finding& finding) {
    return finding.entity == "gateway" && finding.signal == "gateway_latency";
  });
  ASSERT_NE(symptom, diagnosis->findings.end());
  EXPECT_EQ(symptom->role, Role::symptom);
}

TEST(Diagnose, TwoFaultsAtOnceAreTwoRootCauses) {
  const std::vector<PlantedFault> all = planted_faults();
  LlmStack stack = planted(fault_named(all, "gpu power limit"));
  stack.apply(fault_named(all, "stale index").shifts);
  stack.apply({{"vector-store", "retrieval_score", 0.4}, {"vector-store", "retrieval_relevance", 0.4}});
  const Result<Diagnosis> diagnosis = diagnose(stack.view(), {});
  ASSERT_TRUE(diagnosis.ok());
  std::set<std::string> causes;
  for (const Finding& finding : diagnosis->findings) {
    if (finding.role == Role::root_cause) causes.insert(finding.entity + " " + finding.fault_class);
  }
  EXPECT_THAT(causes,
              ::testing::UnorderedElementsAre("replica-1 compute_saturation", "vector-store retrieval_failure"));
}

std::set<std::string> root_causes(const Diagnosis& diagnosis) {
  std::set<std::string> causes;
  for (const Finding& finding : diagnosis.findings) {
    if (finding.role == Role::root_cause) causes.insert(finding.entity + " " + finding.fault_class);
  }
  return causes;
}

TEST(Diagnose, ThreeFaultsAtOnceAreThreeRootCauses) {
  const std::vector<PlantedFault> all = planted_faults();
  LlmStack stack = planted(fault_named(all, "gpu power limit"));
  stack.apply(fault_named(all, "stale index").shifts);
  stack.apply({{"vector-store", "retrieval_score", 0.4}, {"vector-store", "retrieval_relevance", 0.4}});
  stack.apply(fault_named(all, "tool fails").shifts);
  const Result<Diagnosis> diagnosis = diagnose(stack.view(), {});
  ASSERT_TRUE(diagnosis.ok());
  EXPECT_THAT(root_causes(*diagnosis),
              ::testing::UnorderedElementsAre("replica-1 compute_saturation", "vector-store retrieval_failure",
                                              "search-tool tool_failure"));
}

TEST(Diagnose, OneFaultIsOneRootCause) {
  for (const PlantedFault& fault : planted_faults()) {
    const LlmStack stack = planted(fault, 7);
    const Result<Diagnosis> diagnosis = diagnose(stack.view(), {});
    ASSERT_TRUE(diagnosis.ok());
    for (const Finding& finding : diagnosis->findings) {
      EXPECT_TRUE(finding.role != Role::root_cause || finding.entity == fault.entity)
          << fault.name << ": " << finding.entity;
    }
  }
}

TEST(Diagnose, MoreLoadAtTheEntryContributes) {
  const std::vector<PlantedFault> all = planted_faults();
  LlmStack stack = planted(fault_named(all, "gpu power limit"));
  stack.apply({{"gateway", "gateway_request_rate", 9}});
  const Result<Diagnosis> diagnosis = diagnose(stack.view(), {});
  ASSERT_TRUE(diagnosis.ok());
  const auto load = std::find_if(diagnosis->findings.begin(), diagnosis->findings.end(),
                                 [](const Finding& finding) { return finding.signal == "gateway_request_rate"; });
  ASSERT_NE(load, diagnosis->findings.end());
  EXPECT_EQ(load->role, Role::contributing_factor);
}

TEST(Diagnose, ChangesAreHeldAgainstTheCause) {
  const std::vector<PlantedFault> all = planted_faults();
  LlmStack stack = planted(fault_named(all, "bad int4 weights"));
  stack.change(1800, "configuration", "search-tool", "a", "b").change(-300, "deployment", "falcon-7b", "c", "d");
  const Result<Diagnosis> diagnosis = diagnose(stack.view(), {});
  ASSERT_TRUE(diagnosis.ok());
  ASSERT_EQ(diagnosis->changes.size(), 3U);
  EXPECT_EQ(diagnosis->changes[0].change.to, "w4a16-awq");
  EXPECT_GT(diagnosis->changes[0].likelihood, 0.8);
  EXPECT_EQ(diagnosis->changes[2].likelihood, 0) << "it came after the onset";
  EXPECT_THAT(diagnosis->actions[0].text, HasSubstr("back to bf16"));
}

TEST(Diagnose, NothingMovedIsUnknown) {
  const LlmStack stack;
  const Result<Diagnosis> diagnosis = diagnose(stack.view(), {});
  ASSERT_TRUE(diagnosis.ok());
  EXPECT_EQ(diagnosis->entity, "");
  EXPECT_EQ(diagnosis->category, "");
  EXPECT_EQ(diagnosis->fault_class, kUnknownFaultClass);
  EXPECT_TRUE(diagnosis->whys.empty());
  EXPECT_TRUE(diagnosis->propagation.empty());
  EXPECT_FALSE(diagnosis->assessment.missing_telemetry.empty());
  for (const Finding& finding : diagnosis->findings) EXPECT_EQ(finding.role, Role::symptom);
  ASSERT_FALSE(diagnosis->actions.empty());
  EXPECT_EQ(diagnosis->actions[0].kind, ActionKind::detect);
}

TEST(Diagnose, GapsAreTakenOverAndActedOn) {
  const std::vector<PlantedFault> all = planted_faults();
  const LlmStack stack = planted(fault_named(all, "tool fails"));
  const std::vector<ObservabilityGap> gaps = {{"search-tool", "traces", "no_tracing", "search-tool sends no spans"}};
  const Result<Diagnosis> diagnosis = diagnose(stack.view(), {}, gaps);
  ASSERT_TRUE(diagnosis.ok());
  ASSERT_EQ(diagnosis->gaps.size(), 1U);
  EXPECT_TRUE(std::any_of(diagnosis->actions.begin(), diagnosis->actions.end(), [](const Action& action) {
    return action.runbook == "missing_traces" && action.kind == ActionKind::detect;
  }));
  EXPECT_TRUE(std::any_of(diagnosis->fishbone.begin(), diagnosis->fishbone.end(),
                          [&](const FishboneEntry& entry) { return entry.text == gaps[0].text; }));
}

TEST(Diagnose, SameViewSameDiagnosis) {
  const LlmStack stack = planted(planted_faults()[4]);
  const Result<Diagnosis> first = diagnose(stack.view(), {});
  const Result<Diagnosis> second = diagnose(stack.view(), {});
  ASSERT_TRUE(first.ok() && second.ok());
  EXPECT_EQ(texts_of(*first), texts_of(*second));
}

// A frame without graph, without SLI, of strange roles, with holes: an answer or "unknown", never a crash.
TEST(Diagnose, WorksWithoutGraphSliAndRoles) {
  LlmStack stack = planted(planted_faults()[2]);
  Frame frame = stack.frame();
  for (Signal& signal : frame.signals) {
    signal.role += "-x";
    signal.peer_group.clear();
  }
  frame.values.col(3).setConstant(std::nan(""));
  frame.values.col(4).setZero();
  const IncidentView view{.frame = frame, .onset_row = kOnset};
  const Result<Diagnosis> diagnosis = diagnose(view, {});
  ASSERT_TRUE(diagnosis.ok());
  EXPECT_EQ(diagnosis->fault_class, kUnknownFaultClass);
  for (const std::string& text : texts_of(*diagnosis)) EXPECT_EQ(text.find('{'), std::string::npos) << text;
}

TEST(Diagnose, ErrorsAreThoseOfTheWindows) {
  const LlmStack stack;
  IncidentView view{.frame = stack.frame(), .onset_row = 0};
  EXPECT_FALSE(diagnose(view, {}).ok());
  const Frame empty;
  const IncidentView nothing{.frame = empty, .onset_row = 0};
  EXPECT_FALSE(diagnose(nothing, {}).ok());
}

TEST(Diagnose, HugeFramesAreBounded) {
  Frame frame;
  constexpr Eigen::Index kColumns = 4000;
  frame.grid = {rca::testing::kNoon, 5000, 60};
  frame.values = Eigen::MatrixXd::Zero(60, kColumns);
  Random random(3);
  for (Eigen::Index column = 0; column < kColumns; ++column) {
    Signal signal;
    signal.entity = "replica-" + std::to_string(column / 8);
    signal.role = std::array{
        "gpu_clock",      "ttft",      "cpu_throttling",       "request_rate",
        "kv_cache_usage", "cpu_usage", "http_request_latency", "error_ratio"}[static_cast<std::size_t>(column % 8)];
    signal.peer_group = "model";
    frame.signals.push_back(signal);
    for (Eigen::Index row = 0; row < 60; ++row)
      frame.values(row, column) = 1 + 0.01 * random.normal() + (row >= 40 ? 1 : 0);
  }
  const IncidentView view{.frame = frame, .onset_row = 40};
  const Result<Diagnosis> diagnosis = diagnose(view, {});
  ASSERT_TRUE(diagnosis.ok());
  EXPECT_LE(diagnosis->findings.size(), 60U);
  EXPECT_LE(diagnosis->scope.size(), 50U);
}

}  // namespace
}  // namespace rca
