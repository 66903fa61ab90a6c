#include "exporter/drift/engine.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <array>
#include <cmath>

#include "tests/support/temp_dir.h"
#include "tests/unit/drift_pipeline/planted_traffic.h"

namespace exporter {
namespace {

using drift_test::kDay;
using drift_test::kHour;
using drift_test::kMinute;
using drift_test::kNow;
using drift_test::kScrape;
using testing::Contains;
using testing::ElementsAre;
using testing::HasSubstr;

class DriftEngineTest : public testing::Test {
 protected:
  void make(const Config& config, DriftEngineOptions options = {}) {
    config_ = config;
    auto made = DriftEngine::create(config, drift_test::test_catalog(config), options);
    ASSERT_TRUE(made.ok()) << made.error().message;
    engine_ = std::move(made).value();
  }
  bool update(std::int64_t now) {
    const auto done = engine_->update(now, sources_);
    EXPECT_TRUE(done.ok()) << done.error().message;
    return done.ok() && *done;
  }
  const DriftComparison& of(const std::string& entity, const std::string& reference = "rolling") {
    static const DriftComparison kNone;
    if (!engine_->report()) return kNone;
    for (const DriftComparison& one : engine_->report()->comparisons) {
      if (one.entity == entity && one.reference == reference) return one;
    }
    ADD_FAILURE() << "no comparison of " << entity << " with " << reference;
    return kNone;
  }
  void traffic(const std::string& pod, const drift_test::Counts& counts, std::vector<rca::Label> more = {},
               std::int64_t start = kNow - 2 * kHour, const std::vector<std::int64_t>& resets = {}) {
    more.push_back({"pod", pod});
    drift_test::add_histogram(*history_, "latency_seconds", more, start, kNow + kHour, counts, resets);
  }

