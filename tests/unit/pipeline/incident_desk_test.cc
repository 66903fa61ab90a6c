#include "exporter/pipeline/incident_desk.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/unit/incident/sample_diagnosis.h"

namespace exporter {
namespace {

constexpr std::int64_t kStart = 1'795'332'600'000;
constexpr std::int64_t kStep = 5000;

Config desk_config() {
  Config config;
  Slo slo;
  slo.name = "ttft";
  slo.sli = SliKind::time_to_first_token;
  slo.threshold = 1;
  config.slos = {slo};
  return config;
}

// Feeds `rows` rows of one value, following those that were fed before.
class Feed {
 public:
  explicit Feed(IncidentDesk& desk) : desk_(desk) {}
  IncidentChanges rows(std::int64_t rows, double value) {
    const SliSeries series{&slo_, {next_ms_, kStep, rows}, std::vector<double>(static_cast<std::size_t>(rows), value)};
    next_ms_ += rows * kStep;
    const auto changes = desk_.update({&series, 1}, next_ms_);
    EXPECT_TRUE(changes.ok());
    return changes.ok() ? *changes : IncidentChanges{};
  }

 private:
  IncidentDesk& desk_;
  Slo slo_ = desk_config().slos.front();
  std::int64_t next_ms_ = kStart;
};

RankingSet found(const std::string& entity, const std::string& fault_class) {
  rca::Diagnosis diagnosis = sample_diagnosis();
  diagnosis.entity = entity;
  diagnosis.fault_class = fault_class;
  RankingSet set;
  set.diagnosis = std::make_shared<const rca::Diagnosis>(diagnosis);
  return set;
}

Incident incident_of(IncidentDesk& desk, const std::string& id) {
  const auto incident = desk.find(id);
  EXPECT_TRUE(incident.ok() && incident->has_value());
  return incident.ok() && *incident ? **incident : Incident{};
}

TEST(IncidentDesk, RecognisesWhatHappensAgain) {
  auto desk = std::move(*IncidentDesk::in_memory(desk_config()));
  Feed feed(*desk);
  feed.rows(20, 0.3);
  std::vector<std::string> ids;
  // The same fault in another replica of the same kind, and then another fault.
  for (const auto& [entity, fault] :
       {std::pair("ray-replicas-1", "compute_saturation"), std::pair("ray-replicas-3", "compute_saturation"),
        std::pair("ray-replicas-3", "network_latency")}) {
    const IncidentChanges opened = feed.rows(10, 3);
    ASSERT_EQ(opened.opened.size(), 1U);
    ids.push_back(opened.opened.front());
    ASSERT_TRUE(desk->set_ranking_set(ids.back(), found(entity, fault)).ok());
    ASSERT_EQ(feed.rows(40, 0.3).resolved.size(), 1U);
  }
  EXPECT_EQ(incident_of(*desk, ids[0]).recurrence.earlier, 0);
  const Recurrence again = incident_of(*desk, ids[1]).recurrence;
  EXPECT_EQ(again.entity_class, "ray-replicas");
  EXPECT_EQ(again.earlier, 1);
  EXPECT_THAT(again.incidents, testing::ElementsAre(ids[0]));
  EXPECT_EQ(incident_of(*desk, ids[2]).recurrence.earlier, 0);
  // Both are of the kind that the first one's prevention is watched for.
  EXPECT_EQ(desk->same_kind(incident_of(*desk, ids[0]))->size(), 2U);
}

TEST(IncidentDesk, AnUnknownCauseHasNoKind) {
  auto desk = std::move(*IncidentDesk::in_memory(desk_config()));
  Feed feed(*desk);
  feed.rows(20, 0.3);
  const std::string id = feed.rows(10, 3).opened.at(0);
  ASSERT_TRUE(desk->set_ranking_set(id, found("", "unknown")).ok());
  EXPECT_EQ(incident_of(*desk, id).recurrence.entity_class, "");
  EXPECT_TRUE(desk->same_kind(incident_of(*desk, id))->empty());
  EXPECT_FALSE(desk->set_ranking_set("nobody", found("a", "hot_key")).ok());
  EXPECT_FALSE(desk->set_checks("nobody", {}, true).ok());
}

TEST(IncidentDesk, ADiagnosisThatFailsForOnceTakesNothingAway) {
  auto desk = std::move(*IncidentDesk::in_memory(desk_config()));
  Feed feed(*desk);
  feed.rows(20, 0.3);
  const std::string id = feed.rows(10, 3).opened.at(0);
  ASSERT_TRUE(desk->set_ranking_set(id, found("ray-replicas-1", "hot_key")).ok());
  RankingSet rankings_only;
  rankings_only.rankings = {rca::Ranking{"baro", {}, {}}};
  ASSERT_TRUE(desk->set_ranking_set(id, std::move(rankings_only)).ok());
  const Incident incident = incident_of(*desk, id);
  ASSERT_NE(incident.diagnosis, nullptr);
  EXPECT_EQ(incident.diagnosis->entity, "ray-replicas-1");
  EXPECT_EQ(incident.rankings.size(), 1U);
  // 10 rows of 5 s were broken.
  EXPECT_EQ(incident.bad_ms, 50'000);
}

}  // namespace
}  // namespace exporter
