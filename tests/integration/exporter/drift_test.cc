// Drift as a user sees it: the history of a real Prometheus, rca_exporter beside it, and what /metrics shows.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <array>
#include <chrono>
#include <cmath>
#include <cstdlib>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "remote_read/remote.pb.h"
#include "tests/integration/remote_read/query_api.h"
#include "tests/support/http.h"
#include "tests/support/process.h"
#include "tests/support/server.h"
#include "tests/support/temp_dir.h"
#include "tests/support/wait.h"

namespace exporter_test {
namespace {

using test_support::Process;
using test_support::Server;
using testing::HasSubstr;

constexpr std::int64_t kStep = 5;        // seconds between scrapes
constexpr std::int64_t kBefore = 3000;   // seconds of history
constexpr std::int64_t kAfter = 1800;    // and of a future that intervals to come find
constexpr std::int64_t kDriftFor = 900;  // seconds that the drift has lasted
constexpr std::array<const char*, 4> kBounds{"100", "1000", "10000", "+Inf"};

std::string program(const std::string& name) {
  return std::string(std::getenv("RCA_BIN_DIR")) + "/" + name;
}

test_support::CommandResult run(std::vector<std::string> argv) {
  auto result = test_support::run_command({.argv = std::move(argv), .env = {}, .directory = {}, .log_file = {}});
  EXPECT_TRUE(result.ok()) << result.error().message;
  return result.ok() ? *result : test_support::CommandResult{-1, ""};
}

// Ten prompts a scrape; the long ones of the two tenants of `moved` become more from `change` on, those of one of them.
std::array<int, 4> prompts(bool moved, std::int64_t second, std::int64_t change) {
  return moved && second >= change ? std::array<int, 4>{1, 2, 5, 2} : std::array<int, 4>{5, 3, 1, 1};
}

// Prompt lengths of two pods as vLLM shows them.
std::string openmetrics(std::int64_t now) {
  std::string out = "# TYPE vllm:request_prompt_tokens histogram\n";
  for (const auto& [pod, tenant] : {std::pair{"quiet", "a"}, {"moved", "a"}, {"moved", "b"}}) {
    std::array<int, 4> totals{};
    const bool moves = pod == std::string("moved") && tenant == std::string("b");
    for (std::int64_t t = now - kBefore; t < now + kAfter; t += kStep) {
      const auto more = prompts(moves, t, now - kDriftFor);
      int count = 0;
      for (std::size_t i = 0; i < kBounds.size(); ++i) {
        totals.at(i) += more.at(i);
        count += totals.at(i);
        out += std::string("vllm:request_prompt_tokens_bucket{model_name=\"m\",pod=\"") + pod + "\",tenant=\"" +
               tenant + "\",le=\"" + kBounds.at(i) + "\"} " + std::to_string(count) + " " + std::to_string(t) + "\n";
      }
    }
  }
  out += "# TYPE vllm:num_requests_running gauge\n";
  for (std::int64_t t = now - kBefore; t < now + kAfter; t += kStep) {
    const double running = 5 + std::sin(static_cast<double>(t % 100'000) * 12.9898);
    out += "vllm:num_requests_running{model_name=\"m\",pod=\"quiet\"} " + std::to_string(running) + " " +
           std::to_string(t) + "\n";
  }
  return out + "# EOF\n";
}

// Native histograms of answers' lengths, with buckets that end at 128, 256, … 2048; those of `moved` become shorter.
std::vector<remote_read_test::WriteSeries> native_series(std::int64_t now) {
  constexpr std::array<std::int64_t, 5> kLong{1, 2, 3, 3, 2};
  constexpr std::array<std::int64_t, 5> kShort{5, 3, 1, 1, 1};
  std::vector<remote_read_test::WriteSeries> out;
  for (const char* pod : {"quiet", "moved"}) {
    remote_read::wire::TimeSeries series;
    std::array<std::int64_t, 5> counts{};
    for (std::int64_t t = now - kBefore; t <= now; t += kStep) {
      const bool shorter = pod == std::string("moved") && t >= now - kDriftFor;
      remote_read::wire::Histogram& histogram = *series.add_histograms();
      histogram.set_timestamp(t * 1000);
      histogram.set_schema(0);
      histogram.set_zero_threshold(0.001);
      histogram.set_zero_count_int(0);
      auto& span = *histogram.add_positive_spans();
      span.set_offset(7);
      span.set_length(counts.size());
      std::int64_t before = 0;
      std::int64_t total = 0;
      for (std::size_t i = 0; i < counts.size(); ++i) {
        counts.at(i) += shorter ? kShort.at(i) : kLong.at(i);
        histogram.add_positive_deltas(counts.at(i) - before);
        before = counts.at(i);
        total += before;
      }
      histogram.set_count_int(static_cast<std::uint64_t>(total));
      histogram.set_sum(static_cast<double>(total));
    }
    out.push_back({{{"__name__", "answer_tokens"}, {"job", "app"}, {"pod", pod}}, {}, series.SerializeAsString()});
  }
  return out;
}

class Drift : public testing::Test {
 public:
  static void SetUpTestSuite() {
    now_ =
        std::chrono::duration_cast<std::chrono::seconds>(std::chrono::system_clock::now().time_since_epoch()).count();
    auto prometheus = test_support::start_prometheus_with_history(openmetrics(now_));
    ASSERT_TRUE(prometheus.ok()) << prometheus.error().message;
    prometheus_ = std::move(prometheus).value();
  }
  static void TearDownTestSuite() { prometheus_.reset(); }

 protected:
  std::string config(const std::string& references) {
    return dir_.write("rca.yml", "sources: [{name: prom, url: '" + prometheus_->url() +
                                     "/api/v1/read'}]\n"
                                     "evaluation: {interval: 1s}\n"
                                     "catalog: {exporters: [vllm]}\n"
                                     "slos: []\n"
                                     "spc: {signals: [requests_running], step: 10s, window: 30m, seasonality: none}\n"
                                     "drift:\n"
                                     "  interval: 20s\n"
                                     "  window: 5m\n"
                                     "  signals: [prompt_tokens]\n"
                                     "  attribution: {labels: [tenant]}\n"
                                     "  references: [" +
                                     references + "]\n");
  }
  void start(const std::string& config_file) {
    port_ = test_support::free_port();
    auto process = Process::start({.argv = {program("rca_exporter"), "--config.file=" + config_file,
                                            "--web.listen-address=127.0.0.1:" + std::to_string(port_)},
                                   .env = {},
                                   .directory = dir_.path(),
                                   .log_file = dir_.file("exporter.log")});
    ASSERT_TRUE(process.ok());
    exporter_ = std::move(process).value();
  }
  [[nodiscard]] std::string metrics() const {
    const auto answer = test_support::http_get("http://127.0.0.1:" + std::to_string(port_) + "/metrics");
    return answer.ok() ? answer->body : "";
  }
  bool wait_for_metric(const std::string& text) {
    return test_support::wait_until([&] { return metrics().find(text) != std::string::npos; });
  }
  // Value of the series that begins with this text; NaN: there is none.
  [[nodiscard]] double value_of(const std::string& series) const {
    const std::string text = metrics();
    const std::size_t at = text.find("\n" + series + " ");
    return at == std::string::npos ? std::nan("") : std::stod(text.substr(at + series.size() + 2));
  }

  static std::int64_t now_;
  static std::unique_ptr<Server> prometheus_;  // NOLINT(cert-err58-cpp)
  test_support::TempDir dir_;
  std::unique_ptr<Process> exporter_;
  int port_ = 0;
};
std::int64_t Drift::now_ = 0;
std::unique_ptr<Server> Drift::prometheus_;

TEST_F(Drift, APlantedDriftShowsAndAQuietSignalDoesNot) {
  start(config("{name: before, rolling: {window: 20m, gap: 15m}}"));
  const std::string moved = R"({signal="prompt_tokens",entity="moved",reference="before"})";
  const std::string quiet = R"({signal="prompt_tokens",entity="quiet",reference="before"})";
  ASSERT_TRUE(wait_for_metric("rca_drift_detected" + moved + " 1\n")) << metrics();
  EXPECT_EQ(value_of("rca_drift_detected" + quiet), 0);
  EXPECT_EQ(value_of("rca_drift_enough_data" + quiet), 1);
  EXPECT_EQ(value_of("rca_drift_enough_data" + moved), 1);
  EXPECT_GT(value_of("rca_drift_psi" + moved), 0.2);
  EXPECT_LT(value_of("rca_drift_psi" + quiet), 0.05);
  EXPECT_LT(value_of(R"(rca_drift_adjusted_p_value{signal="prompt_tokens",entity="moved",reference="before",)"
                     R"(test="kolmogorov_smirnov"})"),
            0.01);
  EXPECT_EQ(value_of(R"(rca_drift_samples{signal="prompt_tokens",entity="quiet",reference="before",)"
                     R"(distribution="current"})"),
            600);
  EXPECT_GT(value_of(R"(rca_drift_attribution_ratio{signal="prompt_tokens",entity="moved",reference="before",)"
                     R"(label="tenant",value="b"})"),
            0.9);
  EXPECT_NEAR(value_of(R"(rca_drift_distribution_ratio{signal="prompt_tokens",entity="quiet",reference="before",)"
                       R"(distribution="current",le="100"})"),
              0.5, 1e-9);
  EXPECT_EQ(value_of(R"(rca_drift_reference_age_seconds{reference="before"})"), 1200);
  EXPECT_EQ(value_of(R"(rca_drift_evaluation_failures_total{stage="drift"})"), 0);
  ASSERT_TRUE(wait_for_metric("rca_spc_value{"));
  EXPECT_NEAR(value_of(R"(rca_spc_center{signal="requests_running",entity="quiet"})"), 5, 0.5);
  EXPECT_EQ(value_of(R"(rca_spc_violation{signal="requests_running",entity="quiet",rule="cusum_high"})"), 0);
}

TEST_F(Drift, APinnedDatasetIsAReference) {
  const std::string golden = dir_.file("golden.json");
  const std::string file = config("{name: golden, pinned: {file: golden.json}}");
  const auto missing = run({program("rcatool"), "check", "config", file});
  EXPECT_EQ(missing.exit_code, 1);
  EXPECT_THAT(missing.output, HasSubstr("drift.references[0].pinned.file: the file " + golden + " cannot be opened"));
  const auto pinned =
      run({program("rcatool"), "pin", "--config.file=" + file, "--start=" + std::to_string(now_ - kBefore + 300),
           "--end=" + std::to_string(now_ - kDriftFor - 300), "--output=" + golden});
  ASSERT_EQ(pinned.exit_code, 0) << pinned.output;
  EXPECT_THAT(pinned.output, HasSubstr("3 distributions from "));  // two pods, and the model as a whole
  EXPECT_EQ(run({program("rcatool"), "check", "config", file}).exit_code, 0);
  start(file);
  ASSERT_TRUE(
      wait_for_metric("rca_drift_detected{signal=\"prompt_tokens\",entity=\"moved\",reference=\"golden\"} 1\n"));
  EXPECT_EQ(value_of(R"(rca_drift_detected{signal="prompt_tokens",entity="quiet",reference="golden"})"), 0);
  EXPECT_GT(value_of(R"(rca_drift_reference_age_seconds{reference="golden"})"), 1000);

  const auto empty =
      run({program("rcatool"), "pin", "--config.file=" + file, "--start=1000", "--end=2000", "--output=" + golden});
  EXPECT_EQ(empty.exit_code, 1);
  EXPECT_THAT(empty.output, HasSubstr("no observation of any signal"));
}

TEST_F(Drift, NativeHistogramsAreComparedToo) {
  auto server = test_support::start_prometheus(
      "global: {}\n", {"--enable-feature=native-histograms", "--web.enable-remote-write-receiver"});
  ASSERT_TRUE(server.ok()) << server.error().message;
  const std::int64_t now =
      std::chrono::duration_cast<std::chrono::seconds>(std::chrono::system_clock::now().time_since_epoch()).count();
  const auto written = remote_read_test::remote_write((*server)->url() + "/api/v1/write", native_series(now));
  ASSERT_TRUE(written.ok()) << written.error().message;
  start(dir_.write("rca.yml", "sources: [{name: prom, url: '" + (*server)->url() +
                                  "/api/v1/read'}]\n"
                                  "evaluation: {interval: 1s}\n"
                                  "catalog: {exporters: [vllm]}\n"
                                  "slos: []\n"
                                  "drift:\n"
                                  "  interval: 20s\n"
                                  "  window: 5m\n"
                                  "  signals: [{name: answers, histogram: 'answer_tokens{job=\"app\"}', by: [pod]}]\n"
                                  "  references: [{name: before, rolling: {window: 20m, gap: 15m}}]\n"));
  ASSERT_TRUE(wait_for_metric(R"(rca_drift_detected{signal="answers",entity="moved",reference="before"} 1)"))
      << metrics();
  EXPECT_EQ(value_of(R"(rca_drift_detected{signal="answers",entity="quiet",reference="before"})"), 0);
  EXPECT_EQ(value_of(R"(rca_drift_enough_data{signal="answers",entity="quiet",reference="before"})"), 1);
  EXPECT_GT(value_of(R"(rca_drift_distribution_ratio{signal="answers",entity="moved",reference="before",)"
                     R"(distribution="current",le="128"})"),
            0.4);
}

}  // namespace
}  // namespace exporter_test
