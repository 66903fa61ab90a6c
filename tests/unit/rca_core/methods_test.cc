// What holds for every method, and what nsigma and BARO compute.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>

#include "rca_core/methods/evidence.h"
#include "tests/unit/rca_core/frames.h"
#include "tests/unit/rca_core/oracle.h"

namespace rca {
namespace {

using nlohmann::json;
using testing::FrameBuilder;
using ::testing::HasSubstr;
using testing::Noise;
using testing::rank;

constexpr double kMissing = std::numeric_limits<double>::quiet_NaN();
constexpr double kInfinity = std::numeric_limits<double>::infinity();

TEST(Registry, KnowsTheMethodsByName) {
  std::vector<std::string> names;
  for (const Method* method : all_methods()) {
    names.emplace_back(method->name());
    EXPECT_FALSE(method->description().empty());
    EXPECT_FALSE(method->reference().empty());
    EXPECT_EQ(*find_method(method->name()), method);
  }
  EXPECT_THAT(names, ::testing::IsSupersetOf({"baro", "nsigma", "peer_deviation"}));
  EXPECT_TRUE(std::is_sorted(names.begin(), names.end()));
}

TEST(Registry, UnknownNamesListTheKnownOnes) {
  const Result<const Method*> found = find_method("magic");
  ASSERT_FALSE(found.ok());
  EXPECT_EQ(found.error().kind, ErrorKind::not_found);
  EXPECT_THAT(found.error().message, HasSubstr("\"magic\""));
  EXPECT_THAT(found.error().message, HasSubstr("nsigma"));
}

void expect_well_formed(const Ranking& ranking, const std::string& what) {
  for (const auto* list : {&ranking.signals, &ranking.entities}) {
    double previous = kInfinity;
    for (const Candidate& candidate : *list) {
      EXPECT_TRUE(std::isfinite(candidate.score)) << what;
      EXPECT_TRUE(std::isfinite(candidate.evidence.deviation)) << what;
      EXPECT_FALSE(candidate.evidence.text.empty()) << what;
      EXPECT_LE(candidate.score, previous) << what;
      previous = candidate.score;
    }
  }
  std::vector<std::string> entities;
  for (const Candidate& candidate : ranking.entities) entities.push_back(candidate.entity);
  std::sort(entities.begin(), entities.end());
  EXPECT_EQ(std::adjacent_find(entities.begin(), entities.end()), entities.end()) << what;
}

// Columns that have broken methods elsewhere: constant, duplicate, empty, infinite, huge, with a single value.
Frame awkward_frame(Eigen::Index rows, Eigen::Index onset) {
  FrameBuilder builder(rows);
  const auto broken = [onset](Eigen::Index row) { return row < onset ? 1.0 : 0.5; };
  for (const std::string entity : {"a", "b", "c"}) {
    builder.add(
        entity, "constant", "ratio", [](Eigen::Index) { return 1.0; }, "g");
    builder.add(
        entity, "zero", "", [](Eigen::Index) { return 0.0; }, "g");
    builder.add(entity, "duplicate", "", broken, "g");
    builder.add(
        entity, "missing", "seconds", [](Eigen::Index) { return kMissing; }, "g");
    builder.add(
        entity, "only_before", "", [onset](Eigen::Index row) { return row < onset ? 1 : kMissing; }, "g");
    builder.add(
        entity, "only_after", "", [onset](Eigen::Index row) { return row < onset ? kMissing : 1; }, "g");
    builder.add(
        entity, "infinite", "", [](Eigen::Index row) { return row % 2 == 0 ? kInfinity : -kInfinity; }, "g");
    builder.add(
        entity, "huge", "", [](Eigen::Index row) { return row % 2 == 0 ? 1.7e308 : -1.7e308; }, "g");
    builder.add(
        entity, "tiny", "", [](Eigen::Index row) { return row % 2 == 0 ? 5e-324 : 0; }, "g");
    builder.add(
        entity, "single", "", [](Eigen::Index row) { return row == 0 ? 3 : kMissing; }, "g");
  }
  return builder.frame();
}

TEST(EveryMethod, GivesFiniteRankingsForAwkwardColumns) {
  for (const Method* method : all_methods()) {
    for (const auto& [rows, onset] :
         std::vector<std::pair<Eigen::Index, Eigen::Index>>{{2, 1}, {3, 2}, {30, 20}, {9, 1}}) {
      const Frame frame = awkward_frame(rows, onset);
      const IncidentView view{frame, onset, 2, nullptr, {}};
      const Result<Ranking> first = method->rank(view, {});
      const std::string what = std::string(method->name()) + " with " + std::to_string(rows) + " rows";
      if (!first.ok()) {
        EXPECT_EQ(first.error().kind, ErrorKind::missing_input) << what << ": " << first.error().message;
        EXPECT_FALSE(first.error().message.empty()) << what;
        continue;
      }
      EXPECT_EQ(first->method, method->name());
      expect_well_formed(*first, what);
      const Result<Ranking> again = method->rank(view, {});
      ASSERT_EQ(first->signals.size(), again->signals.size());
      for (std::size_t i = 0; i < first->signals.size(); ++i) {
        EXPECT_EQ(first->signals[i].score, again->signals[i].score) << what;
        EXPECT_EQ(first->signals[i].entity, again->signals[i].entity) << what;
      }
    }
  }
}

TEST(EveryMethod, SaysWhatIsWrongWithTheView) {
  const Frame frame = awkward_frame(10, 5);
  Frame misfit = frame;
  misfit.signals.pop_back();
  const Frame empty = FrameBuilder(10).frame();
  for (const Method* method : all_methods()) {
    if (method->needs() != Need::metrics) continue;  // those may miss their other inputs first
    const auto kind = [&](const Frame& of, Eigen::Index onset, const MethodOptions& options = {}) {
      const Result<Ranking> ranking = method->rank({of, onset, std::nullopt, nullptr, {}}, options);
      return ranking.ok() ? ErrorKind::internal : ranking.error().kind;
    };
    EXPECT_EQ(kind(frame, -1), ErrorKind::invalid_argument);
    EXPECT_EQ(kind(frame, 11), ErrorKind::invalid_argument);
    EXPECT_EQ(kind(frame, 0), ErrorKind::missing_input);
    EXPECT_EQ(kind(frame, 10), ErrorKind::missing_input);
    EXPECT_EQ(kind(misfit, 5), ErrorKind::invalid_argument);
    EXPECT_EQ(kind(empty, 5), ErrorKind::missing_input);
    EXPECT_EQ(kind(frame, 5, {1, -1, 0}), ErrorKind::invalid_argument);
  }
}

TEST(Nsigma, SeesDropsAndNamesThem) {
  Noise noise(1);
  FrameBuilder builder(120);
  builder.add("ray-replicas-0", "gpu_clock", "hertz", [&](Eigen::Index) { return 1.41e9 + noise(1e7); });
  builder.add("ray-replicas-1", "gpu_clock", "hertz",
              [&](Eigen::Index row) { return (row < 100 ? 1.41e9 : 0.66e9) + noise(1e7); });
  builder.add("ray-replicas-1", "gpu_power", "watts", [&](Eigen::Index) { return 300 + noise(3); });
  for (const char* method : {"nsigma", "baro"}) {
    const Result<Ranking> ranking = rank(method, builder.frame(), 100);
    ASSERT_TRUE(ranking.ok());
    ASSERT_EQ(ranking->signals.size(), 3U);
    ASSERT_EQ(ranking->entities.size(), 2U);
    const Candidate& best = ranking->entities[0];
    EXPECT_EQ(best.entity, "ray-replicas-1");
    EXPECT_EQ(best.signal, "gpu_clock");
    EXPECT_LT(best.evidence.deviation, -10);
    EXPECT_DOUBLE_EQ(best.score, -best.evidence.deviation);
    EXPECT_NEAR(best.evidence.before, 1.41e9, 1e7);
    EXPECT_NEAR(best.evidence.deviation, (best.evidence.after - best.evidence.before) / best.evidence.scale, 1e-9);
    EXPECT_EQ(best.evidence.since_ms, testing::kNoon + 500'000);
    EXPECT_THAT(best.evidence.text, HasSubstr("gpu_clock of ray-replicas-1 fell from 1.41 GHz to 0.6"));
    EXPECT_THAT(best.evidence.text, HasSubstr("since 12:08:20Z"));
  }
}

TEST(Nsigma, ScaleFloorKeepsConstantColumnsInProportion) {
  FrameBuilder builder(40);
  const auto step = [](double before, double after) {
    return [=](Eigen::Index row) { return row < 30 ? before : after; };
  };
  builder.add("a", "success_ratio", "ratio", step(1.0, 0.5));
  builder.add("b", "memory", "bytes", step(8e9, 8.02e9));
  builder.add("c", "errors", "", step(0, 1e9));
  for (const char* method : {"nsigma", "baro"}) {
    const Result<Ranking> ranking = rank(method, builder.frame(), 30);
    ASSERT_TRUE(ranking.ok());
    ASSERT_EQ(ranking->entities.size(), 3U);
    EXPECT_EQ(ranking->entities[0].entity, "a");  // −50 %, not the one with the largest raw change
    EXPECT_DOUBLE_EQ(ranking->entities[0].score, 50);
    EXPECT_EQ(ranking->entities[1].entity, "c");
    EXPECT_DOUBLE_EQ(ranking->entities[1].score, 10);
    EXPECT_NEAR(ranking->entities[2].score, 0.25, 1e-9);
    EXPECT_THAT(ranking->entities[2].evidence.text, HasSubstr("stayed near 7.45 GiB"));
  }
}

TEST(Nsigma, TiesKeepTheOrderOfTheFrame) {
  FrameBuilder builder(20);
  for (const std::string entity : {"z", "a", "m"}) {
    builder.add(entity, "x", "", [](Eigen::Index row) { return row < 15 ? 1.0 : 2.0; });
  }
  const Result<Ranking> ranking = rank("nsigma", builder.frame(), 15);
  ASSERT_TRUE(ranking.ok());
  ASSERT_EQ(ranking->entities.size(), 3U);
  EXPECT_EQ(ranking->entities[0].entity, "z");
  EXPECT_EQ(ranking->entities[1].entity, "a");
  EXPECT_EQ(ranking->entities[2].entity, "m");
}

TEST(Nsigma, OptionsLimitTheWindows) {
  FrameBuilder builder(100);
  // Row 10 is an old incident; row 95 a later one.
  builder.add("a", "x", "", [](Eigen::Index row) {
    return row == 10 ? 1000.0 : (row == 95 ? 500.0 : static_cast<double>(row % 2) + 100);
  });
  const Result<Ranking> all = rank("nsigma", builder.frame(), 60);
  const Result<Ranking> limited = rank("nsigma", builder.frame(), 60, {1, 40, 30});
  ASSERT_TRUE(all.ok() && limited.ok());
  EXPECT_GT(all->signals[0].score, 3);
  EXPECT_LT(limited->signals[0].score, 1.01);
}

// The change point of the SLI is 20 rows before the onset that is given; only from there on is the window normal.
TEST(Baro, ChangePointOfTheSliMovesTheOnset) {
  Noise noise(4);
  FrameBuilder builder(160);
  builder.add("front", "ttft", "seconds", [&](Eigen::Index row) { return (row < 100 ? 0.2 : 0.9) + noise(0.01); });
  builder.add("a", "queue", "", [&](Eigen::Index row) { return (row < 100 ? 10 : 60) + noise(0.5); });
  const Method* baro = *find_method("baro");
  const MethodOptions options{1, 40, 0};
  const Result<Ranking> moved = baro->rank({builder.frame(), 120, 0, nullptr, {}}, options);
  const Result<Ranking> given = baro->rank({builder.frame(), 120, std::nullopt, nullptr, {}}, options);
  ASSERT_TRUE(moved.ok() && given.ok());
  ASSERT_EQ(moved->signals.size(), 2U);
  for (const Candidate& candidate : moved->signals) {
    EXPECT_EQ(candidate.evidence.since_ms, builder.frame().grid.time_ms(100));
    EXPECT_GT(candidate.score, 20);
  }
  // Without an SLI half of the normal window is anomalous: the range spans both levels.
  EXPECT_LT(given->signals[0].score, 3);
}

TEST(Baro, KeepsTheGivenOnsetWhereNothingChanges) {
  Noise noise(8);
  FrameBuilder builder(100);
  builder.add("front", "ttft", "seconds", [&](Eigen::Index) { return 0.2 + noise(0.01); });
  builder.add("a", "queue", "", [](Eigen::Index row) { return row < 90 ? 10 + static_cast<double>(row % 3) : 80.0; });
  const Result<Ranking> ranking = (*find_method("baro"))->rank({builder.frame(), 90, 0, nullptr, {}}, {});
  ASSERT_TRUE(ranking.ok());
  EXPECT_EQ(ranking->entities[0].entity, "a");
  EXPECT_EQ(ranking->entities[0].evidence.since_ms, builder.frame().grid.time_ms(90));
}

// |z| of scikit-learn's scalers, for the columns whose spread is above our floor.
TEST(ScoresOracle, AgreeWithTheAbsoluteScores) {
  const auto path = oracle::vectors("01_scaling.json");
  RCA_SKIP_WITHOUT(path);
  const json file = oracle::load(path);
  int compared = 0;
  for (const json& item : file["cases"]) {
    if (!item["expected"].contains("nsigma_abs_score")) continue;
    const json& normal = item["input"]["normal"];
    const json& anomalous = item["input"]["anomalous"];
    const auto onset = static_cast<Eigen::Index>(normal.size());
    FrameBuilder builder(onset + static_cast<Eigen::Index>(anomalous.size()));
    for (std::size_t c = 0; c < normal[0].size(); ++c) {
      builder.add(std::to_string(c), "x", "", [&](Eigen::Index row) {
        const auto at = static_cast<std::size_t>(row);
        return oracle::number(row < onset ? normal[at][c] : anomalous[at - normal.size()][c]);
      });
    }
    for (const std::string method : {"nsigma", "baro"}) {
      const Result<Ranking> ranking = rank(method, builder.frame(), onset);
      ASSERT_TRUE(ranking.ok());
      for (const Candidate& candidate : ranking->signals) {
        const std::size_t c = std::stoul(candidate.entity);
        const double spread = oracle::number(item["expected"][method == "nsigma" ? "standard" : "robust"]["scale"][c]);
        if (std::fabs(candidate.evidence.scale - spread) > 1e-9 * spread) continue;  // the floor
        const double expected = oracle::number(item["expected"][method + "_abs_score"][c]);
        EXPECT_TRUE(oracle::close(candidate.score, expected, 1e-6, 1e-12)) << item["name"] << " " << method << " " << c;
        ++compared;
      }
    }
  }
  EXPECT_GE(compared, 50);
}

TEST(Evidence, FormatsQuantitiesOnAHumanScale) {
  EXPECT_EQ(format_quantity(1.41e9, "hertz"), "1.41 GHz");
  EXPECT_EQ(format_quantity(0.025, "seconds"), "25 ms");
  EXPECT_EQ(format_quantity(12.34, "seconds"), "12.3 s");
  EXPECT_EQ(format_quantity(0.5, "ratio"), "50 %");
  EXPECT_EQ(format_quantity(8589934592, "bytes"), "8 GiB");
  EXPECT_EQ(format_quantity(150, "watts"), "150 W");
  EXPECT_EQ(format_quantity(5.2, "per_second"), "5.2/s");
  EXPECT_EQ(format_quantity(1280, "tokens_per_second"), "1280 tokens/s");
  EXPECT_EQ(format_quantity(0, "seconds"), "0 s");
  EXPECT_EQ(format_quantity(-3, "count"), "-3");
  EXPECT_EQ(format_quantity(kMissing, "watts"), "no value");
  EXPECT_EQ(format_quantity(1.7e308, "ratio"), "inf %");
  EXPECT_EQ(format_quantity(1.7e308, "bytes"), "1.55e+296 TiB");
  EXPECT_EQ(format_deviation(-18.04), "−18");
  EXPECT_EQ(format_deviation(0.4), "+0.4");
  EXPECT_EQ(format_time_of_day(testing::kNoon + 185'999), "12:03:05Z");
}

}  // namespace
}  // namespace rca
