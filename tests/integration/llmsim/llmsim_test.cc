// llmsim against the real thing: Prometheus scrapes it, promtool checks its text and makes blocks of its history.
#include <gtest/gtest.h>

#include <csignal>
#include <cstdlib>
#include <nlohmann/json.hpp>
#include <set>

#include "tests/support/http.h"
#include "tests/support/process.h"
#include "tests/support/server.h"
#include "tests/support/temp_dir.h"
#include "tests/support/wait.h"

namespace {

using test_support::http_get;

std::string llmsim_binary() {
  const char* folder = std::getenv("RCA_BIN_DIR");
  return folder == nullptr ? "llmsim" : std::string(folder) + "/llmsim";
}

test_support::CommandResult command(const std::vector<std::string>& argv) {
  auto result = test_support::run_command({.argv = argv, .env = {}, .directory = {}, .log_file = {}});
  EXPECT_TRUE(result.ok());
  return result.ok() ? *result : test_support::CommandResult{.exit_code = -1, .output = ""};
}

// A control port whose nine followers look free as well, below the range that outgoing connections take theirs from.
int free_base_port() {
  for (int attempt = 0; attempt < 100; ++attempt) {
    const int base = 20000 + 10 * (test_support::free_port() % 1000);
    bool all_free = true;
    for (int offset = 0; offset <= 9 && all_free; ++offset) all_free = !test_support::port_open(base + offset);
    if (all_free) return base;
  }
  return 0;
}

class LlmsimTest : public testing::Test {
 protected:
  void start(const std::vector<std::string>& options = {}) {
    // Another program can take one of the ports in between: then others are tried.
    bool ready = false;
    for (int attempt = 0; attempt < 5 && !ready; ++attempt) {
      base_ = free_base_port();
      std::vector<std::string> arguments = {llmsim_binary(), "serve", "--base-port=" + std::to_string(base_)};
      arguments.insert(arguments.end(), options.begin(), options.end());
      auto process = test_support::Process::start(
          {.argv = arguments, .env = {}, .directory = {}, .log_file = dir_.path() / "llmsim.log"});
      ASSERT_TRUE(process.ok()) << process.error().message;
      llmsim_ = std::move(*process);
      ASSERT_TRUE(test_support::wait_until([&] {
        const auto answer = http_get(url(0, "/-/ready"));
        ready = answer.ok() && answer->status == 200 && llmsim_->running();
        return ready || !llmsim_->running();
      })) << llmsim_->output();
    }
    ASSERT_TRUE(ready) << llmsim_->output();
  }

  [[nodiscard]] std::string url(int offset, const std::string& path) const {
    return "http://127.0.0.1:" + std::to_string(base_ + offset) + path;
  }

  nlohmann::json call(const std::string& method, const std::string& path, int expected_status) {
    test_support::HttpRequest request;
    request.url = url(0, path);
    request.method = method;
    const auto answer = test_support::http(request);
    EXPECT_TRUE(answer.ok());
    if (!answer.ok()) return {};
    EXPECT_EQ(answer->status, expected_status) << answer->body;
    return nlohmann::json::parse(answer->body, nullptr, false);
  }

