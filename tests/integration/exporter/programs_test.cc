// The programs as a user runs them, on the history of a real Prometheus.
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <signal.h>

#include <chrono>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <memory>
#include <nlohmann/json.hpp>

#include "tests/integration/exporter/planted_incident.h"
#include "tests/integration/remote_read/raw_server.h"
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
using testing::Not;

std::string program(const std::string& name) {
  return std::string(std::getenv("RCA_BIN_DIR")) + "/" + name;
}

test_support::CommandResult run(std::vector<std::string> argv) {
  auto result = test_support::run_command({.argv = std::move(argv), .env = {}, .directory = {}, .log_file = {}});
  EXPECT_TRUE(result.ok()) << result.error().message;
  return result.ok() ? *result : test_support::CommandResult{-1, ""};
}

// One Prometheus for all tests; its history ends after now, so that cycles to come find samples as well.
class Programs : public testing::Test {
 public:
  static void SetUpTestSuite() {
    const std::int64_t now =
        std::chrono::duration_cast<std::chrono::seconds>(std::chrono::system_clock::now().time_since_epoch()).count();
    incident_ = {now - 2400, now + 1200, now - 400, 2};
    auto prometheus = test_support::start_prometheus_with_history(openmetrics(incident_));
    ASSERT_TRUE(prometheus.ok()) << prometheus.error().message;
    prometheus_ = std::move(prometheus).value();
  }
  static void TearDownTestSuite() { prometheus_.reset(); }

 protected:
  std::string config(const std::string& extra = "") {
    return dir_.write("rca.yml", config_for(prometheus_->url(), extra));
  }

  test_support::CommandResult analyze(std::int64_t start_s, std::int64_t end_s, std::vector<std::string> more = {}) {
    std::vector<std::string> argv{program("rcatool"), "analyze", "--config.file=" + config(),
                                  "--start=" + std::to_string(start_s), "--end=" + std::to_string(end_s)};
    argv.insert(argv.end(), more.begin(), more.end());
    return run(std::move(argv));
  }

  std::unique_ptr<Process> start_exporter(const std::string& config_file) {
    port_ = test_support::free_port();
    auto process = Process::start({.argv = {program("rca_exporter"), "--config.file=" + config_file,
                                            "--web.listen-address=127.0.0.1:" + std::to_string(port_)},
                                   .env = {},
                                   .directory = dir_.path(),
                                   .log_file = dir_.file("exporter.log")});
    EXPECT_TRUE(process.ok());
    return std::move(process).value();
  }
  [[nodiscard]] std::string metrics() const {
    const auto answer = test_support::http_get("http://127.0.0.1:" + std::to_string(port_) + "/metrics");
    return answer.ok() ? answer->body : "";
  }
  bool wait_for_metric(const std::string& text) {
    return test_support::wait_until([&] { return metrics().find(text) != std::string::npos; });
  }
  // The label `incident` of the open incident.
  [[nodiscard]] std::string open_incident() const {
    const std::string text = metrics();
    const std::string mark = "rca_incident_info{incident=\"";
    const std::size_t at = text.find(mark);
    if (at == std::string::npos) return "";
    return text.substr(at + mark.size(), text.find('"', at + mark.size()) - at - mark.size());
  }

  static PlantedIncident incident_;            // NOLINT(cert-err58-cpp)
  static std::unique_ptr<Server> prometheus_;  // NOLINT(cert-err58-cpp)
  test_support::TempDir dir_;
  int port_ = 0;
};
PlantedIncident Programs::incident_;
std::unique_ptr<Server> Programs::prometheus_;

