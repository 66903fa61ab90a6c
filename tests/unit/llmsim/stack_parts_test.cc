// The parts of the full stack one by one.
#include <gtest/gtest.h>

#include <map>

#include "tests/testbed/llmsim/stack/disk.h"
#include "tests/testbed/llmsim/stack/gateway.h"
#include "tests/testbed/llmsim/stack/session_store.h"
#include "tests/testbed/llmsim/stack/tool_api.h"
#include "tests/testbed/llmsim/stack/vector_store.h"

namespace llmsim {
namespace {

HostProfile profile() {
  return {.node_cpus = 8,
          .cpu_limit = 4,
          .memory_limit = 16.0 * (1 << 30),
          .anon = 1e9,
          .hot_files = 1e8,
          .cold_files = 1.2e10,
          .background_cpus = 0};
}

// A calendar of what is planned.
struct Agenda {
  double now = 0;
  std::multimap<double, std::function<void()>> events;
  void at(double time, std::function<void()> what) { events.emplace(time, std::move(what)); }
  void run_until(double time) {
    while (!events.empty() && events.begin()->first <= time) {
      now = events.begin()->first;
      const auto what = std::move(events.begin()->second);
      events.erase(events.begin());
      what();
    }
    now = time;
  }
};

TEST(DiskTest, OperationsWaitInOrder) {
  Disk disk;
  disk.set_limits({.operations = 100, .bytes_per_second = 1e9});
  EXPECT_DOUBLE_EQ(disk.read(0, 10, 1e4), 0.1);
  EXPECT_DOUBLE_EQ(disk.read(0, 10, 1e4), 0.2) << "behind the first";
  EXPECT_DOUBLE_EQ(disk.read(5, 10, 1e4), 0.1) << "nobody is left";
  EXPECT_DOUBLE_EQ(disk.read(10, 1, 2e9), 2) << "bytes count as well";
  EXPECT_EQ(disk.read(20, 0, 0), 0);
  disk.set_stolen(0.5, 1);
  EXPECT_DOUBLE_EQ(disk.read(30, 10, 1e4), 0.2) << "half of it is somebody else's";
  EXPECT_DOUBLE_EQ(Disk().read(0, 1, 4096), Disk::kLatency) << "an idle volume has its latency";
}

TEST(SessionStoreTest, TheLeastRecentlyUsedGoFirst) {
  Host host(1, 1, profile());
  SessionStore store(host);
  for (std::uint64_t session = 1; session <= 5; ++session) EXPECT_FALSE(store.set(1, session, 1000).error);
  EXPECT_TRUE(store.get(2, 1).hit);
  store.set_max_memory(store.used_memory() - 1);
  EXPECT_FALSE(store.get(3, 2).hit) << "the one that nobody had asked for";
  EXPECT_TRUE(store.get(3, 1).hit);
  EXPECT_EQ(store.get(3, 5).tokens, 1000);
  EXPECT_EQ(store.counters().evicted, 1U);
  EXPECT_EQ(store.keys(), 4U);
}

TEST(SessionStoreTest, KeysExpire) {
  Host host(1, 1, profile());
  SessionStore store(host);
  store.set(0, 7, 100);
  EXPECT_TRUE(store.get(SessionStore::kTimeToLive - 1, 7).hit);
  EXPECT_FALSE(store.get(SessionStore::kTimeToLive + 1, 7).hit);
  EXPECT_EQ(store.counters().expired, 1U);
  EXPECT_EQ(store.keys(), 0U);
}

TEST(SessionStoreTest, WithoutEvictionWritesFail) {
  Host host(1, 1, profile());
  SessionStore store(host);
  store.set(0, 1, 1000);
  store.set_eviction(false);
  store.set_max_memory(store.used_memory() + 100);
  EXPECT_TRUE(store.set(1, 2, 1000).error);
  EXPECT_TRUE(store.get(1, 1).hit) << "what is there stays";
  EXPECT_FALSE(store.set(1, 1, 1000).error) << "the same size again fits";
  EXPECT_EQ(store.counters().write_errors, 1U);
}

TEST(ToolApiTest, TroubleIsOneTools) {
  ToolApi tools(1, {"a", "b", "c"});
  tools.set_trouble(1, {.error_ratio = 0.5, .slower = 1, .hang_ratio = 0.25});
  int errors[3] = {};
  int hangs = 0;
  for (int i = 0; i < 4000; ++i) {
    for (std::size_t tool = 0; tool < 3; ++tool) {
      const ToolApi::Reply reply = tools.call(tool);
      errors[tool] += reply.error ? 1 : 0;
      hangs += tool == 1 && reply.seconds > 1000 ? 1 : 0;
      EXPECT_EQ(reply.tokens == 0, reply.error);
    }
  }
  EXPECT_NEAR(errors[1], 3000, 120);
  EXPECT_NEAR(hangs, 1000, 120);
  EXPECT_LT(errors[0] + errors[2], 50);
}

TEST(VectorStoreTest, SearchesQueueWhenAllThreadsAreBusy) {
  Agenda agenda;
  Host host(1, 1, profile());
  Disk disk;
  VectorStore store(1, host, disk, [&](double time, std::function<void()> what) { agenda.at(time, std::move(what)); });
  int done = 0;
  for (int i = 0; i < 10; ++i) store.search(0, [&](bool error) { done += error ? 0 : 1; });
  EXPECT_EQ(store.active(), VectorStore::kThreads);
  EXPECT_EQ(store.queued(), 10U - VectorStore::kThreads);
  agenda.run_until(1);
  EXPECT_EQ(done, 10);
  EXPECT_EQ(store.active(), 0);
  EXPECT_EQ(store.counters().searches, 10U);
  EXPECT_GT(store.miss_ratio(), 0.2) << "half of the index is in memory";
  EXPECT_LT(store.miss_ratio(), 0.4);
  for (int i = 0; i < 1000; ++i) store.search(1, [&](bool error) { done += error ? 0 : 1; });
  agenda.run_until(100);
  EXPECT_GT(store.counters().rejected, 600U) << "the queue has an end";
  EXPECT_EQ(store.counters().searches + store.counters().rejected, 1010U);
  EXPECT_EQ(done, static_cast<int>(store.counters().searches));
}

class GatewayTest : public testing::Test {
 protected:
  GatewayTest()
      : host_(1, 1, profile()),
        gateway_(1, {1.0, 2.0}, host_,
                 {.at = [this](double time, std::function<void()> what) { agenda_.at(time, std::move(what)); },
                  .now = [this] { return agenda_.now; },
                  .admit = [](RequestAttributes&) { return true; },
                  .send = [this](std::shared_ptr<Attempt> attempt) { sent_.push_back(std::move(attempt)); },
                  .answer = [this](UserRequest&, Outcome outcome, double) { answers_.push_back(outcome); }}) {}

