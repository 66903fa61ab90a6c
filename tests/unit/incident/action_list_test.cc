#include "exporter/incident/action_list.h"

#include <gtest/gtest.h>

#include <cmath>
#include <nlohmann/json.hpp>

#include "exporter/incident/recurrence.h"

namespace exporter {
namespace {

constexpr std::int64_t kNow = 1'795'332'600'000;
constexpr std::int64_t kHour = 3'600'000;

Incident incident_of(const std::string& id, std::int64_t detected_ms, const std::string& entity_class, double cost) {
  Incident incident;
  incident.id = id;
  incident.slo = "ttft";
  incident.onset_ms = detected_ms;
  incident.detected_ms = detected_ms;
  incident.recurrence.entity_class = entity_class;
  incident.recurrence.fault_class = "compute_saturation";
  incident.recurrence_cost = cost;
  rca::Diagnosis diagnosis;
  diagnosis.entity = entity_class + "-0";
  diagnosis.fault_class = "compute_saturation";
  rca::Action mitigate;
  mitigate.text = "mitigate " + id;
  rca::Action prevent;
  prevent.kind = rca::ActionKind::prevent;
  prevent.text = "prevent " + id;
  diagnosis.actions = {mitigate, prevent};
  incident.diagnosis = std::make_shared<rca::Diagnosis>(std::move(diagnosis));
  return incident;
}

TEST(RankedActions, TheDearestKindComesFirstAndEachKindOnce) {
  std::vector<Incident> incidents{
      incident_of("cheap", kNow, "gateway", 0.1), incident_of("dear-old", kNow - kHour, "replica", 0.3),
      incident_of("dear", kNow, "replica", 0.4), incident_of("unknown", kNow, "", std::nan(""))};
  incidents[2].checks = {{0, ActionState::holds, "", 0, 0, 0, 0, 0, ""}};
  const std::vector<RankedAction> actions = ranked_actions(incidents);
  ASSERT_EQ(actions.size(), 5U);
  // Its mitigation was verified; the older incident of the same kind says nothing new.
  EXPECT_EQ(actions[0].incident->id, "dear");
  EXPECT_EQ(actions[0].action, 1U);
  EXPECT_EQ(actions[1].incident->id, "cheap");
  EXPECT_EQ(actions[1].action, 0U);
  EXPECT_EQ(actions[3].incident->id, "unknown");
  EXPECT_TRUE(ranked_actions({}).empty());
}

TEST(RankedActions, JsonSaysWhatIsNotKnown) {
  const std::vector<Incident> incidents{incident_of("a", kNow, "replica", 0.25),
                                        incident_of("b", kNow, "", std::nan(""))};
  const auto json = nlohmann::json::parse(actions_json(incidents));
  ASSERT_EQ(json["actions"].size(), 4U);
  EXPECT_EQ(json["actions"][1]["kind"], "prevent");
  EXPECT_EQ(json["actions"][1]["recurrence_budget_ratio"], 0.25);
  EXPECT_EQ(json["actions"][1]["state"], "to_be_tested");
  EXPECT_TRUE(json["actions"][3]["recurrence_budget_ratio"].is_null());
}

TEST(ByBudget, SortsByWhatWasUsed) {
  std::vector<Incident> incidents(3);
  for (std::size_t i = 0; i < incidents.size(); ++i) incidents[i].id = std::to_string(i);
  incidents[1].objective = 0.99;  // by time
  incidents[1].budget_window_ms = 100 * kHour;
  incidents[1].bad_ms = kHour / 2;
  incidents[2].objective = 0.99;  // by events
  incidents[2].budget_window_ms = 100 * kHour;
  incidents[2].bad_events = 80;
  incidents[2].budget_events = 100;
  const std::vector<Incident> sorted = by_budget(incidents);
  EXPECT_EQ(sorted[0].id, "2");
  EXPECT_DOUBLE_EQ(sorted[0].budget_consumed(), 0.8);
  EXPECT_EQ(sorted[1].id, "1");
  EXPECT_NEAR(sorted[1].budget_consumed(), 0.5, 1e-12);  // 1 − objective is rounded
  EXPECT_EQ(sorted[2].id, "0");
}

TEST(RecurrenceCost, IsWhatTheKindUsedWithinTheWindow) {
  Incident incident = incident_of("now", kNow - kHour, "replica", 0);
  incident.objective = 0.99;
  incident.budget_window_ms = 1000 * kHour;
  incident.bad_ms = kHour;  // of 10 hours
  const std::vector<IncidentSpan> others{
      {"too-old", kNow - 2000 * kHour, kNow - 1999 * kHour, 0.9},
      {"one", kNow - 500 * kHour, kNow - 490 * kHour, 0.2},
      {"one-other-slo", kNow - 495 * kHour, kNow - 480 * kHour, 0.3},  // the same fault
      {"no-budget", kNow - 100 * kHour, kNow - 99 * kHour, std::nan("")},
      {"now", kNow - kHour, 0, 0.01},  // as stored; what is known now counts
  };
  EXPECT_DOUBLE_EQ(recurrence_cost(incident, others, kNow), 0.3 + 0.1);
  incident.recurrence.entity_class.clear();
  EXPECT_TRUE(std::isnan(recurrence_cost(incident, others, kNow)));
}

}  // namespace
}  // namespace exporter
