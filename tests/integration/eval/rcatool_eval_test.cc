// rcatool eval as a user runs it, on cases that the test writes.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <array>
#include <cstdlib>
#include <nlohmann/json.hpp>
#include <string>
#include <utility>
#include <vector>

#include "tests/support/process.h"
#include "tests/support/temp_dir.h"

namespace {

using nlohmann::json;
using testing::HasSubstr;
using testing::Not;

class RcatoolEval : public testing::Test {
 protected:
  // The cpu of `culprit` jumps at row 30 of 40.
  void write_case(const std::string& dataset, const std::string& culprit, const std::string& number) {
    std::string data = "time";
    for (const char* service : kServices) data += "," + std::string(service) + "_cpu," + service + "_latency";
    data += "\n";
    for (int row = 0; row < 40; ++row) {
      data += std::to_string(1'700'000'000 + 5 * row);
      for (std::size_t i = 0; i < kServices.size(); ++i) {
        const double noise = 0.1 * ((row * 7 + static_cast<int>(i) * 3) % 5);
        data += "," + std::to_string(10 + noise + (row >= 30 && kServices[i] == culprit ? 20 : 0));
        data += "," + std::to_string(100 + noise);
      }
      data += "\n";
    }
    const std::string folder = dataset + "/" + culprit + "_cpu/" + number + "/";
    (void)dir_.write(folder + "data.csv", data);
    (void)dir_.write(folder + "inject_time.txt", "1700000150\n");
    (void)dir_.write(folder + "mpg.csv", ",source,destination\n0,web,cart\n1,web,user\n2,cart,pay\n");
  }

  // At row 30 of 40 `cart` and `user` get slower, and `web`, which waits for both. The metrics speak for `cart`; it is
  // `user` that reports errors in its log, and whose spans fail.
  void write_misleading_case(const std::string& dataset, bool logs, bool traces) {
    constexpr std::array<double, 4> kSlower = {75, 40, 35, 0};
    std::string data = "time";
    for (const char* service : kServices) data += "," + std::string(service) + "_latency";
    data += "\n";
    std::string lines = "time,container_name,message,timestamp\n";
    std::string spans = "traceID,spanID,parentSpanID,serviceName,operationName,startTime,duration,statusCode\n";
    for (int row = 0; row < 40; ++row) {
      const std::string second = std::to_string(1'700'000'000 + 5 * row);
      const std::string trace = "t" + std::to_string(row);
      const bool fault = row >= 30;
      data += second;
      for (std::size_t i = 0; i < kServices.size(); ++i) {
        const double noise = 0.1 * ((row * 7 + static_cast<int>(i) * 3) % 5);
        data += "," + std::to_string(100 + noise + (fault ? kSlower.at(i) : 0));
        lines += second + "," + kServices[i] + ",served request " + std::to_string(row) + "," + second + "000000000\n";
      }
      if (fault) lines += second + ",user,ERROR: connection pool exhausted," + second + "000000000\n";
      data += "\n";
      spans += trace + ",a,,web,get," + second + "000000,9000,200\n";
      spans += trace + ",b,a,cart,list," + second + "000100,3000,200\n";
      spans += trace + ",c,a,user,load," + second + "003200,3000," + (fault ? "503" : "200") + "\n";
    }
    const std::string folder = dataset + "/user_pool/1/";
    (void)dir_.write(folder + "data.csv", data);
    (void)dir_.write(folder + "inject_time.txt", "1700000150\n");
    (void)dir_.write(folder + "mpg.csv", ",source,destination\n0,web,cart\n1,web,user\n2,cart,pay\n");
    if (logs) (void)dir_.write(folder + "logs.csv", lines);
    if (traces) (void)dir_.write(folder + "traces.csv", spans);
  }

  test_support::CommandResult eval(std::vector<std::string> more) {
    std::vector<std::string> argv{std::string(std::getenv("RCA_BIN_DIR")) + "/rcatool", "eval"};
    argv.insert(argv.end(), more.begin(), more.end());
    auto result = test_support::run_command({.argv = std::move(argv), .env = {}, .directory = {}, .log_file = {}});
    EXPECT_TRUE(result.ok()) << result.error().message;
    return result.ok() ? *result : test_support::CommandResult{-1, ""};
  }

  static constexpr std::array<const char*, 4> kServices = {"web", "cart", "user", "pay"};
  test_support::TempDir dir_;
};

// What differs from run to run.
void drop_seconds(json& value) {
  if (value.is_object()) {
    value.erase("seconds_median");
    value.erase("seconds_p95");
    value.erase("reading");
  }
  if (value.is_structured()) {
    for (json& child : value) drop_seconds(child);
  }
}

TEST_F(RcatoolEval, FindsPlantedCulprits) {
  for (const char* service : kServices) {
    write_case("first", service, "1");
    write_case("second", service, "1");
  }
  const auto result = eval({dir_.path().string(), "--methods=nsigma,baro", "--format=json", "--jobs=1"});
  ASSERT_EQ(result.exit_code, 0) << result.output;
  json report = json::parse(result.output);
  for (const char* dataset : {"first", "second"}) {
    for (const char* method : {"nsigma", "baro"}) {
      const json& one = report["datasets"][dataset][method];
      EXPECT_EQ(one["cases"], 4);
      EXPECT_EQ(one["failed"], 0);
      EXPECT_EQ(one["ac@1"], 1.0) << dataset << " " << method;
      EXPECT_EQ(one["by_fault"]["cpu"]["avg@5"], 1.0);
      EXPECT_NEAR(one["chance"]["ac@1"].get<double>(), 0.25, 1e-9);
    }
  }
  EXPECT_EQ(report["overall"]["nsigma"]["cases"], 8);
  EXPECT_GT(report["reading"]["first"].get<double>(), 0);

  json parallel =
      json::parse(eval({dir_.path().string(), "--methods=nsigma,baro", "--format=json", "--jobs=4"}).output);
  drop_seconds(report);
  drop_seconds(parallel);
  EXPECT_EQ(report, parallel);
}

TEST_F(RcatoolEval, ConsensusHearsLogsAndTracesWhereMetricsMislead) {
  write_misleading_case("metrics", false, false);
  write_misleading_case("logs", true, false);
  write_misleading_case("traces", false, true);
  const auto result =
      eval({dir_.path().string(), "--methods=consensus", "--format=json", "--rankings=" + dir_.file("out")});
  ASSERT_EQ(result.exit_code, 0) << result.output;
  const json report = json::parse(result.output);
  EXPECT_EQ(report["datasets"]["metrics"]["consensus"]["ac@1"], 0.0);
  for (const auto& [dataset, source] : {std::pair{"logs", "log_bursts"}, std::pair{"traces", "trace_errors"}}) {
    EXPECT_EQ(report["datasets"][dataset]["consensus"]["ac@1"], 1.0) << dataset;
    const std::string file = std::string("out/") + dataset + "/consensus/user_pool/1.json";
    const json ranking = json::parse(test_support::read_text(dir_.path() / file));
    EXPECT_THAT(ranking["entities"][0].dump(), HasSubstr(source));
  }
}

TEST_F(RcatoolEval, ReportsMalformedCasesAndGoesOn) {
  write_case("shop", "cart", "1");
  write_case("shop", "cart", "2");
  write_case("shop", "user", "1");
  (void)dir_.write("shop/cart_cpu/2/data.csv", "time,cart_cpu\n1700000000,1\n1700000005,high\n");
  (void)dir_.write("shop/user_cpu/1/inject_time.txt", "99\n");
  const auto result = eval({dir_.path().string(), "--methods=nsigma"});
  EXPECT_EQ(result.exit_code, 1) << result.output;
  EXPECT_THAT(result.output,
              HasSubstr("shop/cart_cpu/2/data.csv:3: column 'cart_cpu' holds 'high', which is not a number"));
  EXPECT_THAT(result.output, HasSubstr("shop/user_cpu/1/inject_time.txt:1: the time '99' has no rows before it"));
  EXPECT_THAT(result.output, HasSubstr("nsigma  1      0       0    1.00"));
  EXPECT_THAT(result.output, Not(HasSubstr("\r")));  // no progress bar: not a terminal
}

TEST_F(RcatoolEval, TellsWhereAMethodIsNotApplicable) {
  write_case("shop", "cart", "1");
  const auto result = eval({dir_.path().string(), "--methods=peer_deviation,nsigma", "--format=json"});
  ASSERT_EQ(result.exit_code, 0) << result.output;
  const json report = json::parse(result.output);
  const json& one = report["datasets"]["shop"]["peer_deviation"];
  EXPECT_EQ(one["cases"], 0);
  EXPECT_EQ(one["failed"], 0);
  EXPECT_EQ(one["not_applicable"], 1);
  EXPECT_TRUE(one["ac@1"].is_null());
  EXPECT_EQ(one["missing"].size(), 1U);
}

TEST_F(RcatoolEval, WritesRankings) {
  write_case("shop", "cart", "1");
  const auto result =
      eval({dir_.path().string(), "--methods=nsigma", "--rankings=" + dir_.file("out"), "--format=csv"});
  ASSERT_EQ(result.exit_code, 0) << result.output;
  EXPECT_THAT(result.output, HasSubstr("\nshop,nsigma,cpu,1,0,0,1,1,1,1,1,"));
  const json ranking = json::parse(test_support::read_text(dir_.path() / "out/shop/nsigma/cart_cpu/1.json"));
  EXPECT_EQ(ranking["place"], 1);
  EXPECT_EQ(ranking["truth"], json::array({"cart"}));
  EXPECT_EQ(ranking["entities"][0]["entity"], "cart");
  EXPECT_EQ(ranking["entities"].size(), 4U);
  EXPECT_EQ(ranking["signals"].size(), 8U);
}

TEST_F(RcatoolEval, ScoresSignals) {
  write_case("shop", "cart", "1");
  write_case("shop", "pay", "1");
  (void)dir_.write("shop/cart_cpu/1/truth.json", R"({"service":"cart","metric":"cart_cpu","fault":"cpu"})");
  const auto result = eval({dir_.path().string(), "--methods=nsigma", "--granularity=signal", "--format=json"});
  EXPECT_EQ(result.exit_code, 1) << result.output;
  EXPECT_THAT(result.output, HasSubstr("pay_cpu/1/truth.json: missing, or names no metric at fault"));
  const json report = json::parse(result.output.substr(0, result.output.rfind('}') + 1));
  EXPECT_EQ(report["datasets"]["shop"]["nsigma"]["ac@1"], 1.0);
  EXPECT_NEAR(report["datasets"]["shop"]["nsigma"]["chance"]["ac@1"].get<double>(), 1.0 / 8, 1e-9);
}

TEST_F(RcatoolEval, TheWindowsAreWhatTheFlagsSay) {
  write_case("shop", "cart", "1");
  const auto result = eval({dir_.path().string(), "--methods=nsigma", "--normal-rows=-1"});
  EXPECT_EQ(result.exit_code, 1);
  EXPECT_THAT(result.output, HasSubstr("--normal-rows"));
  EXPECT_EQ(eval({dir_.path().string(), "--methods=nsigma", "--normal-rows=10", "--anomalous-rows=5"}).exit_code, 0);
}

TEST_F(RcatoolEval, NamesWrongUsage) {
  write_case("shop", "cart", "1");
  const auto expect_error = [&](std::vector<std::string> flags, const std::string& text) {
    const auto result = eval(std::move(flags));
    EXPECT_EQ(result.exit_code, 1) << result.output;
    EXPECT_THAT(result.output, HasSubstr(text));
  };
  const std::string dir = dir_.path().string();
  expect_error({}, "DIR is required");
  expect_error({dir, "--methods=magic"}, "magic");
  expect_error({dir, "--format=yaml"}, "--format");
  expect_error({dir, "--granularity=pod"}, "--granularity");
  expect_error({dir, "--jobs=many"}, "--jobs");
  expect_error({dir_.file("nowhere")}, "nowhere: is not a directory");
  expect_error({dir, "--methods=nsigma", "--rankings=/proc/nothing"}, "/proc/nothing");
}

}  // namespace
