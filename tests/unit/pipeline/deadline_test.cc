#include "exporter/pipeline/deadline.h"

#include <arpa/inet.h>
#include <gtest/gtest.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <chrono>
#include <condition_variable>
#include <mutex>
#include <stop_token>
#include <string>

#include "exporter/pipeline/evaluator.h"

namespace exporter {
namespace {

using std::chrono::steady_clock;

void wait_for_stop(const std::stop_token& stop) {
  std::mutex mutex;
  std::condition_variable_any wake;
  std::unique_lock lock(mutex);
  wake.wait(lock, stop, [] { return false; });
}

TEST(Deadline, StopsAtItsTime) {
  const Deadline deadline({}, steady_clock::now() + std::chrono::milliseconds(20));
  wait_for_stop(deadline.token());
  EXPECT_TRUE(deadline.passed());
}

TEST(Deadline, StopsWithTheOuterStop) {
  std::stop_source outer;
  const Deadline deadline(outer.get_token(), steady_clock::now() + std::chrono::hours(1));
  EXPECT_FALSE(deadline.token().stop_requested());
  outer.request_stop();
  EXPECT_TRUE(deadline.token().stop_requested());
  EXPECT_FALSE(deadline.passed());
}

TEST(Deadline, OfAnOuterStopThatCameBefore) {
  std::stop_source outer;
  outer.request_stop();
  const Deadline deadline(outer.get_token(), steady_clock::now() + std::chrono::hours(1));
  EXPECT_TRUE(deadline.token().stop_requested());
  EXPECT_FALSE(deadline.passed());
}

// A server that takes connections and never answers.
class SilentServer {
 public:
  SilentServer() : socket_(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)) {
    sockaddr_in address = {};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    socklen_t size = sizeof address;
    auto* generic = static_cast<sockaddr*>(static_cast<void*>(&address));
    EXPECT_EQ(::bind(socket_, generic, size), 0);
    EXPECT_EQ(::listen(socket_, 16), 0);
    EXPECT_EQ(::getsockname(socket_, generic, &size), 0);
    port_ = ntohs(address.sin_port);
  }
  ~SilentServer() { ::close(socket_); }
  SilentServer(const SilentServer&) = delete;
  SilentServer& operator=(const SilentServer&) = delete;
  [[nodiscard]] int port() const { return port_; }

 private:
  int socket_;
  int port_ = 0;
};

// The source's own timeout is an hour: only the deadline can end the read.
TEST(Evaluator, AHistoryThatIsNotAnsweredDoesNotKeepIncidentsWaiting) {
  const SilentServer server;
  const ConfigResult parsed =
      parse_config("sources: [{name: silent, timeout: 1h, url: 'http://127.0.0.1:" + std::to_string(server.port()) +
                       "/api/v1/read'}]\nstore: {path: ':memory:'}\n",
                   "rca.yml");
  ASSERT_TRUE(parsed.config.has_value()) << to_string(parsed.diagnostics);
  const auto evaluator = Evaluator::create(*parsed.config);
  ASSERT_TRUE(evaluator.ok()) << evaluator.error().message;
  constexpr std::int64_t kNow = 1'795'332'600'000;
  const auto soon = [] { return steady_clock::now() + std::chrono::milliseconds(50); };
  EXPECT_TRUE((*evaluator)->follow_up(kNow, {}, soon()));
  EXPECT_EQ((*evaluator)->snapshot().drift_failures, 1U);
  EXPECT_EQ((*evaluator)->snapshot().spc_failures, 0U);
  // Drift waits before it tries again; the charts have their turn.
  EXPECT_TRUE((*evaluator)->follow_up(kNow + 1000, {}, soon()));
  EXPECT_EQ((*evaluator)->snapshot().drift_failures, 1U);
  EXPECT_EQ((*evaluator)->snapshot().spc_failures, 1U);
  // A stop from outside is no failure.
  std::stop_source stop;
  stop.request_stop();
  EXPECT_FALSE((*evaluator)->follow_up(kNow + 3'600'000, stop.get_token(), soon()));
  EXPECT_EQ((*evaluator)->snapshot().drift_failures, 1U);
}

}  // namespace
}  // namespace exporter