TEST_F(Programs, AnalyzeFindsThePlantedCulprit) {
  const auto result = analyze(incident_.start_s + 300, incident_.onset_s + 300, {"--format=json"});
  ASSERT_EQ(result.exit_code, 0) << result.output;
  const auto report = nlohmann::json::parse(result.output);
  EXPECT_EQ(report["incident"]["slo"], "e2e");
  EXPECT_EQ(report["incident"]["answer"]["entity"], "replica-2");
  EXPECT_EQ(report["incident"]["answer_method"], "consensus");
  for (const auto& ranking : report["incident"]["rankings"]) {
    EXPECT_EQ(ranking["entities"][0]["entity"], "replica-2") << ranking["method"];
  }
  EXPECT_EQ(report["root_cause"]["entity"], "replica-2");
  EXPECT_EQ(report["root_cause"]["fault_class"], "compute_saturation");
  EXPECT_THAT(report["problem_statement"].get<std::string>(), HasSubstr("p95 end to end latency of m rose from "));
  EXPECT_THAT(report["problem_statement"].get<std::string>(), HasSubstr("those served by replica-2"));
  EXPECT_EQ(report["findings"][0]["role"], "root_cause");
  EXPECT_FALSE(report["whys"].empty());
  EXPECT_FALSE(report["actions"].empty());
  EXPECT_GT(report["error_budget"]["consumed_ratio"], 0);
}

TEST_F(Programs, CheckTelemetrySaysWhatIsMissing) {
  const auto result = run({program("rcatool"), "check", "telemetry", "--config.file=" + config()});
  EXPECT_EQ(result.exit_code, 2) << result.output;  // nothing of this service is traced
  EXPECT_THAT(result.output, HasSubstr(" gaps in "));
}

TEST_F(Programs, AnalyzePrintsATableAndMarkdown) {
  const auto table = analyze(incident_.start_s + 300, incident_.onset_s + 300, {"--methods=nsigma,baro"});
  ASSERT_EQ(table.exit_code, 0) << table.output;
  EXPECT_THAT(table.output, HasSubstr("p95 end to end latency of "));
  EXPECT_THAT(table.output, HasSubstr("Root cause\n----------\nreplica-2: Compute saturation"));
  EXPECT_THAT(table.output, HasSubstr("nsigma *"));
  EXPECT_THAT(table.output, HasSubstr("gpu_clock of replica-2 fell from"));
  EXPECT_THAT(table.output, Not(HasSubstr("peer_deviation")));
  const auto markdown = analyze(incident_.start_s + 300, incident_.onset_s + 300, {"--format=md"});
  ASSERT_EQ(markdown.exit_code, 0) << markdown.output;
  EXPECT_THAT(markdown.output, HasSubstr("## Root cause\n\n**replica-2: Compute saturation"));
}

TEST_F(Programs, AnalyzeTakesAnOnset) {
  const auto result = analyze(incident_.start_s + 300, incident_.onset_s + 20,
                              {"--onset=" + std::to_string(incident_.onset_s), "--format=json"});
  ASSERT_EQ(result.exit_code, 0) << result.output;
  EXPECT_EQ(nlohmann::json::parse(result.output)["incident"]["answer"]["entity"], "replica-2");
}

TEST_F(Programs, AnalyzeSaysWhenNothingWasBroken) {
  const auto result = analyze(incident_.start_s + 300, incident_.onset_s - 60);
  EXPECT_EQ(result.exit_code, 2);
  EXPECT_THAT(result.output, HasSubstr("no objective was broken from "));
}

TEST_F(Programs, AnalyzeSaysWhatToDoWhenTheWindowBeginsTooLate) {
  const auto result = analyze(incident_.onset_s + 120, incident_.onset_s + 300);
  EXPECT_EQ(result.exit_code, 1);
  EXPECT_THAT(result.output, HasSubstr("the objective of e2e is broken from the start of the window on"));
  EXPECT_THAT(result.output, HasSubstr("let the window begin earlier"));
}