  std::shared_ptr<pipeline_test::History> history_ = std::make_shared<pipeline_test::History>();
  std::shared_ptr<pipeline_test::Faults> faults_ = std::make_shared<pipeline_test::Faults>();
  Sources sources_ = pipeline_test::one_source(history_, faults_);
  Config config_;
  std::unique_ptr<DriftEngine> engine_;
};

TEST_F(DriftEngineTest, ShowsAPlantedDriftAndNoOther) {
  traffic("quiet", drift_test::changing_at(INT64_MAX), {{"model", "m"}});
  traffic("moved", drift_test::changing_at(kNow - 11 * kMinute), {{"model", "m"}});
  make(drift_test::drift_config());
  ASSERT_TRUE(update(kNow + 20'000));
  EXPECT_EQ(engine_->report()->evaluated_ms, kNow);
  const DriftComparison& quiet = of("quiet");
  EXPECT_TRUE(quiet.result.enough_data);
  EXPECT_FALSE(quiet.result.detected);
  EXPECT_NEAR(quiet.result.find("psi")->result.value, 0, 1e-3);
  EXPECT_EQ(quiet.result.current_size, 1600);
  EXPECT_EQ(quiet.result.reference_size, 9600);
  EXPECT_TRUE(quiet.gaps.empty());
  const DriftComparison& moved = of("moved");
  EXPECT_TRUE(moved.result.detected);
  EXPECT_GT(moved.result.find("psi")->result.value, 0.5);
  ASSERT_EQ(moved.buckets.size(), 4U);
  EXPECT_NEAR(moved.buckets[0].reference_share, 0.6, 1e-9);
  EXPECT_NEAR(moved.buckets[0].current_share, 0.15, 1e-9);
  // The model as a whole is the peer group.
  EXPECT_EQ(of("m").result.current_size, 3200);
  EXPECT_EQ(engine_->report()->targets, 3U);
}

TEST_F(DriftEngineTest, WaitsForTheEndOfAnIntervalAndReadsOnlyWhatIsNew) {
  traffic("a", drift_test::changing_at(INT64_MAX));
  make(drift_test::drift_config());
  ASSERT_TRUE(update(kNow + 20'000));
  EXPECT_FALSE(update(kNow + 40'000));
  EXPECT_FALSE(update(kNow + kMinute + 14'000));  // its last scrape may still be under way
  const std::size_t held = engine_->history().bytes();
  ASSERT_TRUE(update(kNow + kMinute + 20'000));
  EXPECT_EQ(engine_->report()->evaluated_ms, kNow + kMinute);
  EXPECT_EQ(of("a").result.current_size, 1600);
  EXPECT_LT(engine_->history().bytes(), held + held / 10);
}

TEST_F(DriftEngineTest, MakesUpForAFailedRead) {
  traffic("a", drift_test::changing_at(INT64_MAX));
  make(drift_test::drift_config());
  faults_->error = rca::Error{rca::ErrorKind::timeout, "slow"};
  faults_->error_after_series = 2;
  const auto failed = engine_->update(kNow + 20'000, sources_);
  ASSERT_FALSE(failed.ok());
  EXPECT_EQ(failed.error().kind, rca::ErrorKind::timeout);
  EXPECT_EQ(engine_->report(), nullptr);
  faults_->broken_attempt = true;  // a retry gives some series twice
  ASSERT_TRUE(update(kNow + 21'000));
  EXPECT_EQ(of("a").result.current_size, 1600);
  EXPECT_EQ(of("a").result.reference_size, 9600);
}

TEST_F(DriftEngineTest, GoesOnWhereItStoppedWhenTimeIsUp) {
  traffic("a", drift_test::changing_at(INT64_MAX));
  Config config = drift_test::drift_config();
  config.drift.references.push_back(drift_test::rolling_hour());
  config.drift.references[1].name = "fixed";
  config.drift.references[1].kind = ReferenceKind::fixed;
  config.drift.references[1].start_ms = kNow - kHour;
  config.drift.references[1].end_ms = kNow - 30 * kMinute;
  DriftEngineOptions options;
  options.reading_time = std::chrono::nanoseconds(1);  // is up after the first read
  options.longest_read_ms = 10 * kMinute;
  make(config, options);
  int updates = 1;
  while (!update(kNow + 20'000)) ASSERT_LT(++updates, 20);
  EXPECT_EQ(updates, 10);  // 1 for the current window, 6 for the hour, 3 for the range
  EXPECT_EQ(of("a").result.reference_size, 9600);
  EXPECT_EQ(of("a", "fixed").result.reference_size, 4800);
}

TEST_F(DriftEngineTest, ARestartOfAReplicaIsNoDrift) {
  traffic("a", drift_test::changing_at(INT64_MAX), {}, kNow - 2 * kHour, {kNow - 5 * kMinute});
  make(drift_test::drift_config());
  ASSERT_TRUE(update(kNow + 20'000));
  EXPECT_FALSE(of("a").result.detected);
  // The first scrape after the restart counts in full, from 0.
  EXPECT_EQ(of("a").result.current_size, 1600);
}

TEST_F(DriftEngineTest, SaysWhatIsMissing) {
  traffic("new", drift_test::changing_at(INT64_MAX), {}, kNow - 9 * kMinute);
  traffic("idle", [](std::int64_t time) {
    return time < kNow - 30 * kMinute ? drift_test::usual() : std::vector<double>{0, 0, 0, 0};
  });
  traffic("rare", [](std::int64_t time) {
    return time % kMinute == 0 ? std::vector<double>{1, 0, 0, 0} : std::vector<double>{0, 0, 0, 0};
  });
  traffic("endless", drift_test::changing_at(INT64_MAX));
  history_->series.erase(pipeline_test::labels_of("latency_seconds_bucket", {{"pod", "endless"}, {"le", "+Inf"}}));
  make(drift_test::drift_config());
  ASSERT_TRUE(update(kNow + 20'000));
  EXPECT_THAT(of("new").gaps, ElementsAre(DriftGap::no_reference_data));
  EXPECT_THAT(of("idle").gaps, ElementsAre(DriftGap::no_current_data));
  EXPECT_THAT(of("rare").gaps, ElementsAre(DriftGap::few_current, DriftGap::few_reference));
  EXPECT_THAT(of("endless").gaps, Contains(DriftGap::missing_inf_bucket));
  for (const char* entity : {"new", "idle", "rare", "endless"}) {
    EXPECT_FALSE(of(entity).result.enough_data) << entity;
    EXPECT_FALSE(of(entity).result.detected) << entity;
  }
}

TEST_F(DriftEngineTest, NamesTheLabelValueThatCarriesTheDrift) {
  traffic("a", drift_test::changing_at(INT64_MAX), {{"tenant", "old"}});
  drift_test::add_histogram(*history_, "latency_seconds", {{"pod", "a"}, {"tenant", "loud"}}, kNow - 2 * kHour, kNow,
                            drift_test::changing_at(kNow - 11 * kMinute));
  make(drift_test::drift_config());
  ASSERT_TRUE(update(kNow + 20'000));
  const DriftComparison& both = of("a");
  EXPECT_TRUE(both.result.detected);
  ASSERT_FALSE(both.attributions.empty());
  EXPECT_EQ(both.attributions[0].label, "tenant");
  EXPECT_EQ(both.attributions[0].value.value, "loud");
  EXPECT_GT(both.attributions[0].value.total(), 0.9);
}

TEST_F(DriftEngineTest, ComparesWithTheSameHourOfEarlierDaysAndWithAFixedRange) {
  // Every afternoon is different from the morning, today's too.
  const auto daily = [](std::int64_t time) {
    return time % kDay < 11 * kHour ? drift_test::usual() : drift_test::shifted();
  };
  drift_test::add_histogram(*history_, "latency_seconds", {{"pod", "a"}}, kNow - 2 * kDay - kHour, kNow, daily);
  Config config = drift_test::drift_config();
  config.drift.references.resize(3, drift_test::rolling_hour());
  config.drift.references[0].name = "days";
  config.drift.references[0].kind = ReferenceKind::same_hour;
  config.drift.references[0].days = 3;  // the third is not there
  config.drift.references[1].name = "morning";
  config.drift.references[1].kind = ReferenceKind::fixed;
  config.drift.references[1].start_ms = kNow - 3 * kHour;
  config.drift.references[1].end_ms = kNow - 2 * kHour;
  config.drift.references[2].name = "future";
  config.drift.references[2].kind = ReferenceKind::fixed;
  config.drift.references[2].start_ms = kNow;
  config.drift.references[2].end_ms = kNow + kDay;
  make(config);
  ASSERT_TRUE(update(kNow + 20'000));
  EXPECT_FALSE(of("a", "days").result.detected);
  EXPECT_EQ(of("a", "days").result.reference_size, 3200);
  EXPECT_TRUE(of("a", "morning").result.detected);
  EXPECT_EQ(of("a", "morning").result.reference_size, 9600);
  EXPECT_THAT(of("a", "future").gaps, ElementsAre(DriftGap::no_reference_data));
  EXPECT_EQ(engine_->report()->references[1].age_seconds, 7200);
}

TEST_F(DriftEngineTest, ReadsGaugesAndEmbeddings) {
  rca::Samples load;
  std::array<rca::Samples, 2> dims;
  for (std::int64_t time = kNow - 3 * kHour; time <= kNow; time += kScrape) {
    const double noise = std::sin(static_cast<double>(time / kScrape) * 12.9898) * 0.1;
    const bool late = time > kNow - kHour;
    load.push_back(time, (late ? 2.0 : 1.0) + noise);
    dims[0].push_back(time, (late ? 0.0 : 1.0) + noise);
    dims[1].push_back(time, (late ? 1.0 : 0.0) + noise);
  }
  history_->series[pipeline_test::labels_of("load", {{"pod", "a"}})] = load;
  history_->series[pipeline_test::labels_of("topic", {{"model", "m"}, {"dim", "0"}})] = dims[0];
  history_->series[pipeline_test::labels_of("topic", {{"model", "m"}, {"dim", "1"}})] = dims[1];
  history_->series[pipeline_test::labels_of("topic", {{"model", "m"}, {"dim", "nonsense"}})] = dims[1];
  Config config = drift_test::drift_config();
  config.drift.window = std::chrono::minutes(50);
  config.drift.signals.resize(2);
  config.drift.signals[0].name = "load";
  config.drift.signals[1].name = "topic";
  config.drift.signals[1].metric = "topic";
  config.drift.signals[1].kind = DriftKind::embedding;
  config.drift.signals[1].by = {"model"};
  make(config);
  ASSERT_TRUE(update(kNow + 20'000));
  const DriftComparison& gauge = of("a");
  EXPECT_EQ(gauge.signal, "load");
  EXPECT_EQ(gauge.result.kind, rca::DistributionKind::samples);
  EXPECT_TRUE(gauge.result.detected);
  const DriftComparison& vectors = of("m");
  EXPECT_EQ(vectors.signal, "topic");
  EXPECT_EQ(vectors.result.kind, rca::DistributionKind::embeddings);
  EXPECT_EQ(vectors.result.current_size, 50);
  EXPECT_TRUE(vectors.result.detected);
  EXPECT_NEAR(vectors.result.find("cosine_distance")->result.value, 1, 0.2);
}

TEST_F(DriftEngineTest, APinnedDatasetOutlivesTheHistory) {
  traffic("a", drift_test::changing_at(kNow - 30 * kMinute), {{"tenant", "t"}});
  Config config = drift_test::drift_config();
  const auto targets = DriftTargets::create(config, drift_test::test_catalog(config));
  ASSERT_TRUE(targets.ok());
  const auto dataset = read_golden(config, *targets, sources_, kNow - 90 * kMinute, kNow - 40 * kMinute, {});
  ASSERT_TRUE(dataset.ok()) << dataset.error().message;
  const test_support::TempDir folder;
  config.drift.references[0].kind = ReferenceKind::pinned;
  config.drift.references[0].file = folder.write("golden.json", golden_to_json(*dataset));
  make(config);
  ASSERT_TRUE(update(kNow + 20'000));
  EXPECT_TRUE(of("a").result.detected);
  EXPECT_EQ(of("a").result.reference_size, 8000);
  EXPECT_EQ(engine_->report()->references[0].age_seconds, 2400);
}

TEST_F(DriftEngineTest, RefusesAPinnedFileThatCannotBeUsed) {
  Config config = drift_test::drift_config();
  config.file = "rca.yml";
  config.drift.references[0].kind = ReferenceKind::pinned;
  config.drift.references[0].line = 7;
  config.drift.references[0].file = "/nonexistent/golden.json";
  const auto made = DriftEngine::create(config, drift_test::test_catalog(config));
  ASSERT_FALSE(made.ok());
  EXPECT_THAT(made.error().message,
              HasSubstr("rca.yml:7: drift.references[0].pinned.file: the file /nonexistent/golden.json cannot be"));
}

TEST(Golden, SaysWhichFieldIsWrong) {
  const auto message = [](const std::string& text) {
    const auto dataset = golden_from_json(text);
    return dataset.ok() ? std::string() : dataset.error().message;
  };
  const std::string head = R"({"version":1,"start":"2026-11-01T00:00:00Z","end":"2026-11-02T00:00:00Z",)";
  EXPECT_EQ(message(head + R"("signals":[]})"), "");
  EXPECT_THAT(message("{}"), HasSubstr("version: must be 1"));
  EXPECT_THAT(message("nonsense"), HasSubstr("JSON"));
  EXPECT_THAT(message(head + R"("signals":{}})"), HasSubstr("signals: must be a list"));
  const auto part = [&](const std::string& inside) {
    return message(head + R"("signals":[{"signal":"s","entity":"e","kind":"histogram","parts":[)" + inside + "]}]}");
  };
  EXPECT_EQ(part(R"({"upper_bounds":[1,2],"counts":[1,2,3]})"), "");
  EXPECT_THAT(part(R"({"upper_bounds":[2,1],"counts":[1,2,3]})"), HasSubstr("signals[0].parts[0]"));
  EXPECT_THAT(part(R"({"upper_bounds":[1,2],"counts":[1,2]})"), HasSubstr("signals[0].parts[0]"));
  EXPECT_THAT(part(R"({"upper_bounds":[1],"counts":[1,-2]})"), HasSubstr("signals[0].parts[0]"));
  EXPECT_THAT(part(R"({"upper_bounds":["x"],"counts":[1,2]})"),
              HasSubstr("signals[0].parts[0].upper_bounds: must hold numbers"));
  EXPECT_THAT(part(R"({"upper_bounds":[1],"counts":[1e308,0]},{"upper_bounds":[1],"counts":[1e308,0]})"),
              HasSubstr("signals[0].parts[1]: the counts are too large to be added up"));
  std::string labels;
  for (int i = 0; i < 65; ++i) labels += (i == 0 ? "\"l" : ",\"l") + std::to_string(i) + "\"";
  EXPECT_THAT(message(head + "\"labels\":[" + labels + "],\"signals\":[]}"), HasSubstr("labels: more than 64"));
  EXPECT_THAT(message(head + R"("signals":[{"signal":"s","entity":"e","kind":"gauge","dimensions":2,"values":[1]}]})"),
              HasSubstr("signals[0].values: must be whole rows of 2"));
}

}  // namespace
}  // namespace exporter
