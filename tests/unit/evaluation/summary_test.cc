#include "exporter/evaluation/summary.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <limits>
#include <nlohmann/json.hpp>

#include "exporter/evaluation/output.h"
#include "rca_core/methods/registry.h"

namespace exporter::evaluation {
namespace {

using testing::HasSubstr;

dataset::Case case_with(const std::vector<std::string>& services) {
  dataset::Case one;
  one.truth.services = services;
  one.true_signal = "cart_cpu";
  return one;
}

rca::Ranking ranking_of(const std::vector<std::pair<std::string, std::string>>& order) {
  rca::Ranking out;
  double score = 10;
  for (const auto& [entity, role] : order) {
    out.signals.push_back({entity, role, score, {}});
    out.entities.push_back({entity, role, score, {}});
    score -= 1;
  }
  return out;
}

TEST(Score, CountsADatabaseForItsService) {
  const auto ranking = ranking_of({{"web", "cpu"}, {"cart-db", "mem"}, {"cart", "cpu"}});
  const Outcome entity = score(ranking, case_with({"cart"}), Granularity::entity);
  EXPECT_EQ(entity.place, 2U);
  EXPECT_EQ(entity.accuracy, (std::vector<double>{0, 1, 1, 1, 1}));
  const Outcome signal = score(ranking, case_with({"cart"}), Granularity::signal);
  EXPECT_EQ(signal.place, 3U);
  EXPECT_EQ(score(ranking, case_with({"x", "web"}), Granularity::entity).place, 1U);
}

TEST(Score, AFailureIsAMissAndAMissingInputIsNot) {
  const Outcome failed =
      score(rca::Error{rca::ErrorKind::invalid_argument, "no"}, case_with({"cart"}), Granularity::entity);
  EXPECT_EQ(failed.state, Outcome::State::failed);
  EXPECT_EQ(failed.accuracy, std::vector<double>(5, 0.0));
  const Outcome missing =
      score(rca::Error{rca::ErrorKind::missing_input, "no spans"}, case_with({"cart"}), Granularity::entity);
  EXPECT_EQ(missing.state, Outcome::State::not_applicable);
  auto broken = ranking_of({{"cart", "cpu"}});
  broken.entities[0].score = std::numeric_limits<double>::quiet_NaN();
  EXPECT_EQ(score(broken, case_with({"cart"}), Granularity::entity).state, Outcome::State::failed);
}

// Hit at place 1, hit at place 4, failure, not applicable; two faults.
std::vector<CaseOutcome> four_cases() {
  std::vector<CaseOutcome> cases(4);
  const std::vector<std::vector<double>> accuracy = {
      {1, 1, 1, 1, 1}, {0, 0, 0, 1, 1}, {0, 0, 0, 0, 0}, {0, 0, 0, 0, 0}};
  for (std::size_t i = 0; i < cases.size(); ++i) {
    cases[i].folder = {"", "shop", "cart_cpu/" + std::to_string(i)};
    cases[i].fault = i < 2 ? "cpu" : "mem";
    cases[i].chance = {0.2, 0.4, 0.6, 0.8, 1};
    Outcome& outcome = cases[i].methods.emplace_back();
    outcome.accuracy = accuracy[i];
    outcome.seconds = static_cast<double>(i + 1);
    outcome.state = i < 2 ? Outcome::State::ranked : i == 2 ? Outcome::State::failed : Outcome::State::not_applicable;
    outcome.place = i == 0 ? 1 : i == 1 ? 4 : 0;
  }
  cases[2].methods[0].reason = "out of luck";
  cases[3].methods[0].reason = "no spans";
  CaseOutcome& unread = cases.emplace_back();
  unread.folder = {"", "shop", "cart_cpu/9"};
  unread.skipped = rca::Error{rca::ErrorKind::malformed, "data.csv:3: bad"};
  return cases;
}

Request one_method() {
  Request request;
  request.methods.push_back(*rca::find_method("nsigma"));
  return request;
}

TEST(Summary, AddsUp) {
  const Summary summary = summarize(one_method(), four_cases());
  ASSERT_EQ(summary.datasets.size(), 1U);
  const MethodSummary& method = summary.datasets[0].methods.at(0);
  EXPECT_EQ(method.all.cases, 3U);
  EXPECT_EQ(method.all.failed, 1U);
  EXPECT_EQ(method.all.not_applicable, 1U);
  EXPECT_NEAR(method.all.mean[0], 1.0 / 3, 1e-12);        // AC@1
  EXPECT_NEAR(method.all.mean[2], 2.0 / 3, 1e-12);        // AC@5
  EXPECT_NEAR(method.all.mean[3], (1 + 0.4) / 3, 1e-12);  // Avg@5
  EXPECT_NEAR(method.all.chance[3], 0.6, 1e-12);
  EXPECT_NEAR(method.all.mrr, (1 + 0.25) / 3, 1e-12);
  EXPECT_EQ(method.all.seconds_median, 2);
  EXPECT_EQ(method.all.seconds_p95, 3);
  EXPECT_LE(method.all.interval[0].low, 1.0 / 3);
  EXPECT_GE(method.all.interval[0].high, 1.0 / 3);
  EXPECT_EQ(method.by_fault.at("cpu").mean[0], 0.5);
  EXPECT_EQ(method.by_fault.at("mem").cases, 1U);
  EXPECT_EQ(method.all.missing.at("no spans"), 1U);
  EXPECT_EQ(summary.overall.methods.at(0).all.cases, 3U);
  ASSERT_EQ(summary.skipped.size(), 1U);
  EXPECT_EQ(summary.skipped[0].reason, "data.csv:3: bad");
}

TEST(Output, IsTheJsonThatScriptsRead) {
  const auto json = nlohmann::json::parse(to_json(summarize(one_method(), four_cases())));
  const auto& one = json["datasets"]["shop"]["nsigma"];
  EXPECT_EQ(one["cases"], 3);
  EXPECT_EQ(one["failed"], 1);
  EXPECT_NEAR(one["ac@1"].get<double>(), 1.0 / 3, 1e-12);
  for (const char* key : {"ac@3", "ac@5", "avg@5", "seconds_median", "seconds_p95", "mrr"}) {
    EXPECT_TRUE(one[key].is_number()) << key;
  }
  EXPECT_EQ(one["by_fault"]["cpu"]["ac@1"], 0.5);
  EXPECT_EQ(one["interval"]["avg@5"].size(), 2U);
  EXPECT_EQ(one["failures"][0]["case"], "shop/cart_cpu/2");
  EXPECT_EQ(one["failures"][0]["reason"], "out of luck");
  EXPECT_EQ(json["overall"]["nsigma"]["cases"], 3);
  EXPECT_EQ(json["skipped"][0]["case"], "shop/cart_cpu/9");
}

TEST(Output, NumbersOfNoCaseAreNull) {
  std::vector<CaseOutcome> cases = four_cases();
  cases.erase(cases.begin(), cases.begin() + 3);
  const Summary summary = summarize(one_method(), cases);
  const auto json = nlohmann::json::parse(to_json(summary));
  EXPECT_TRUE(json["datasets"]["shop"]["nsigma"]["ac@1"].is_null());
  EXPECT_THAT(to_csv(summary), HasSubstr("shop,nsigma,,0,0,1,,,,,,"));
  EXPECT_EQ(to_tables(summary)[0].rows[0][4], "-");
}

TEST(Output, EveryCsvLineHasTheSameCells) {
  const std::string csv = to_csv(summarize(one_method(), four_cases()));
  std::size_t begin = 0;
  int lines = 0;
  while (begin < csv.size()) {
    const std::size_t end = csv.find('\n', begin);
    EXPECT_EQ(std::count(csv.begin() + static_cast<std::ptrdiff_t>(begin),
                         csv.begin() + static_cast<std::ptrdiff_t>(end), ','),
              24);
    begin = end + 1;
    ++lines;
  }
  EXPECT_EQ(lines, 5);  // header, all faults, two faults, all datasets
}

}  // namespace
}  // namespace exporter::evaluation