TEST_F(Programs, AnalyzeNamesMistakes) {
  const auto expect_error = [&](const test_support::CommandResult& result, const std::string& text) {
    EXPECT_EQ(result.exit_code, 1) << result.output;
    EXPECT_THAT(result.output, HasSubstr(text));
  };
  expect_error(analyze(200, 100), "the window ends at 1970-01-01T00:01:40Z, which is not after its start");
  expect_error(analyze(100, 2'000'000), "the window has ");
  expect_error(analyze(incident_.start_s, incident_.end_s, {"--onset=yesterday"}), "--onset: ");
  expect_error(analyze(incident_.start_s, incident_.end_s, {"--onset=1"}), "is outside the window");
  expect_error(analyze(incident_.start_s, incident_.end_s, {"--methods=magic"}), "magic");
  expect_error(analyze(incident_.start_s, incident_.end_s, {"--format=xml"}), "--format");
  expect_error(analyze(incident_.start_s, incident_.end_s, {"--frobnicate"}), "--frobnicate");
  expect_error(analyze(1'000'000, 1'003'600), "the sources gave no sample");
  expect_error(run({program("rcatool"), "analyze", "--config.file=/nowhere.yml", "--start=1", "--end=2"}),
               "/nowhere.yml");
}

TEST_F(Programs, CheckShowsAllMistakesWithFileAndLine) {
  EXPECT_EQ(run({program("rcatool"), "check", "config", config()}).exit_code, 0);
  const std::string bad = dir_.write("bad.yml", "sources: []\nevaluation: {interval: soon}\nbogus: 1\n");
  const auto result = run({program("rcatool"), "check", "config", bad});
  EXPECT_EQ(result.exit_code, 1);
  for (const char* line : {"bad.yml:1", "bad.yml:2", "bad.yml:3"}) EXPECT_THAT(result.output, HasSubstr(line));
  const std::string catalog = dir_.write("cat.yml", "version: 1\nexporter: x\nsignals:\n  - role: a\n    kind: goge\n");
  const auto checked = run({program("rcatool"), "check", "catalog", catalog});
  EXPECT_EQ(checked.exit_code, 1);
  EXPECT_THAT(checked.output, HasSubstr("cat.yml:5"));
}

TEST_F(Programs, ListAndVersions) {
  const auto methods = run({program("rcatool"), "methods"});
  EXPECT_EQ(methods.exit_code, 0);
  for (const char* name : {"nsigma", "baro", "peer_deviation"}) EXPECT_THAT(methods.output, HasSubstr(name));
  const auto json = run({program("rcatool"), "methods", "--format=json"});
  EXPECT_THAT(json.output, HasSubstr("\"name\": \"nsigma\""));
  EXPECT_EQ(run({program("rcatool"), "methods", "--format=xml"}).exit_code, 1);
  EXPECT_THAT(run({program("rcatool"), "--version"}).output, HasSubstr("rcatool, version "));
  EXPECT_THAT(run({program("rca_exporter"), "--version"}).output, HasSubstr("rca_exporter, version "));
  EXPECT_EQ(run({program("rcatool")}).exit_code, 1);
}

TEST_F(Programs, PageOfTheMethodsIsCurrent) {
  std::ifstream file(std::filesystem::path(std::getenv("RCA_SOURCE_DIR")) / "docs" / "methods.md");
  const std::string page{std::istreambuf_iterator<char>(file), {}};
  EXPECT_EQ(run({program("rcatool"), "methods", "--format=md"}).output, page)
      << "make it again: rcatool methods --format=md >docs/methods.md";
}

TEST_F(Programs, PageOfTheRootCausesIsCurrent) {
  std::ifstream file(std::filesystem::path(std::getenv("RCA_SOURCE_DIR")) / "docs" / "root-causes.md");
  const std::string page{std::istreambuf_iterator<char>(file), {}};
  EXPECT_EQ(run({program("rcatool"), "causes", "--format=md"}).output, page)
      << "make it again: rcatool causes --format=md >docs/root-causes.md";
  EXPECT_THAT(run({program("rcatool"), "causes"}).output, HasSubstr("memory_exhaustion"));
  EXPECT_THAT(run({program("rcatool"), "causes", "--format=json"}).output, HasSubstr("\"name\": \"retry_storm\""));
}

