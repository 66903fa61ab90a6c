#include "exporter/incident/action_check.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>

#include "tests/unit/incident/sample_diagnosis.h"

namespace exporter {
namespace {

using testing::HasSubstr;

constexpr std::int64_t kMinute = 60'000;
constexpr std::int64_t kResolved = 1'795'333'000'000;
constexpr std::int64_t kMitigated = kResolved - kMinute;
constexpr std::int64_t kStep = 15'000;

const Slo& slo() {
  static const Slo one = [] {
    Slo made;
    made.name = "ttft";
    made.sli = SliKind::time_to_first_token;
    made.threshold = 1;
    return made;
  }();
  return one;
}

// Its first action mitigates and is watched for 30 minutes, its second prevents and is watched for 60.
Incident resolved_incident() {
  Incident incident;
  incident.id = "me";
  incident.slo = "ttft";
  incident.onset_ms = kResolved - 10 * kMinute;
  incident.resolved_ms = kResolved;
  incident.mitigated_ms = kMitigated;
  incident.diagnosis = std::make_shared<rca::Diagnosis>(sample_diagnosis());
  incident.checks = plan_checks(*incident.diagnosis);
  return incident;
}

// The indicator on the rows of [from, to): `value(time)`.
template <typename Value>
SliSeries series(std::int64_t from, std::int64_t to, Value value) {
  SliSeries made{&slo(), {from, kStep, (to - from) / kStep}, {}};
  for (std::int64_t row = 0; row < made.grid.rows; ++row) made.values.push_back(value(made.grid.time_ms(row)));
  return made;
}

WatchedHistory history(const SliSeries& sli, double clock) {
  WatchedHistory made;
  made.sli = &sli;
  made.now_ms = sli.grid.end_ms();
  made.values = [clock](std::string_view, std::string_view role, std::int64_t, std::int64_t) {
    return role == "gpu_clock" ? std::vector<double>(8, clock) : std::vector<double>();
  };
  return made;
}

TEST(ActionChecks, AreOfWhatTelemetryCanTell) {
  const Incident incident = resolved_incident();
  ASSERT_EQ(incident.checks.size(), 2U);
  EXPECT_THAT(incident.checks[0].condition, HasSubstr("gpu_clock of ray-replicas-1 is back near 1.41G for 30 min"));
  EXPECT_EQ(incident.checks[1].condition, "no incident of the same kind begins for 1 h after the resolution");
  rca::Diagnosis tested = sample_diagnosis();
  tested.actions[0].kind = rca::ActionKind::detect;
  EXPECT_EQ(plan_checks(tested).size(), 1U);
}

TEST(ActionChecks, HoldWhenAllIsWellUntilTheEnd) {
  Incident incident = resolved_incident();
  const auto good = [](std::int64_t) { return 0.3; };
  SliSeries first = series(kMitigated, kMitigated + 20 * kMinute, good);
  incident.checks = advance_checks(incident, &slo(), {}, history(first, 1.4e9));
  EXPECT_EQ(incident.checks[0].state, ActionState::pending);
  EXPECT_TRUE(is_watched(incident));
  SliSeries rest = series(kMitigated + 10 * kMinute, kMitigated + 31 * kMinute, good);
  incident.checks = advance_checks(incident, &slo(), {}, history(rest, 1.4e9));
  EXPECT_EQ(incident.checks[0].state, ActionState::holds) << incident.checks[0].outcome;
  EXPECT_EQ(incident.checks[1].state, ActionState::pending);
  SliSeries later = series(kMitigated + 31 * kMinute, kMitigated + 62 * kMinute, good);
  incident.checks = advance_checks(incident, &slo(), {}, history(later, 1.4e9));
  EXPECT_EQ(incident.checks[1].state, ActionState::holds);
  EXPECT_FALSE(is_watched(incident));
}

TEST(ActionChecks, FailWhenTheObjectiveIsBrokenAgain) {
  Incident incident = resolved_incident();
  const std::int64_t again = kMitigated + 12 * kMinute;
  SliSeries sli = series(kMitigated, kMitigated + 20 * kMinute,
                         [&](std::int64_t time) { return time >= again && time < again + kMinute ? 3 : 0.3; });
  incident.checks = advance_checks(incident, &slo(), {}, history(sli, 1.4e9));
  EXPECT_EQ(incident.checks[0].state, ActionState::failed);
  EXPECT_THAT(incident.checks[0].outcome, HasSubstr("the objective was broken again at "));
}

TEST(ActionChecks, ASingleBadRowIsNoFailure) {
  Incident incident = resolved_incident();
  SliSeries sli = series(kMitigated, kMitigated + 31 * kMinute,
                         [&](std::int64_t time) { return time == kMitigated + 4 * kMinute ? 3 : 0.3; });
  incident.checks = advance_checks(incident, &slo(), {}, history(sli, 1.4e9));
  EXPECT_EQ(incident.checks[0].state, ActionState::holds);
}

TEST(ActionChecks, FailWhenTheRootCausesSignalStaysWhereItWas) {
  Incident incident = resolved_incident();
  SliSeries sli = series(kMitigated, kMitigated + 31 * kMinute, [](std::int64_t) { return 0.3; });
  incident.checks = advance_checks(incident, &slo(), {}, history(sli, 1.1e9));
  EXPECT_EQ(incident.checks[0].state, ActionState::failed);
  EXPECT_THAT(incident.checks[0].outcome, HasSubstr("gpu_clock of ray-replicas-1 is at 1.1G"));
}

TEST(ActionChecks, SayWhenTheyCouldNotBeWatched) {
  Incident incident = resolved_incident();
  SliSeries sli = series(kMitigated + 20 * kMinute, kMitigated + 31 * kMinute, [](std::int64_t) { return 0.3; });
  incident.checks = advance_checks(incident, &slo(), {}, history(sli, 1.4e9));
  EXPECT_EQ(incident.checks[0].state, ActionState::failed);
  EXPECT_THAT(incident.checks[0].outcome, HasSubstr("could not be verified: the indicator had data on "));
}

TEST(ActionChecks, PreventionFailsWhenItHappensAgain) {
  Incident incident = resolved_incident();
  SliSeries sli = series(kMitigated, kMitigated + 5 * kMinute, [](std::int64_t) { return 0.3; });
  WatchedHistory watched = history(sli, 1.4e9);
  const std::vector<IncidentSpan> spans{{"before", 1, 2}, {"me", incident.onset_ms, kResolved}};
  watched.same_kind = spans;
  incident.checks = advance_checks(incident, &slo(), {}, watched);
  EXPECT_EQ(incident.checks[1].state, ActionState::pending);
  const std::vector<IncidentSpan> again{{"me", incident.onset_ms, kResolved}, {"next", kResolved + 3 * kMinute, 0}};
  watched.same_kind = again;
  incident.checks = advance_checks(incident, &slo(), {}, watched);
  EXPECT_EQ(incident.checks[1].state, ActionState::failed);
  EXPECT_THAT(incident.checks[1].outcome, HasSubstr("(next)"));
}

TEST(ActionChecks, OfAnOpenIncidentWait) {
  Incident incident = resolved_incident();
  incident.resolved_ms = incident.mitigated_ms = 0;
  SliSeries sli = series(kMitigated, kMitigated + 61 * kMinute, [](std::int64_t) { return 3.0; });
  for (const ActionCheck& check : advance_checks(incident, &slo(), {}, history(sli, 1.1e9))) {
    EXPECT_EQ(check.state, ActionState::pending);
  }
  EXPECT_FALSE(is_watched(incident));
}

}  // namespace
}  // namespace exporter
