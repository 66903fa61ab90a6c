#include "rca_core/evidence/weighing.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <numeric>

#include "rca_core/diagnosis/assessment.h"
#include "tests/unit/rca_core/frames.h"

namespace rca {
namespace {

using testing::FrameBuilder;
using testing::Noise;

constexpr Eigen::Index kOnset = 60;
constexpr Eigen::Index kRows = 80;

// Eight services with three signals each; the fourth one breaks by `shift` standard deviations.
Frame services(double shift, const std::vector<int>& order = {0, 1, 2, 3, 4, 5, 6, 7}) {
  FrameBuilder builder(kRows);
  for (const int i : order) {
    const std::string name = "service" + std::to_string(i);
    const double by = i == 3 ? shift : 0;
    for (const auto& [role, level, part] :
         {std::tuple{"cpu", 1.0, 1.0}, std::tuple{"latency", 0.2, 0.5}, std::tuple{"memory", 3.0, 0.3}}) {
      Noise noise(static_cast<unsigned>(100 * i) + static_cast<unsigned>(level * 10));
      builder.add(name, role, "", [&, level = level, part = part](Eigen::Index row) {
        return level * (1 + 0.05 * (noise(1) + (row >= kOnset ? part * by : 0)));
      });
    }
  }
  return builder.frame();
}

Assessment assess_frame(const Frame& frame) {
  const Result<Assessment> assessment = assess({.frame = frame, .onset_row = kOnset}, {});
  EXPECT_TRUE(assessment.ok());
  return *assessment;
}

double total_of(const Assessment& assessment) {
  return std::accumulate(assessment.entities.begin(), assessment.entities.end(), assessment.none_of_these,
                         [](double sum, const EntityPosterior& entity) { return sum + entity.probability; });
}

TEST(Consensus, FindsThePlantedCauseAndIsSure) {
  const Assessment assessment = assess_frame(services(30));
  EXPECT_EQ(assessment.entities.front().entity, "service3");
  EXPECT_GT(assessment.confidence, 0.5);
  EXPECT_FALSE(assessment.unknown);
  EXPECT_NEAR(total_of(assessment), 1, 1e-9);
  EXPECT_GT(assessment.entities.front().items.front().contribution, 0);
}

TEST(Consensus, NothingIsAtFaultInHealthyFrames) {
  const Assessment assessment = assess_frame(services(0));
  EXPECT_GT(assessment.none_of_these, assessment.confidence);
  EXPECT_TRUE(assessment.unknown);
  EXPECT_NEAR(total_of(assessment), 1, 1e-9);
}

TEST(Consensus, AStrongerFaultIsSurer) {
  double before = 0;
  for (const double shift : {3.0, 10.0, 30.0, 100.0}) {
    const Assessment assessment = assess_frame(services(shift));
    const auto it = std::find_if(assessment.entities.begin(), assessment.entities.end(),
                                 [](const EntityPosterior& entity) { return entity.entity == "service3"; });
    ASSERT_NE(it, assessment.entities.end());
    EXPECT_GE(it->probability, before);
    before = it->probability;
  }
}

TEST(Consensus, OrderOfColumnsDoesNotMatterAndAnswersRepeat) {
  const Assessment one = assess_frame(services(12));
  const Assessment again = assess_frame(services(12));
  const Assessment other = assess_frame(services(12, {5, 3, 7, 0, 1, 6, 2, 4}));
  ASSERT_EQ(one.entities.size(), other.entities.size());
  for (std::size_t i = 0; i < one.entities.size(); ++i) {
    EXPECT_EQ(one.entities[i].entity, again.entities[i].entity);
    EXPECT_EQ(one.entities[i].probability, again.entities[i].probability);
    const auto it = std::find_if(other.entities.begin(), other.entities.end(), [&](const EntityPosterior& entity) {
      return entity.entity == one.entities[i].entity;
    });
    ASSERT_NE(it, other.entities.end());
    EXPECT_NEAR(one.entities[i].probability, it->probability, 1e-12);
  }
}

TEST(Consensus, ClassesOfAnEntitySumToItsProbability) {
  const Assessment assessment = assess_frame(services(30));
  for (const EntityPosterior& entity : assessment.entities) {
    double sum = 0;
    for (const ClassProbability& one : assessment.classes) sum += one.entity == entity.entity ? one.probability : 0;
    EXPECT_NEAR(sum, entity.probability, 1e-9);
  }
}

TEST(Consensus, SaysWhatTelemetryIsMissing) {
  const Assessment assessment = assess_frame(services(30));
  EXPECT_TRUE(std::any_of(assessment.missing_telemetry.begin(), assessment.missing_telemetry.end(),
                          [](const std::string& text) { return text.find("call graph") != std::string::npos; }));
  EXPECT_FALSE(std::any_of(assessment.missing_telemetry.begin(), assessment.missing_telemetry.end(),
                           [](const std::string& text) { return text.find("resource signals") != std::string::npos; }));
}

TEST(Consensus, RankingHasEveryEntityAndSignalOnce) {
  const Frame frame = services(30);
  const Result<Ranking> ranking = testing::rank("consensus", frame, kOnset);
  ASSERT_TRUE(ranking.ok());
  EXPECT_EQ(ranking->entities.size(), 8U);
  EXPECT_EQ(ranking->signals.size(), frame.signals.size());
  EXPECT_EQ(ranking->entities.front().entity, "service3");
  EXPECT_EQ(ranking->signals.front().entity, "service3");
  EXPECT_NE(ranking->entities.front().evidence.text.find("change: "), std::string::npos);
}

EvidenceItem item(const char* kind, const char* entity, double value) {
  EvidenceItem one;
  one.kind = kind;
  one.entity = entity;
  one.value = value;
  return one;
}

class WeighEntities : public ::testing::Test {
 protected:
  WeighEntities() : frame_(services(0)), context_(*make_evidence_context({.frame = frame_, .onset_row = kOnset}, {})) {
    view_ = std::make_unique<IncidentView>(IncidentView{.frame = frame_, .onset_row = kOnset});
    context_.view = view_.get();
  }

