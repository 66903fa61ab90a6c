#include "exporter/pipeline/evaluator.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>

#include "tests/unit/pipeline/fake_source.h"

namespace exporter {
namespace {

using pipeline_test::Faults;
using pipeline_test::History;
using pipeline_test::kStart;
using pipeline_test::labels_of;

constexpr std::int64_t kMinute = 60'000;
constexpr std::int64_t kHour = 60 * kMinute;
constexpr int kPods = 4;

struct Outage {
  std::int64_t from = 0;
  std::int64_t to = 0;
  int pod = 0;
};

// A service of four replicas: latencies around 0.1 s, and while an outage lasts around 2 s on one of them, whose load
// gauge moves as well.
std::shared_ptr<History> service(std::int64_t length_ms, const std::vector<Outage>& outages) {
  auto history = std::make_shared<History>();
  for (int pod = 0; pod < kPods; ++pod) {
    const auto name = "pod-" + std::to_string(pod);
    const auto series = [&](const std::string& metric, std::vector<rca::Label> extra) -> rca::Samples& {
      extra.insert(extra.end(), {{"pod", name}, {"model", "m"}});
      return history->series[labels_of(metric, std::move(extra))];
    };
    rca::Samples& fast = series("latency_seconds_bucket", {{"le", "0.2"}});
    rca::Samples& slow = series("latency_seconds_bucket", {{"le", "4"}});
    rca::Samples& all = series("latency_seconds_bucket", {{"le", "+Inf"}});
    rca::Samples& load = series("load", {});
    double fast_count = 0;
    double count = 0;
    for (std::int64_t t = 0; t < length_ms; t += 15'000) {
      bool broken = false;
      for (const Outage& outage : outages) broken = broken || (pod == outage.pod && t >= outage.from && t < outage.to);
      count += 30;
      fast_count += broken ? 0 : 30;
      const std::int64_t at = kStart + t;
      const double wobble = 0.01 * std::sin(static_cast<double>(t / 15'000 + pod));
      fast.push_back(at, fast_count);
      slow.push_back(at, count);
      all.push_back(at, count);
      load.push_back(at, (broken ? 0.9 : 0.5) + wobble);
    }
  }
  return history;
}

Config service_config() {
  Config config = pipeline_test::test_config();
  config.step = std::chrono::seconds(15);
  config.window = std::chrono::minutes(40);
  config.normal_window = std::chrono::minutes(30);
  Slo slo;
  slo.name = "latency";
  slo.sli = SliKind::end_to_end_latency;
  slo.role = "latency";
  slo.threshold = 0.5;
  config.slos = {slo};
  return config;
}

struct Fixture {
  explicit Fixture(std::shared_ptr<History> given, const Config& config = service_config())
      : history(std::move(given)),
        desk(std::move(*IncidentDesk::open(config))),
        evaluator(config, pipeline_test::test_resolver(config), pipeline_test::one_source(history, faults)) {}

  rca::Result<void> cycle(std::int64_t offset) {
    history->visible_until = kStart + offset;
    return evaluator.cycle(kStart + offset, *desk);
  }
  [[nodiscard]] const Snapshot& snapshot() const { return evaluator.snapshot(); }

  std::shared_ptr<History> history;
  std::shared_ptr<Faults> faults = std::make_shared<Faults>();
  std::unique_ptr<IncidentDesk> desk;
  Evaluator evaluator;
};

TEST(Evaluator, ADayIsReplayedAndItsIncidentsOpenAndClose) {
  const std::vector<Outage> outages{{2 * kHour, 2 * kHour + 10 * kMinute, 1},
                                    {9 * kHour, 9 * kHour + 25 * kMinute, 3},
                                    {20 * kHour, 20 * kHour + 6 * kMinute, 0}};
  Fixture fixture(service(24 * kHour, outages));
  std::size_t open_cycles = 0;
  for (std::int64_t offset = kHour; offset < 24 * kHour; offset += 15'000) {
    ASSERT_TRUE(fixture.cycle(offset).ok());
    const auto& incidents = fixture.snapshot().incidents;
    if (!incidents.empty() && incidents.front().open()) ++open_cycles;
  }
  const auto& incidents = fixture.snapshot().incidents;
  ASSERT_EQ(incidents.size(), outages.size());
  for (std::size_t i = 0; i < outages.size(); ++i) {
    const Outage& truth = outages[outages.size() - 1 - i];  // newest first
    const Incident& incident = incidents[i];
    EXPECT_FALSE(incident.open());
    EXPECT_NEAR(static_cast<double>(incident.onset_ms - kStart), static_cast<double>(truth.from), 60'000);
    EXPECT_GT(incident.detected_ms - kStart, truth.from);
    EXPECT_LT(incident.detected_ms - kStart, truth.from + 2 * kMinute);
    EXPECT_GT(incident.resolved_ms - kStart, truth.to);
    EXPECT_LT(incident.resolved_ms - kStart, truth.to + 4 * kMinute);
    ASSERT_NE(incident.answer(), nullptr);
    EXPECT_EQ(incident.answer()->entity, "pod-" + std::to_string(truth.pod));
    EXPECT_EQ(incident.answer_method, "consensus");
    EXPECT_EQ(incident.rankings.size(), 4U);
    ASSERT_NE(incident.diagnosis, nullptr);
    EXPECT_EQ(incident.diagnosis->assessment.entities.at(0).entity, "pod-" + std::to_string(truth.pod));
    EXPECT_GT(incident.mitigated_ms, incident.onset_ms);
    EXPECT_LT(incident.mitigated_ms, incident.resolved_ms);
    // Broken for as long as the outage, but for the minute that the rates need to show it.
    EXPECT_NEAR(static_cast<double>(incident.bad_ms), static_cast<double>(truth.to - truth.from), 120'000);
    EXPECT_GT(incident.budget_consumed(), 0);
    EXPECT_GT(incident.impact.worst, 0.5);
    EXPECT_LT(incident.impact.before, 0.5);
    EXPECT_THAT(incident.impact.touched, testing::ElementsAre("pod-" + std::to_string(truth.pod)));
    // A mitigation is watched for minutes; each of these outages ended for good.
    for (const ActionCheck& check : incident.checks) {
      if (incident.diagnosis->actions.at(check.action).kind != rca::ActionKind::mitigate) continue;
      EXPECT_EQ(check.state, ActionState::holds) << check.outcome;
    }
  }
  EXPECT_GT(open_cycles, 100U);
  EXPECT_LT(open_cycles, 300U);
  EXPECT_EQ(fixture.snapshot().evaluations, 23U * 240U);
}

TEST(Evaluator, ScoresWhatHappensNow) {
  Fixture fixture(service(2 * kHour, {{kHour, 2 * kHour, 2}}));
  ASSERT_TRUE(fixture.cycle(kHour + 5 * kMinute).ok());
  const Snapshot& snapshot = fixture.snapshot();
  std::map<std::pair<std::string, std::string>, double> scores;
  for (const AnomalyScore& score : snapshot.anomalies) scores[{score.entity, score.signal}] = score.score;
  EXPECT_GT((scores[{"pod-2", "load"}]), 10);
  EXPECT_LT(std::abs(scores[{"pod-1", "load"}]), 3);
  EXPECT_GT((scores[{"pod-2", "latency"}]), 10);
  bool found = false;
  for (const PeerDeviation& peer : snapshot.peers) {
    if (peer.entity != "pod-2" || peer.signal != "load") continue;
    found = true;
    EXPECT_EQ(peer.peer_group, "m");
    EXPECT_NEAR(peer.deviation, 0.4, 0.05);
  }
  EXPECT_TRUE(found);
  ASSERT_EQ(snapshot.slis.size(), 1U);
  EXPECT_GT(snapshot.slis[0].value, 0.5);
  EXPECT_EQ(snapshot.slis[0].quantile, 0.95);
  EXPECT_EQ(snapshot.signals, 8U);  // load and latency of four pods
  EXPECT_EQ(snapshot.series, 16U);
}

TEST(Evaluator, AFailedCycleKeepsTheLastGoodResultAndIsCounted) {
  Fixture fixture(service(2 * kHour, {{kHour, 2 * kHour, 2}}));
  ASSERT_TRUE(fixture.cycle(kHour + 5 * kMinute).ok());
  const Snapshot good = fixture.snapshot();
  for (const auto kind : {rca::ErrorKind::connection, rca::ErrorKind::timeout, rca::ErrorKind::truncated}) {
    fixture.faults->error = rca::Error{kind, "planted"};
    const auto done = fixture.cycle(kHour + 6 * kMinute);
    ASSERT_FALSE(done.ok());
    EXPECT_EQ(done.error().kind, kind);
    const Snapshot& bad = fixture.snapshot();
    EXPECT_FALSE(bad.last_evaluation_ok);
    EXPECT_EQ(bad.evaluated_ms, good.evaluated_ms);
    EXPECT_EQ(bad.last_success_ms, good.last_success_ms);
    EXPECT_EQ(bad.incidents.size(), 1U);
    EXPECT_EQ(bad.anomalies.size(), good.anomalies.size());
    EXPECT_EQ(bad.evaluation_failures.at(std::string(rca::to_string(kind))), 1U);
    EXPECT_EQ(bad.endpoints[0].failures.at(std::string(rca::to_string(kind))), 1U);
    EXPECT_FALSE(bad.endpoints[0].up);
  }
  ASSERT_TRUE(fixture.cycle(kHour + 6 * kMinute).ok());
  EXPECT_TRUE(fixture.snapshot().last_evaluation_ok);
  EXPECT_TRUE(fixture.snapshot().endpoints[0].up);
  EXPECT_EQ(fixture.snapshot().evaluations, 5U);
}

TEST(Evaluator, EveryReasonIsThereBeforeTheFirstFailure) {
  Fixture fixture(service(kMinute, {}));
  EXPECT_EQ(fixture.snapshot().evaluation_failures.size(), fixture.snapshot().endpoints[0].failures.size());
  EXPECT_EQ(fixture.snapshot().evaluation_failures.at("checksum"), 0U);
  EXPECT_EQ(fixture.snapshot().evaluations, 0U);
}

TEST(Evaluator, BeingStoppedIsNoFailure) {
  Fixture fixture(service(kHour, {}));
  fixture.faults->error = rca::Error{rca::ErrorKind::cancelled, "stop"};
  EXPECT_FALSE(fixture.cycle(50 * kMinute).ok());
  EXPECT_EQ(fixture.snapshot().evaluations, 0U);
  EXPECT_EQ(fixture.snapshot().endpoints[0].failures.at("cancelled"), 0U);
}

TEST(Evaluator, AnIncidentOfAnAlertIsRankedToo) {
  Config config = service_config();
  config.slos.clear();
  Fixture fixture(service(2 * kHour, {{kHour, 2 * kHour, 3}}), config);
  Alert alert;
  alert.name = "LatencyHigh";
  alert.firing = true;
  alert.starts_ms = kStart + kHour;
  alert.fingerprint = "f";
  const std::vector<Alert> alerts{alert};
  ASSERT_TRUE(fixture.desk->on_alerts(alerts, kStart + kHour + kMinute).ok());
  ASSERT_TRUE(fixture.cycle(kHour + 5 * kMinute).ok());
  ASSERT_EQ(fixture.snapshot().incidents.size(), 1U);
  ASSERT_NE(fixture.snapshot().incidents[0].answer(), nullptr);
  EXPECT_EQ(fixture.snapshot().incidents[0].answer()->entity, "pod-3");
}

TEST(Sources, SemanticsFollowTheServersVersion) {
  const auto history = std::make_shared<History>();
  const auto ask = [&](const std::string& version) {
    auto client = std::make_unique<pipeline_test::FakeClient>(history, std::make_shared<Faults>());
    client->version = version;
    std::vector<std::unique_ptr<remote_read::Client>> clients;
    clients.push_back(std::move(client));
    Sources sources(std::move(clients));
    return *sources.ask_semantics();
  };
  EXPECT_EQ(ask("2.42.0"), rca::RangeSemantics::closed);
  EXPECT_EQ(ask("3.1.0"), rca::RangeSemantics::left_open);
}

TEST(Sources, CountsAreInheritedByName) {
  const auto history = std::make_shared<History>();
  const auto faults = std::make_shared<Faults>();
  Sources before = pipeline_test::one_source(history, faults);
  faults->error = rca::Error{rca::ErrorKind::checksum, "x"};
  struct Nowhere : remote_read::SeriesSink {
    void begin(std::size_t /*first_query*/, std::size_t /*count*/) override {}
    rca::Result<void> on_samples(std::size_t /*query*/, const rca::Labels& /*labels*/,
                                 rca::SampleView /*samples*/) override {
      return {};
    }
  } sink;
  ASSERT_FALSE(before.read(0, {}, sink, 0, {}).ok());
  Sources after = pipeline_test::one_source(history, faults);
  after.inherit(before.status());
  EXPECT_EQ(after.status()[0].failures.at("checksum"), 1U);
}

}  // namespace
}  // namespace exporter
