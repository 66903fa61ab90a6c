// A real Alertmanager sends its webhook to a real server, and the tracker opens and closes an incident by it.
#include <gtest/gtest.h>

#include <chrono>
#include <ctime>
#include <mutex>

#include "exporter/incident/time_text.h"
#include "exporter/incident/tracker.h"
#include "exporter/web/server.h"
#include "tests/support/http.h"
#include "tests/support/server.h"
#include "tests/support/temp_dir.h"

namespace exporter {
namespace {

constexpr const char* kHash = "$2y$04$abcdefghijklmnopqrstuu2r9OfJnfCsdneAXAGHnS4UpFFP8WIrW";  // secret

std::int64_t now_ms() {
  return std::chrono::duration_cast<std::chrono::milliseconds>(std::chrono::system_clock::now().time_since_epoch())
      .count();
}

TEST(Alertmanager, ItsWebhookOpensAndClosesAnIncident) {
  if (!test_support::run_command({{"prometheus-alertmanager", "--version"}, {}, {}, {}}).ok()) {
    GTEST_SKIP() << "prometheus-alertmanager is not installed";
  }
  std::mutex mutex;
  IncidentTracker tracker({}, {});
  WebHandlers handlers;
  handlers.on_alerts = [&](const std::vector<Alert>& alerts) {
    const std::lock_guard lock(mutex);
    tracker.on_alerts(alerts, now_ms());
    return rca::Result<void>();
  };
  WebOptions options;
  options.listen_address = "127.0.0.1:0";
  options.auth.users = {{"alertmanager", kHash}};
  const auto web = WebServer::start(options, {}, handlers);
  ASSERT_TRUE(web.ok()) << web.error().message;

  const std::string config = test_support::replace_all(R"(route:
  receiver: rca
  group_wait: 0s
  group_interval: 1s
  repeat_interval: 1h
receivers:
  - name: rca
    webhook_configs:
      - url: http://127.0.0.1:WEBPORT/api/v1/alerts
        send_resolved: true
        http_config:
          basic_auth: {username: alertmanager, password: secret}
)",
                                                       "WEBPORT", std::to_string((*web)->port()));
  const auto alertmanager = test_support::start_alertmanager(config);
  ASSERT_TRUE(alertmanager.ok()) << alertmanager.error().message;

  const std::string start = format_time(now_ms() - 30'000);
  const auto post = [&](const std::string& ends) {
    const auto response = test_support::http_post(
        (*alertmanager)->url() + "/api/v2/alerts",
        R"([{"labels":{"alertname":"SlowTokens","severity":"critical"},"annotations":{"summary":"Tokens \"crawl\""},"startsAt":")" +
            start + "\"" + ends + "}]");
    ASSERT_TRUE(response.ok());
    ASSERT_EQ(response->status, 200) << response->body;
  };
  post("");
  ASSERT_TRUE(test_support::wait_until([&] {
    const std::lock_guard lock(mutex);
    return tracker.open_incidents().size() == 1;
  })) << (*alertmanager)->process().output();
  {
    const std::lock_guard lock(mutex);
    const Incident incident = tracker.incidents().front();
    EXPECT_EQ(incident.slo, "SlowTokens");
    EXPECT_EQ(incident.summary, "Tokens \"crawl\"");
    EXPECT_EQ(format_time(incident.onset_ms), start);
  }
  post(",\"endsAt\":\"" + format_time(now_ms() - 1000) + "\"");
  EXPECT_TRUE(test_support::wait_until([&] {
    const std::lock_guard lock(mutex);
    return tracker.open_incidents().empty();
  })) << (*alertmanager)->process().output();
  const std::lock_guard lock(mutex);
  EXPECT_EQ(tracker.incidents().size(), 1U);
}

}  // namespace
}  // namespace exporter