  [[nodiscard]] double probability(std::vector<EvidenceItem> items, std::string_view entity) const {
    const WeighedEntities weighed = weigh_entities(context_, std::move(items), weighing_);
    for (const EntityPosterior& one : weighed.entities) {
      if (one.entity == entity) return one.probability;
    }
    return -1;
  }

  Frame frame_;
  std::unique_ptr<IncidentView> view_;
  EvidenceContext context_;
  std::array<KindWeight, 3> weights_ = {KindWeight{"change", 1}, KindWeight{"exclusive_flow", 1},
                                        KindWeight{"budget", 2}};
  Weighing weighing_{weights_, 1.5, 2, 0.1};
};

TEST_F(WeighEntities, FollowsTheFormula) {
  const double p = probability({item("change", "service1", 9)}, "service1");
  const double support = std::exp(1.5 * std::log(10.0));
  EXPECT_NEAR(p, 0.9 * support / (support + 7 + 9 * std::exp(1.5 * 2)) + 0.1 / 9, 1e-12);
}

TEST_F(WeighEntities, KindsThatWeighNothingAndStrangersChangeNothing) {
  const double alone = probability({item("change", "service1", 9)}, "service1");
  EXPECT_EQ(probability({item("change", "service1", 9), item("nonsense", "service2", 1e9),
                         item("change", "stranger", 1e9), item("change", "service3", -5)},
                        "service1"),
            alone);
}

TEST_F(WeighEntities, MoreEvidenceNeverMakesAnEntityLessLikely) {
  double before = 0;
  for (const double value : {0.0, 1.0, 5.0, 1e3, 1e12}) {
    const double p = probability({item("change", "service1", value), item("change", "service2", 20)}, "service1");
    EXPECT_GE(p, before);
    EXPECT_TRUE(std::isfinite(p));
    before = p;
  }
}

TEST_F(WeighEntities, TheBudgetReplacesTheFlowThatItAccountsFor) {
  const std::vector<EvidenceItem> flow = {item("exclusive_flow", "service1", 100),
                                          item("exclusive_flow", "service2", 3)};
  EXPECT_EQ(counted(context_, flow), (std::vector<bool>{true, true}));
  std::vector<EvidenceItem> both = flow;
  both.push_back(item("budget", "service2", 50));
  EvidenceItem latency_breadth = item("breadth", "service2", 3);
  latency_breadth.signal = "latency";
  EvidenceItem cpu_breadth = item("breadth", "service1", 3);
  cpu_breadth.signal = "cpu";
  both.push_back(latency_breadth);
  both.push_back(cpu_breadth);
  EXPECT_EQ(counted(context_, both), (std::vector<bool>{false, false, true, false, true}));
  EXPECT_GT(probability(both, "service2"), probability(both, "service1"));
  EXPECT_GT(probability(flow, "service1"), probability(flow, "service2"));
}

TEST_F(WeighEntities, ASignatureIsALogLikelihoodRatio) {
  const WeighedEntities weighed =
      weigh_entities(context_, {item("signature", "service1", 2), item("signature", "service2", -3)}, weighing_);
  EXPECT_EQ(weighed.entities.front().entity, "service1");
  EXPECT_EQ(weighed.entities.front().log_odds, 1.5 * kSignatureWeight * 2);
  EXPECT_EQ(weighed.entities.back().entity, "service2");
  EXPECT_EQ(weighed.entities.back().log_odds, -1.5 * kSignatureWeight * 3);
}

}  // namespace
}  // namespace rca
