#include "rca_core/diagnosis/class_match.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "tests/unit/diagnosis/llm_stack.h"
#include "tests/unit/diagnosis/planted_faults.h"

namespace rca {
namespace {

using ::rca::testing::LlmStack;
using ::rca::testing::planted;
using ::rca::testing::planted_faults;
using ::rca::testing::PlantedFault;
using ::testing::IsEmpty;

struct Matched {
  explicit Matched(const LlmStack& stack) : view(stack.view()) {  // `stack` must outlive it
    Result<EvidenceContext> made = make_evidence_context(view, {});
    context = std::move(made).value();
    movements.emplace(context);
    classes = match_classes(*movements);
  }
  Matched(const Matched&) = delete;
  Matched& operator=(const Matched&) = delete;

  [[nodiscard]] const EntityClasses& of(const std::string& entity) const {
    return classes[context.find(entity).value()];
  }

  IncidentView view;
  EvidenceContext context;
  std::optional<RoleMovements> movements;
  std::vector<EntityClasses> classes;
};

class PlantedClass : public ::testing::TestWithParam<PlantedFault> {};

TEST_P(PlantedClass, IsRecognisedAmongItsLookAlikes) {
  const PlantedFault& fault = GetParam();
  for (const std::uint64_t seed : {1U, 2U, 3U}) {
    const LlmStack stack = planted(fault, seed);
    ASSERT_THAT(stack.unknown_shifts(), IsEmpty());
    const Matched matched(stack);
    const EntityClasses& culprit = matched.of(fault.entity);
    ASSERT_TRUE(culprit.recognised);
    EXPECT_EQ(culprit.classes[0].name(), fault.fault_class) << "seed " << seed;
    EXPECT_GT(culprit.classes[0].probability, 0.5) << "seed " << seed;
    for (std::size_t i = 0; i < matched.classes.size(); ++i) {
      EXPECT_LE(matched.classes[i].log_odds, culprit.log_odds) << matched.context.entities[i].name << ", seed " << seed;
    }
  }
}

INSTANTIATE_TEST_SUITE_P(Faults, PlantedClass, ::testing::ValuesIn(planted_faults()), [](const auto& instance) {
  std::string name = instance.param.name;
  for (char& c : name) c = c == ' ' ? '_' : c;
  return name;
});

std::vector<EntityPosterior> evenly(const Matched& matched) {
  std::vector<EntityPosterior> out;
  for (const EvidenceContext::Entity& entity : matched.context.entities) {
    EntityPosterior one;
    one.entity = entity.name;
    one.probability = 1.0 / static_cast<double>(matched.context.entities.size());
    out.push_back(one);
  }
  return out;
}

void expect_sound(const Matched& matched) {
  ASSERT_EQ(matched.classes.size(), matched.context.entities.size());
  for (const EntityClasses& entity : matched.classes) {
    ASSERT_FALSE(entity.classes.empty());
    EXPECT_TRUE(std::isfinite(entity.log_odds));
    double sum = 0;
    for (const ClassMatch& match : entity.classes) {
      EXPECT_TRUE(std::isfinite(match.log_likelihood_ratio));
      EXPECT_GE(match.probability, 0);
      sum += match.probability;
    }
    EXPECT_NEAR(sum, 1, 1e-9);
    if (!entity.recognised) {
      EXPECT_EQ(entity.log_odds, 0);
      EXPECT_EQ(entity.classes.size(), 1U);
      EXPECT_EQ(entity.classes[0].name(), kUnknownFaultClass);
    }
  }
}

TEST(ClassMatch, NothingMovedIsUnknownAndSpeaksAgainstTheEntity) {
  const LlmStack stack;
  const Matched matched(stack);
  expect_sound(matched);
  for (std::size_t i = 0; i < matched.classes.size(); ++i) {
    SCOPED_TRACE(matched.context.entities[i].name);
    EXPECT_LE(matched.classes[i].log_odds, 0.01);
    EXPECT_EQ(matched.classes[i].classes[0].name(), kUnknownFaultClass);
  }
}

// A frame of some other domain: all roles are strange to the table.
TEST(ClassMatch, StrangeRolesAreUnknownWithoutInfluence) {
  LlmStack stack;
  stack.apply({{"replica-1", "gpu_clock", 0.8e9}});
  Frame frame = stack.frame();
  for (Signal& signal : frame.signals) signal.role += "-90";
  const IncidentView view{.frame = frame, .onset_row = rca::testing::kOnset};
  const Result<EvidenceContext> context = make_evidence_context(view, {});
  ASSERT_TRUE(context.ok());
  for (const EntityClasses& entity : match_classes(RoleMovements(*context))) {
    EXPECT_FALSE(entity.recognised);
    EXPECT_EQ(entity.log_odds, 0);
    ASSERT_EQ(entity.classes.size(), 1U);
    EXPECT_EQ(entity.classes[0].probability, 1);
  }
}

TEST(ClassMatch, TellsACpuQuotaFromAGpuLimit) {
  for (const PlantedFault& fault : planted_faults()) {
    if (fault.fault_class != "compute_saturation") continue;
    const LlmStack stack = planted(fault);
    const Matched matched(stack);
    EXPECT_EQ(matched.of("replica-1").classes[0].variant, fault.name == "cpu quota" ? "cpu" : "gpu") << fault.name;
  }
}

// The fault's own metrics are missing: less sure, but nothing is made up and the class is still the likeliest.
TEST(ClassMatch, MissingRolesAreNeutral) {
  for (const PlantedFault& fault : planted_faults()) {
    if (fault.name != "gpu power limit") continue;
    LlmStack stack = planted(fault);
    const Matched whole(stack);
    const double before = whole.of("replica-1").classes[0].log_likelihood_ratio;
    LlmStack poorer = planted(fault);
    poorer.without([](const Signal& signal) { return signal.role.starts_with("gpu_power"); });
    const Matched matched(poorer);
    EXPECT_EQ(matched.of("replica-1").classes[0].name(), "compute_saturation");
    EXPECT_LT(matched.of("replica-1").classes[0].log_likelihood_ratio, before);
    LlmStack poor = planted(fault);
    poor.without([](const Signal& signal) { return signal.role.starts_with("gpu_"); });
    const Matched blind(poor);
    expect_sound(blind);
    EXPECT_EQ(blind.of("replica-1").classes[0].name(), "compute_saturation");
    EXPECT_EQ(blind.of("replica-1").classes[0].variant, "unseen");
  }
}

// A replica whose work takes as long as before while its callers wait has a slow network; one that is as slow as all
// its peers has not, however much its callers wait.
TEST(ClassMatch, WhatMovesAlongWithItsPeersDidNotStay) {
  LlmStack network;
  network.apply({{"replica-1", "http_request_latency", 9}});
  LlmStack overload;
  for (const char* replica : {"replica-0", "replica-1", "replica-2"}) {
    overload.apply({{replica, "e2e_latency", 19}, {replica, "ttft", 1.6}, {replica, "inter_token_latency", 0.064}});
  }
  overload.apply({{"replica-1", "http_request_latency", 9}});
  const auto contribution = [](const LlmStack& stack) {
    const Matched matched(stack);
    for (const ClassMatch& match : matched.of("replica-1").classes) {
      if (match.name() == "network_latency") return match.log_likelihood_ratio;
    }
    return 0.0;
  };
  EXPECT_GT(contribution(network), contribution(overload) + 3);
}

// What all replicas do together is no replica's own fault.
TEST(ClassMatch, SharedMovementsCountLess) {
  LlmStack one;
  one.apply({{"replica-1", "gpu_clock", 0.9e9}, {"replica-1", "decode_time", 6.5}});
  const Matched alone(one);
  LlmStack all;
  all.apply({{"replica-0", "gpu_clock", 0.9e9},
             {"replica-1", "gpu_clock", 0.9e9},
             {"replica-2", "gpu_clock", 0.9e9},
             {"replica-0", "decode_time", 6.5},
             {"replica-1", "decode_time", 6.5},
             {"replica-2", "decode_time", 6.5}});
  const Matched shared(all);
  EXPECT_LT(shared.of("replica-1").log_odds, alone.of("replica-1").log_odds);
}

TEST(ClassMatch, ChangesSpeakForTheirClassesByKindTimeAndWords) {
  const FaultClass& quantised = *find_fault_class("quantization_artefact");
  const FaultClass& network = *find_fault_class("network_latency");
  ChangeEvent change{.time_ms = 0, .kind = "model_version", .entity = "m", .from = "bf16", .to = "INT4-AWQ"};
  EXPECT_EQ(change_fit(change, quantised), 2);
  EXPECT_EQ(change_fit(change, network), 0);
  change.to = "v2";
  EXPECT_EQ(change_fit(change, quantised), 1);
  EXPECT_EQ(change_proximity(change, 0), 1);
  EXPECT_LT(change_proximity(change, 3'600'000), change_proximity(change, 60'000));
  EXPECT_EQ(change_proximity(change, -120'000), 0) << "it came after the onset";
}

// What moves although the class says that it stays speaks against the class more than its staying speaks for it: a
// model whose temperature was changed did not drift by itself.
TEST(ClassMatch, WhatWasSetExplainsADriftOfAnswers) {
  LlmStack stack;
  stack.apply({{"falcon-7b", "sampling_temperature", 1.6},
               {"falcon-7b", "answer_similarity", 0.6},
               {"falcon-7b", "answer_relevance", 0.6},
               {"falcon-7b", "groundedness", 0.6},
               {"falcon-7b", "hallucination_ratio", 0.12},
               {"falcon-7b", "output_logprob", -0.8},
               {"falcon-7b", "generation_tokens", 390},
               {"falcon-7b", "format_error_ratio", 0.1}});
  const Matched matched(stack);
  EXPECT_EQ(matched.of("falcon-7b").classes[0].name(), "sampling_misconfiguration");
  EXPECT_EQ(matched.of("falcon-7b").mechanism, 1);
}

// A pod that works more since more is asked of it: beside it nobody waits for a CPU.
TEST(ClassMatch, ANoisyNeighbourIsOneThatOthersSufferFrom) {
  LlmStack alone;
  alone.apply({{"batch-job", "cpu_usage", 2}, {"gpu-node-1", "node_cpu_usage", 3.5}});
  EXPECT_LT(Matched(alone).of("batch-job").log_odds, 0.5);
  LlmStack suffering;
  suffering.apply(
      {{"batch-job", "cpu_usage", 2}, {"gpu-node-1", "node_cpu_usage", 3.5}, {"replica-1", "cpu_pressure", 0.3}});
  EXPECT_GT(Matched(suffering).of("batch-job").log_odds, 3);
}

// Tenants of different sizes whose requests are all sent four times: none stands apart, the largest neither.
TEST(ClassMatch, PeersThatGrowInProportionStayTogether) {
  LlmStack stack;
  stack.apply({{"acme", "tenant_token_rate", 2600}, {"globex", "tenant_token_rate", 870}});
  stack.apply({{"initech", "tenant_token_rate", 870}});
  const Matched apart(stack);
  EXPECT_EQ(apart.movements->find(*apart.context.find("acme"), "tenant_token_rate")->apart, 1);
  LlmStack sizes;
  for (const char* tenant : {"acme", "globex", "initech"}) sizes.apply({{tenant, "tenant_token_rate", 4 * 870}});
  sizes.multiply("acme", "tenant_token_rate", 8);
  const Matched together(sizes);
  EXPECT_LT(together.movements->find(*together.context.find("acme"), "tenant_token_rate")->apart, 0.2);
}

// What speaks for a class may only show at the node: the sentence tells that.
TEST(ClassMatch, TellsTheSignalOfTheNodeWhereTheEntityHasNone) {
  LlmStack stack;
  stack.apply({{"gpu-node-1", "node_tcp_retransmit_rate", 5}});
  const Matched matched(stack);
  ASSERT_EQ(matched.of("replica-1").classes[0].name(), "network_latency");
  for (const EvidenceItem& item : signature_evidence(*matched.movements, matched.classes)) {
    if (item.entity != "replica-1") continue;
    EXPECT_EQ(item.signal, "node_tcp_retransmit_rate");
    EXPECT_THAT(item.evidence.text,
                ::testing::HasSubstr("it looks like network_latency: node_tcp_retransmit_rate of gpu-node-1 rose"));
  }
}

// Whoever shows the mechanism of a fault explains those who only show effects, and nobody who shows one as well.
TEST(ClassMatch, AMechanismExplainsEffectsElsewhere) {
  std::vector<EntityClasses> classes(4);
  EXPECT_THAT(explained_by_mechanism(classes), ::testing::ElementsAre(0, 0, 0, 0));
  classes[1].mechanism = 1;
  EXPECT_THAT(explained_by_mechanism(classes), ::testing::ElementsAre(1, 0, 1, 1));
  classes[2].mechanism = 0.75;
  EXPECT_THAT(explained_by_mechanism(classes), ::testing::ElementsAre(1, 0, 0.25, 1));
  classes[3].mechanism = 1;
  EXPECT_THAT(explained_by_mechanism(classes), ::testing::ElementsAre(1, 0, 0.25, 0));
  EXPECT_THAT(explained_by_mechanism({}), IsEmpty());
}

// The replica that the tenant overloads stands out by many kinds of evidence, the tenant by what it asks for.
TEST(Assessment, ATenantOutranksTheReplicaThatItOverloads) {
  LlmStack stack;
  stack.apply({{"globex", "tenant_request_rate", 12},
               {"globex", "tenant_token_rate", 6000},
               {"gateway", "gateway_request_rate", 15},
               {"replica-1", "request_rate", 8},
               {"replica-1", "prompt_token_rate", 6000},
               {"replica-1", "prefix_cache_hit_ratio", 0.85},
               {"replica-1", "requests_running", 60},
               {"replica-1", "requests_waiting", 5},
               {"replica-1", "kv_cache_usage", 0.9},
               {"replica-1", "gpu_utilization", 0.99},
               {"replica-1", "inter_token_latency", 0.15},
               {"replica-1", "ttft", 1.5}});
  const Result<Assessment> assessment = assess(stack.view(), {});
  ASSERT_TRUE(assessment.ok());
  EXPECT_EQ(assessment->entities[0].entity, "globex");
  EXPECT_EQ(assessment->classes[0].fault_class, "hot_key");
}

TEST(ClassMatch, JointProbabilitiesSumToThoseOfTheEntities) {
  const LlmStack stack = planted(planted_faults()[2]);
  const Matched matched(stack);
  std::vector<EntityPosterior> posteriors = evenly(matched);
  EntityPosterior stranger;
  stranger.entity = "not-in-the-frame";
  stranger.probability = 0.125;
  posteriors.push_back(stranger);
  const auto joint = join_classes(*matched.movements, posteriors, matched.classes, 0.01);
  std::map<std::string, double> sums;
  for (const ClassProbability& one : joint) sums[one.entity] += one.probability;
  for (const EntityPosterior& one : posteriors) EXPECT_NEAR(sums[one.entity], one.probability, 1e-9) << one.entity;
  EXPECT_TRUE(std::is_sorted(joint.begin(), joint.end(), [](const ClassProbability& a, const ClassProbability& b) {
    return a.probability > b.probability;
  }));
  const auto told = std::find_if(joint.begin(), joint.end(), [](const ClassProbability& one) {
    return one.entity == "replica-1" && one.fault_class == "compute_saturation";
  });
  ASSERT_NE(told, joint.end());
  ASSERT_FALSE(told->matches.empty());
  EXPECT_EQ(told->matches[0].signal, "gpu_clock");
  EXPECT_THAT(told->matches[0].evidence.text,
              ::testing::HasSubstr("gpu_clock of replica-1 fell from 1.41 GHz to 0.87"));
}

TEST(ClassMatch, OddFramesGiveFiniteNumbers) {
  LlmStack stack = planted(planted_faults()[0]);
  Frame frame = stack.frame();
  for (Eigen::Index column = 0; column < frame.values.cols(); ++column) {
    switch (column % 6) {
      case 0: frame.values.col(column).setConstant(std::numeric_limits<double>::quiet_NaN()); break;
      case 1: frame.values.col(column).setZero(); break;
      case 2: frame.values.col(column) *= 1e300; break;
      case 3: frame.values.col(column).topRows(rca::testing::kOnset).setConstant(std::nan("")); break;
      case 4: frame.values(80, column) = std::numeric_limits<double>::infinity(); break;
      default: break;
    }
  }
  const IncidentView view{.frame = frame, .onset_row = rca::testing::kOnset, .graph = &stack.graph()};
  const Result<EvidenceContext> context = make_evidence_context(view, {});
  ASSERT_TRUE(context.ok());
  for (const EntityClasses& entity : match_classes(RoleMovements(*context))) {
    EXPECT_TRUE(std::isfinite(entity.log_odds));
    for (const ClassMatch& match : entity.classes) EXPECT_TRUE(std::isfinite(match.probability));
  }
}

}  // namespace
}  // namespace rca