  std::shared_ptr<UserRequest> receive(std::size_t tenant = 0) {
    auto user = std::make_shared<UserRequest>();
    user->attributes.tenant = tenant;
    user->attributes.sent = agenda_.now;
    gateway_.receive(user);
    return user;
  }

  Agenda agenda_;
  Host host_;
  std::vector<std::shared_ptr<Attempt>> sent_;
  std::vector<Outcome> answers_;
  Gateway gateway_;
};

TEST_F(GatewayTest, FailedTriesAreRepeatedUpToTheLimit) {
  receive();
  for (std::size_t i = 0; i < 3; ++i) {
    ASSERT_EQ(sent_.size(), i + 1);
    gateway_.response(sent_[i], Outcome::model_failed, agenda_.now);
    agenda_.run_until(agenda_.now + 1);
  }
  EXPECT_EQ(sent_.size(), 3U) << "one try and two retries";
  EXPECT_EQ(answers_, std::vector{Outcome::model_failed});
  EXPECT_EQ(gateway_.counters().retry_limit_exceeded, 1U);
  EXPECT_EQ(gateway_.under_way(), 0U);
  EXPECT_EQ(gateway_.retries_under_way(), 0U);
}

TEST_F(GatewayTest, AnErrorOfTheApplicationIsNotRepeated) {
  receive();
  gateway_.response(sent_[0], Outcome::tool_failed, 0);
  agenda_.run_until(5);
  EXPECT_EQ(answers_, std::vector{Outcome::tool_failed});
  EXPECT_EQ(gateway_.counters().retries, 0U);
}

TEST_F(GatewayTest, TheBudgetBoundsRetriesUnderWay) {
  for (int i = 0; i < 10; ++i) receive();
  for (std::size_t i = 0; i < 10; ++i) gateway_.response(sent_[i], Outcome::overloaded, 0);
  agenda_.run_until(1);
  EXPECT_EQ(sent_.size(), 13U) << "three at least, whatever a fifth of what is under way";
  EXPECT_EQ(gateway_.retries_under_way(), 3U);
  EXPECT_EQ(gateway_.counters().retry_overflow, 7U);
  EXPECT_EQ(answers_.size(), 7U);
  for (std::size_t i = 10; i < 13; ++i) gateway_.response(sent_[i], Outcome::answered, agenda_.now);
  EXPECT_EQ(gateway_.retries_under_way(), 0U);
  EXPECT_EQ(gateway_.counters().retry_success, 3U);
}

TEST_F(GatewayTest, ATryThatHasBegunIsNotGivenUp) {
  gateway_.policy().try_timeout = 1;
  receive();
  gateway_.first_byte(*sent_[0], 0.5);
  agenda_.run_until(10);
  EXPECT_EQ(sent_.size(), 1U);
  EXPECT_EQ(gateway_.counters().try_timeouts, 0U);
  gateway_.response(sent_[0], Outcome::model_failed, 10);
  EXPECT_EQ(answers_, std::vector{Outcome::model_failed}) << "half an answer cannot be begun again";
  EXPECT_EQ(gateway_.counters().retries, 0U);
}

TEST_F(GatewayTest, SilentTriesTimeOutAndLateAnswersAreNobodys) {
  gateway_.policy().try_timeout = 1;
  receive();
  agenda_.run_until(1.5);
  ASSERT_EQ(sent_.size(), 2U);
  EXPECT_TRUE(sent_[0]->abandoned);
  gateway_.response(sent_[0], Outcome::answered, 1.5);
  EXPECT_TRUE(answers_.empty());
  gateway_.response(sent_[1], Outcome::answered, 1.5);
  EXPECT_EQ(answers_, std::vector{Outcome::answered});
  EXPECT_EQ(gateway_.counters().retry_success, 1U);
  agenda_.run_until(100);
  EXPECT_EQ(answers_.size(), 1U) << "the timeout of the whole finds it answered";
}

TEST_F(GatewayTest, BucketsAreOfTenants) {
  gateway_.policy().limit_factor = 1;
  gateway_.policy().limit_burst = 2;
  agenda_.run_until(10);
  for (int i = 0; i < 5; ++i) {
    receive(0);
    receive(1);
  }
  agenda_.run_until(11);
  EXPECT_EQ(gateway_.tenants()[0].hits, 5U);
  EXPECT_EQ(gateway_.tenants()[0].over_limit, 3U) << "one a second, for two seconds";
  EXPECT_EQ(gateway_.tenants()[1].over_limit, 1U) << "two a second, for two seconds";
  EXPECT_EQ(gateway_.counters().limited, 4U);
  EXPECT_EQ(answers_.size(), 4U);
  for (const Outcome outcome : answers_) EXPECT_EQ(outcome, Outcome::rate_limited);
}

}  // namespace
}  // namespace llmsim