TEST_F(Programs, ExporterRefusesWhatItDoesNotKnow) {
  const auto flag = run({program("rca_exporter"), "--web.listen-adress=:1"});
  EXPECT_EQ(flag.exit_code, 1);
  EXPECT_THAT(flag.output, HasSubstr("--web.listen-adress"));
  const std::string bad = dir_.write("bad.yml", "sources: []\nbogus: 1\n");
  const auto config = run({program("rca_exporter"), "--config.file=" + bad, "--web.listen-address=127.0.0.1:0"});
  EXPECT_EQ(config.exit_code, 1);
  EXPECT_THAT(config.output, HasSubstr("bad.yml:1"));
  EXPECT_THAT(config.output, HasSubstr("bad.yml:2"));
  EXPECT_EQ(run({program("rca_exporter"), "--log.level=loud"}).exit_code, 1);
}

TEST_F(Programs, AnIncidentIsPublishedAndSurvivesKill) {
  const std::string file = config();
  auto exporter = start_exporter(file);
  ASSERT_TRUE(wait_for_metric("rca_incident_active{slo=\"e2e\"} 1")) << metrics() << exporter->output();
  ASSERT_TRUE(wait_for_metric("rca_root_cause_rank{"));
  const std::string incident = open_incident();
  ASSERT_FALSE(incident.empty()) << metrics();
  const std::string rank =
      "rca_root_cause_rank{incident=\"" + incident + "\",method=\"peer_deviation\",entity=\"replica-2\"} 1";
  EXPECT_THAT(metrics(), HasSubstr(rank));
  const std::string of = "{incident=\"" + incident + "\",";
  for (const char* family :
       {"rca_fault_class_probability", "rca_finding_role", "rca_finding_probability", "rca_why", "rca_action_verified",
        "rca_incident_error_budget_consumed_ratio", "rca_incident_recurrences"}) {
    EXPECT_THAT(metrics(), HasSubstr(family + of)) << family;
  }
  EXPECT_THAT(metrics(), HasSubstr("fault_class=\"compute_saturation\",entity=\"replica-2\"} 1"));
  const auto list = test_support::http_get("http://127.0.0.1:" + std::to_string(port_) + "/api/v1/incidents");
  ASSERT_TRUE(list.ok());
  EXPECT_THAT(list->body, HasSubstr(incident));
  exporter->kill();
  auto again = start_exporter(file);
  ASSERT_TRUE(wait_for_metric("rca_incident_active{slo=\"e2e\"} 1")) << again->output();
  EXPECT_EQ(open_incident(), incident);
  ASSERT_TRUE(wait_for_metric(rank)) << metrics();
  again->send_signal(SIGTERM);
  EXPECT_EQ(again->wait(test_support::kDefaultDeadline), 0);
}

TEST_F(Programs, ReloadBySignal) {
  auto exporter = start_exporter(config());
  ASSERT_TRUE(wait_for_metric("rca_config_last_reload_successful 1")) << exporter->output();
  config("bogus: 1\n");
  exporter->send_signal(SIGHUP);
  ASSERT_TRUE(wait_for_metric("rca_config_last_reload_successful 0")) << exporter->output();
  EXPECT_THAT(exporter->output(), HasSubstr("bogus"));
  config("incidents: {top_k: 3}\n");
  exporter->send_signal(SIGHUP);
  EXPECT_TRUE(wait_for_metric("rca_config_last_reload_successful 1")) << exporter->output();
  ASSERT_TRUE(wait_for_metric("rca_evaluation_last_successful 1")) << exporter->output();
}

TEST_F(Programs, TermEndsItWhileAReadHangs) {
  remote_read_test::RawServer source([](remote_read_test::Connection& c, int) { c.wait_for_close(); });
  const std::string file = dir_.write("rca.yml", "sources: [{name: s, url: \"" + source.url() + "\", timeout: 10m}]\n");
  auto exporter = start_exporter(file);
  ASSERT_TRUE(test_support::wait_until([&] { return source.connections() > 0; })) << exporter->output();
  exporter->send_signal(SIGTERM);
  EXPECT_EQ(exporter->wait(test_support::kDefaultDeadline), 0) << exporter->output();
}

}  // namespace
}  // namespace exporter_test
