// The support library itself: every other integration test stands on it.
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <signal.h>

#include "tests/support/http.h"
#include "tests/support/process.h"
#include "tests/support/server.h"
#include "tests/support/temp_dir.h"

namespace test_support {
namespace {

TEST(TempDir, IsRemovedWithItsFiles) {
  std::string path;
  {
    const TempDir dir;
    path = dir.write("a/b", "text");
    EXPECT_EQ(read_text(path), "text");
  }
  EXPECT_FALSE(std::filesystem::exists(path));
}

TEST(RunCommand, GivesExitCodeAndOutput) {
  const auto result =
      run_command({.argv = {"sh", "-c", "echo out; echo err >&2; exit 3"}, .env = {}, .directory = {}, .log_file = {}});
  ASSERT_TRUE(result.ok());
  EXPECT_EQ(result->exit_code, 3);
  EXPECT_EQ(result->output, "out\nerr\n");
}

TEST(RunCommand, NamesAMissingProgram) {
  const auto result = run_command({.argv = {"no-such-program"}, .env = {}, .directory = {}, .log_file = {}});
  ASSERT_FALSE(result.ok());
  EXPECT_EQ(result.error().kind, rca::ErrorKind::not_found);
}

TEST(Process, StopsWhatIgnoresSigterm) {
  const TempDir dir;
  auto process = Process::start({.argv = {"sh", "-c", "trap '' TERM; echo ready; while :; do sleep 1; done"},
                                 .env = {},
                                 .directory = {},
                                 .log_file = dir.file("log")});
  ASSERT_TRUE(process.ok());
  ASSERT_TRUE(wait_until([&] { return (*process)->output() == "ready\n"; }));
  EXPECT_TRUE((*process)->running());
  (*process)->stop(std::chrono::milliseconds(100));
  EXPECT_EQ((*process)->exit_code(), 128 + SIGKILL);
}

TEST(Server, QuotesWhatAFailingServerWrote) {
  const auto server = start_prometheus("nonsense: true\n");
  ASSERT_FALSE(server.ok());
  EXPECT_THAT(server.error().message, testing::HasSubstr("field nonsense not found"));
}

TEST(Server, StartsPrometheusAndRestartsIt) {
  auto server = start_prometheus("global:\n  scrape_interval: 1s\n");
  ASSERT_TRUE(server.ok()) << server.error().message;
  const std::string url = (*server)->url() + "/api/v1/status/buildinfo";
  const auto response = http_get(url);
  ASSERT_TRUE(response.ok());
  EXPECT_EQ(response->status, 200);
  EXPECT_EQ(response->headers.at("content-type"), "application/json");
  (*server)->process().kill();
  EXPECT_FALSE(http_get(url).ok());
  ASSERT_TRUE((*server)->restart().ok());
  EXPECT_TRUE(http_get(url).ok());
}

TEST(Server, StartsAlertmanager) {
  const auto server = start_alertmanager("route:\n  receiver: none\nreceivers:\n  - name: none\n");
  ASSERT_TRUE(server.ok()) << server.error().message;
}

TEST(Server, StartsNginx) {
  const auto server = start_nginx("server { listen 127.0.0.1:@PORT@; location / { return 200 \"hello\"; } }");
  ASSERT_TRUE(server.ok()) << server.error().message;
  EXPECT_EQ(http_get((*server)->url() + "/")->body, "hello");
}

TEST(Server, StartsInfluxdb) {
  const auto server = start_influxdb();
  ASSERT_TRUE(server.ok()) << server.error().message;
  EXPECT_EQ(http_get((*server)->url() + "/ping")->status, 204);
}

}  // namespace
}  // namespace test_support
