// The configurations of deploy/tls as they are shipped, but for paths and ports: real nginx and real stunnel in front
// of a running server.
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <chrono>
#include <cstdlib>
#include <filesystem>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include "exporter/web/server.h"
#include "tests/integration/web/raw_http.h"
#include "tests/support/certificates.h"
#include "tests/support/http.h"
#include "tests/support/process.h"
#include "tests/support/server.h"
#include "tests/support/temp_dir.h"
#include "tests/unit/metrics/sample_snapshot.h"

namespace exporter {
namespace {

using test_support::HttpRequest;
using test_support::HttpResponse;
using test_support::replace_all;
using test_support::run_command;
using testing::HasSubstr;
using testing::Not;

constexpr const char* kSecret = "$2y$04$abcdefghijklmnopqrstuu2r9OfJnfCsdneAXAGHnS4UpFFP8WIrW";

class TlsFront : public testing::Test {
 protected:
  void SetUp() override {
    const auto made = [](const rca::Result<void>& result) { return result.ok() ? "" : result.error().message; };
    ASSERT_EQ(made(test_support::make_authority(dir_, "ca", "/CN=Test CA")), "");
    ASSERT_EQ(made(test_support::make_certificate(dir_, "ca", "tls", "/CN=localhost", "subjectAltName=IP:127.0.0.1")),
              "");
    ASSERT_EQ(
        made(test_support::make_certificate(dir_, "ca", "client", "/CN=prometheus", "extendedKeyUsage=clientAuth")),
        "");
    WebHandlers handlers;
    handlers.on_changes = [this](const std::vector<rca::ChangeEvent>& list) {
      const std::lock_guard lock(mutex_);
      changes_ += list.size();
      return rca::Result<void>();
    };
    WebOptions options;
    options.listen_address = "127.0.0.1:0";
    options.auth.users = {{"alice", kSecret}};
    auto started = WebServer::start(options, {}, handlers);
    ASSERT_TRUE(started.ok()) << started.error().message;
    server_ = std::move(started).value();
    server_->publish(std::make_shared<const Snapshot>(sample_snapshot()));
  }

  // A file of deploy/tls with this test's port, certificates and server.
  [[nodiscard]] std::string shipped(const std::string& name, const std::string& listen) const {
    const char* source = std::getenv("RCA_SOURCE_DIR");
    std::string text =
        test_support::read_text(std::filesystem::path(source == nullptr ? "." : source) / "deploy/tls" / name);
    text = replace_all(text, "/etc/rca_exporter/tls/", dir_.path().string() + "/");
    text = replace_all(text, "127.0.0.1:9877", server_->address());
    return replace_all(text, listen + "9878", listen + "127.0.0.1:@PORT@");
  }

  // What the installed nginx has as root, and this test has not: where it writes, and workers that may read here.
  void start_nginx(const std::string& config) {
    test_support::ServerOptions options;
    options.files["nginx.conf"] = replace_all(
        config, "http {",
        "http {\nclient_body_temp_path @DIR@/body; proxy_temp_path @DIR@/proxy; fastcgi_temp_path @DIR@/fastcgi; "
        "uwsgi_temp_path @DIR@/uwsgi; scgi_temp_path @DIR@/scgi;");
    options.argv = {
        "nginx",
        "-p",
        "@DIR@",
        "-c",
        "@DIR@/nginx.conf",
        "-g",
        std::string(geteuid() == 0 ? "user root; " : "") + "daemon off; pid @DIR@/nginx.pid; error_log stderr warn;"};
    start(options);
  }

  void start(test_support::ServerOptions options) {
    options.scheme = "https";
    auto started = test_support::start_server(options);
    ASSERT_TRUE(started.ok()) << started.error().message;
    front_ = std::move(started).value();
  }