  test_support::TempDir dir_;
  int base_ = 0;
  std::unique_ptr<test_support::Process> llmsim_;
};

nlohmann::json instant_query(const std::string& prometheus, const std::string& query) {
  const auto answer = http_get(prometheus + "/api/v1/query?query=" + test_support::url_escape(query));
  if (!answer.ok() || answer->status != 200) return nlohmann::json::array();
  const nlohmann::json parsed = nlohmann::json::parse(answer->body, nullptr, false);
  return parsed.is_discarded() ? nlohmann::json::array() : parsed["data"]["result"];
}

TEST_F(LlmsimTest, PrometheusScrapesEveryTargetAndSeesTheLabelsOfTheCluster) {
  start();
  const auto config =
      command({llmsim_binary(), "scrape-config", "--base-port=" + std::to_string(base_), "--scrape-interval=1s"});
  ASSERT_EQ(config.exit_code, 0);
  auto prometheus = test_support::start_prometheus(config.output);
  ASSERT_TRUE(prometheus.ok()) << prometheus.error().message;
  const std::string& server = (*prometheus)->url();
  const auto value = [&](const std::string& query) {
    const nlohmann::json result = instant_query(server, query);
    return result.size() == 1 ? std::stod(result[0]["value"][1].get<std::string>()) : -1;
  };
  int targets = 0;
  for (std::size_t at = 0; (at = config.output.find("- targets:", at)) != std::string::npos; ++at) ++targets;
  EXPECT_EQ(targets, 26);
  ASSERT_TRUE(test_support::wait_until([&] { return value("count(up == 1)") == targets; }))
      << instant_query(server, "up").dump(1);
  EXPECT_EQ(value("count(count by (container) (vllm:num_requests_running{namespace=\"ray\"}))"), 4);
  EXPECT_EQ(value("count(DCGM_FI_DEV_SM_CLOCK{exported_container=\"ray-replicas-1\",namespace=\"gpu-operator\"})"), 1);
  EXPECT_EQ(value("count(container_memory_working_set_bytes{container=\"ray-head\",node=\"gpu-node-0\"})"), 1);
  EXPECT_EQ(value("count(kube_pod_info{pod=\"nginx-proxy-6c9f7b7d4-x2x8k\",node=\"cpu-node-0\"})"), 1);
  EXPECT_EQ(value("count(count by (destination_workload) (istio_requests_total{source_workload=\"nginx-proxy\"}))"), 4);
  EXPECT_EQ(value("count(node_cpu_seconds_total{node=\"gpu-node-3\",mode=\"idle\"})"), 12);
  // It runs: about five requests a second.
  ASSERT_TRUE(test_support::wait_until([&] {
    const double rate = value("sum(rate(nginx_http_requests_total[10s]))");
    return rate > 3 && rate < 7;
  }));
}

TEST_F(LlmsimTest, FaultsComeAndGoThroughTheControlPort) {
  start({"--history=2m", "--history-file=" + dir_.file("past.om")});
  EXPECT_TRUE(call("GET", "/fault", 200)["faults"].empty());
  EXPECT_NE(call("POST", "/fault?type=gpx&target=ray-head", 400)["error"].get<std::string>().find("gpx"),
            std::string::npos);
  EXPECT_NE(call("POST", "/fault?type=gpu&target=nobody", 400)["error"].get<std::string>().find("nobody"),
            std::string::npos);
  EXPECT_TRUE(call("PUT", "/fault", 405).contains("error"));
  EXPECT_TRUE(call("GET", "/nothing", 404).contains("error"));
  const nlohmann::json injected = call("POST", "/fault?type=gpu&target=ray-replicas-1", 200)["faults"];
  ASSERT_EQ(injected.size(), 1U);
  EXPECT_EQ(injected[0]["target"], "ray-replicas-1");
  ASSERT_TRUE(test_support::wait_until([&] {
    const auto text = http_get(url(3, "/metrics/gpu-node-2"));
    return text.ok() && text->body.find("DCGM_FI_DEV_CLOCK_THROTTLE_REASONS{") != std::string::npos &&
           text->body.find("\"} 4\n") != std::string::npos;
  }));
  EXPECT_TRUE(call("DELETE", "/fault", 200)["faults"].empty());
  const nlohmann::json truth = call("GET", "/truth", 200)["faults"];
  ASSERT_EQ(truth.size(), 1U);
  EXPECT_GT(truth[0]["end"].get<double>(), truth[0]["start"].get<double>());
  // Counters continue from the past that was written.
  EXPECT_TRUE(test_support::read_text(dir_.file("past.om")).ends_with("# EOF\n"));
}

TEST_F(LlmsimTest, StopsCleanlyOnSignalsAndRefusesBusyPorts) {
  start();
  const auto second = command({llmsim_binary(), "serve", "--base-port=" + std::to_string(base_)});
  EXPECT_EQ(second.exit_code, 1);
  EXPECT_NE(second.output.find("cannot listen"), std::string::npos) << second.output;
  EXPECT_NE(second.output.find(std::to_string(base_)), std::string::npos) << second.output;
  llmsim_->send_signal(SIGINT);
  EXPECT_EQ(llmsim_->wait(std::chrono::seconds(10)), 0);
}

TEST(LlmsimCommandTest, MistakesExitWithOneAndSayWhatIsWrong) {
  const std::vector<std::pair<std::vector<std::string>, std::string>> cases = {
      {{"serve", "--bogus"}, "--bogus"},
      {{"serve", "--replicas=65"}, "65"},
      {{"serve", "--history=10m"}, "history-file"},
      {{"history", "--duration=soon", "--out=/dev/null"}, "soon"},
      {{"history", "--duration=1m"}, "--out"},
      {{"history", "--duration=1m", "--out=/no/such/folder/file"}, "/no/such/folder/file"},
      {{"history", "--duration=1m", "--out=/dev/null", "--fault=gpx,target=ray-head,at=5s,for=5s"}, "gpx"},
      {{"serve", "--exporters=vllm,nobody"}, "nobody"},
      {{}, "subcommand"}};
  for (const auto& [arguments, expected] : cases) {
    std::vector<std::string> argv = {llmsim_binary()};
    argv.insert(argv.end(), arguments.begin(), arguments.end());
    const auto result = command(argv);
    EXPECT_EQ(result.exit_code, 1) << expected;
    EXPECT_NE(result.output.find(expected), std::string::npos) << result.output;
  }
}

// Lint that the real exporters cause as well: their names are what they are.
bool real_exporters_do_it_too(const std::string& complaint) {
  for (const auto* part :
       {"should not contain ':'", "camelCase", "should have \"_total\" suffix", "should not have \"_total\" suffix",
        "should not have \"_count\" suffix", "abbreviated units", "use base unit", "should not include type"}) {
    if (complaint.find(part) != std::string::npos) return true;
  }
  return false;
}

TEST_F(LlmsimTest, PromtoolFindsNothingButTheNamesOfTheRealExporters) {
  start();
  for (const auto& [offset, path] : std::vector<std::pair<int, std::string>>{{1, "/metrics/ray-head"},
                                                                             {2, "/metrics/ray-head"},
                                                                             {3, "/metrics/gpu-node-0"},
                                                                             {4, "/metrics/cpu-node-0"},
                                                                             {5, "/metrics/gpu-node-3"},
                                                                             {6, "/metrics"},
                                                                             {7, "/metrics"},
                                                                             {8, "/metrics"},
                                                                             {9, "/metrics"}}) {
    const auto scrape = http_get(url(offset, path));
    ASSERT_TRUE(scrape.ok());
    ASSERT_EQ(scrape->status, 200) << offset;
    EXPECT_EQ(scrape->headers.at("content-type"), "text/plain; version=0.0.4; charset=utf-8");
    const std::string file = dir_.write("scrape", scrape->body);
    const auto check = command({"sh", "-c", "promtool check metrics < " + file});
    EXPECT_EQ(check.output.find("error"), std::string::npos) << check.output;
    std::size_t begin = 0;
    for (std::size_t end = check.output.find('\n'); end != std::string::npos;
         begin = end + 1, end = check.output.find('\n', begin)) {
      const std::string complaint = check.output.substr(begin, end - begin);
      EXPECT_TRUE(real_exporters_do_it_too(complaint)) << complaint;
    }
  }
}

TEST(LlmsimHistoryTest, PromtoolMakesBlocksThatPrometheusServes) {
  const test_support::TempDir dir;
  const auto written = command({llmsim_binary(), "history", "--duration=20m", "--start=2024-01-01T00:00:00Z",
                                "--step=15s", "--fault=gpu,target=ray-replicas-1,at=10m,for=10m",
                                "--exporters=vllm,dcgm,nginx", "--out=" + dir.file("h.om")});
  ASSERT_EQ(written.exit_code, 0) << written.output;
  const auto blocks =
      command({"promtool", "tsdb", "create-blocks-from", "openmetrics", dir.file("h.om"), dir.file("data")});
  ASSERT_EQ(blocks.exit_code, 0) << blocks.output;
  test_support::ServerOptions options;
  options.argv = {"prometheus", "--config.file=@DIR@/prometheus.yml", "--web.listen-address=127.0.0.1:@PORT@",
                  "--storage.tsdb.path=" + dir.file("data"), "--storage.tsdb.retention.time=100y"};
  options.files = {{"prometheus.yml", "global: {}\n"}};
  options.ready_path = "/-/ready";
  auto prometheus = test_support::start_server(options);
  ASSERT_TRUE(prometheus.ok()) << prometheus.error().message;
  const auto at = [&](const std::string& query, int minute) {
    const auto answer =
        http_get((*prometheus)->url() + "/api/v1/query?time=" + std::to_string(1704067200 + 60 * minute) +
                 "&query=" + test_support::url_escape(query));
    const nlohmann::json result = nlohmann::json::parse(answer.value().body)["data"]["result"];
    return result.size() == 1 ? std::stod(result[0]["value"][1].get<std::string>()) : -1;
  };
  EXPECT_EQ(at("count(up == 1)", 9), 9);
  EXPECT_EQ(at("DCGM_FI_DEV_SM_CLOCK{exported_container=\"ray-replicas-1\"}", 9), 1410);
  EXPECT_LT(at("DCGM_FI_DEV_SM_CLOCK{exported_container=\"ray-replicas-1\"}", 19), 1100);
  EXPECT_EQ(at("DCGM_FI_DEV_SM_CLOCK{exported_container=\"ray-replicas-2\"}", 19), 1410);
  const std::string slow =
      "rate(vllm:inter_token_latency_seconds_sum{container=\"ray-replicas-1\"}[5m]) / "
      "rate(vllm:inter_token_latency_seconds_count{container=\"ray-replicas-1\"}[5m])";
  EXPECT_GT(at(slow, 19), 1.25 * at(slow, 9));
  EXPECT_NEAR(at("sum(rate(nginx_http_requests_total[5m]))", 9), 5, 0.1);
}

}  // namespace