  [[nodiscard]] rca::Result<HttpResponse> request(const std::string& path, const std::string& method = "GET",
                                                  const std::string& user_password = "alice:secret",
                                                  std::string body = "", std::vector<std::string> headers = {}) const {
    return test_support::http({front_->url() + path, method, std::move(headers), std::move(body), user_password,
                               dir_.file("ca.crt"), std::chrono::milliseconds(30'000)});
  }

  void expect_that_all_comes_through() {
    const auto metrics = request("/metrics");
    ASSERT_TRUE(metrics.ok()) << metrics.error().message;
    EXPECT_EQ(metrics->status, 200);
    EXPECT_THAT(metrics->body, HasSubstr("rca_incident_active{slo=\"itl\"} 1\n"));

    const auto unknown = request("/metrics", "GET", "");
    ASSERT_TRUE(unknown.ok()) << unknown.error().message;
    EXPECT_EQ(unknown->status, 401);
    EXPECT_THAT(unknown->headers.at("www-authenticate"), HasSubstr("Basic"));
    const auto wrong = request("/metrics", "GET", "alice:wrong");
    ASSERT_TRUE(wrong.ok()) << wrong.error().message;
    EXPECT_EQ(wrong->status, 401);
    EXPECT_EQ(request("/-/healthy", "GET", "")->status, 200);

    // More than a proxy holds in memory, and from a page that it served itself: it must not change the host.
    const std::string event = R"({"kind":"deployment","entity":"vllm"})" + std::string(100'000, ' ');
    const auto written =
        request("/api/v1/changes", "POST", "alice:secret", event,
                {"Content-Type: application/json", "Origin: https://127.0.0.1:" + std::to_string(front_->port())});
    ASSERT_TRUE(written.ok()) << written.error().message;
    EXPECT_EQ(written->status, 200) << written->body;
    const std::lock_guard lock(mutex_);
    EXPECT_EQ(changes_, 1U);
  }

  void expect_that_plain_http_is_refused() {
    const std::string answer = raw_exchange(static_cast<std::uint16_t>(front_->port()),
                                            "GET /-/healthy HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n");
    EXPECT_THAT(answer, Not(HasSubstr(" 200 ")));
  }

  // The curl program on /-/healthy: it prints the status.
  [[nodiscard]] rca::Result<test_support::CommandResult> curl(const std::vector<std::string>& more) const {
    std::vector<std::string> arguments = {
        "curl",     "-sS",       "--noproxy", "*",           "--cacert", dir_.file("ca.crt"),
        "--output", "/dev/null", "-w",        "%{http_code}"};
    arguments.insert(arguments.end(), more.begin(), more.end());
    arguments.push_back(front_->url() + "/-/healthy");
    return run_command({.argv = arguments, .env = {}, .directory = {}, .log_file = {}});
  }

  const test_support::TempDir dir_;
  std::unique_ptr<WebServer> server_;
  std::unique_ptr<test_support::Server> front_;
  std::mutex mutex_;
  std::size_t changes_ = 0;
};

TEST_F(TlsFront, Nginx) {
  start_nginx(shipped("nginx.conf", "listen "));
  ASSERT_NE(front_, nullptr);
  expect_that_all_comes_through();
  expect_that_plain_http_is_refused();
}

TEST_F(TlsFront, NginxWithClientCertificates) {
  // The lines that the file has in comments.
  std::string config = shipped("nginx.conf", "listen ");
  config = replace_all(config, "# ssl_client_certificate", "ssl_client_certificate");
  config = replace_all(config, "# ssl_verify_client", "ssl_verify_client");
  start_nginx(config);
  ASSERT_NE(front_, nullptr);
  const auto without = curl({});
  ASSERT_TRUE(without.ok()) << without.error().message;
  EXPECT_EQ(without->output, "400");
  const auto with = curl({"--cert", dir_.file("client.crt"), "--key", dir_.file("client.key")});
  ASSERT_TRUE(with.ok()) << with.error().message;
  EXPECT_EQ(with->output, "200");
}

TEST_F(TlsFront, Stunnel) {
  if (!run_command({{"stunnel", "-version"}, {}, {}, {}}).ok()) GTEST_SKIP() << "stunnel is not installed";
  test_support::ServerOptions options;
  options.files["stunnel.conf"] = shipped("stunnel.conf", "accept  = ");
  options.argv = {"stunnel", "@DIR@/stunnel.conf"};
  start(options);
  ASSERT_NE(front_, nullptr);
  expect_that_all_comes_through();
  expect_that_plain_http_is_refused();
}

}  // namespace
}  // namespace exporter
