#include "exporter/web/router.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include "tests/unit/metrics/sample_snapshot.h"
#include "tests/unit/web/gunzip.h"

namespace exporter {
namespace {

using testing::HasSubstr;
using testing::Not;
using testing::StartsWith;

constexpr const char* kSecret = "$2y$04$abcdefghijklmnopqrstuu2r9OfJnfCsdneAXAGHnS4UpFFP8WIrW";
constexpr const char* kAlice = "Basic YWxpY2U6c2VjcmV0";  // alice:secret
constexpr const char* kAlert =
    R"({"version":"4","alerts":[{"status":"firing","labels":{"alertname":"A"}},{"status":"resolved","labels":{"alertname":"B"}}]})";

class RouterTest : public testing::Test {
 protected:
  // What the daemon would have been asked to do.
  std::vector<Alert> alerts;
  std::vector<rca::ChangeEvent> changes;
  int reloads = 0;
  rca::Result<void> outcome;
  std::optional<Incident> stored;

  std::unique_ptr<Router> make(WritePermissions permissions = {true, true}, WebConfig auth = {}) {
    WebHandlers handlers;
    handlers.reload = [this] {
      ++reloads;
      return outcome;
    };
    handlers.on_alerts = [this](std::vector<Alert> list) {
      alerts = std::move(list);
      return outcome;
    };
    handlers.on_changes = [this](std::vector<rca::ChangeEvent> list) {
      changes = std::move(list);
      return outcome;
    };
    handlers.find_incident = [this](const std::string& id) -> rca::Result<std::optional<Incident>> {
      return stored && stored->id == id ? stored : std::nullopt;
    };
    handlers.now_ms = [] { return std::int64_t{1795332700000}; };
    auto router = std::make_unique<Router>(std::move(auth), permissions, std::move(handlers));
    router->publish(std::make_shared<const Snapshot>(sample_snapshot()));
    return router;
  }

  static HttpRequest request(const std::string& method, const std::string& path, const std::string& body = "") {
    HttpRequest result;
    result.method = method;
    result.path = path.substr(0, path.find('?'));
    if (path.find('?') != std::string::npos) result.query = path.substr(path.find('?') + 1);
    result.host = "rca:9877";
    result.read_body = [body] { return rca::Result<std::string>(body); };
    return result;
  }
  static std::string header_of(const HttpResponse& response, const std::string& name) {
    for (const auto& [key, value] : response.headers) {
      if (key == name) return value;
    }
    return "";
  }
};

TEST_F(RouterTest, EveryRouteAnswers) {
  const auto router = make();
  for (const char* path :
       {"/", "/metrics", "/-/healthy", "/-/ready", "/api/v1/incidents", "/api/v1/incidents/itl-20261122T073000Z",
        "/api/v1/incidents/itl-20261122T073000Z/report", "/api/v1/incidents/itl-20261122T073000Z/report?format=json"}) {
    for (const char* method : {"GET", "HEAD"}) {
      const HttpResponse response = router->handle(request(method, path));
      EXPECT_EQ(response.status, 200) << path;
      EXPECT_FALSE(response.body.empty()) << path;
    }
  }
  EXPECT_EQ(router->handle(request("POST", "/-/reload")).status, 200);
  EXPECT_EQ(router->handle(request("PUT", "/-/reload")).status, 200);
  EXPECT_EQ(reloads, 2);
}

TEST_F(RouterTest, OtherMethodsAreNotAllowed) {
  const auto router = make();
  for (const auto& [method, path, allow] : {std::tuple("POST", "/metrics", "GET, HEAD"),
                                            {"DELETE", "/", "GET, HEAD"},
                                            {"GET", "/-/reload", "POST, PUT"},
                                            {"GET", "/api/v1/alerts", "POST"},
                                            {"PUT", "/api/v1/changes", "POST"},
                                            {"OPTIONS", "/api/v1/incidents", "GET, HEAD"},
                                            {"", "/", "GET, HEAD"},
                                            {"get", "/", "GET, HEAD"},
                                            {"GET, HEAD", "/", "GET, HEAD"}}) {
    const HttpResponse response = router->handle(request(method, path));
    EXPECT_EQ(response.status, 405) << method << path;
    EXPECT_EQ(header_of(response, "Allow"), allow);
  }
  EXPECT_EQ(reloads, 0);
}

TEST_F(RouterTest, UnknownPathsAreNotFound) {
  const auto router = make();
  for (const char* path : {"/metrics/", "/Metrics", "/api", "/api/v1/incidents/", "/api/v1/incidents/nobody",
                           "/api/v1/incidents//report", "/api/v2/alerts", "/-/quit", "", "/../etc/passwd"}) {
    EXPECT_EQ(router->handle(request("GET", path)).status, 404) << path;
  }
  const HttpResponse api = router->handle(request("GET", "/api/v1/incidents/no\"body"));
  EXPECT_EQ(api.content_type, "application/json");
  EXPECT_EQ(nlohmann::json::parse(api.body)["error"], "There is no incident 'no\"body'");
}

TEST_F(RouterTest, MetricsHaveTheirFormatAndCompression) {
  const auto router = make();
  HttpRequest plain = request("GET", "/metrics");
  const HttpResponse text = router->handle(plain);
  EXPECT_EQ(text.content_type, "text/plain; version=0.0.4; charset=utf-8");
  EXPECT_EQ(header_of(text, "Content-Encoding"), "");
  EXPECT_THAT(text.body, HasSubstr("rca_incident_active{slo=\"itl\"} 1\n"));
  plain.accept_encoding = "gzip";
  const HttpResponse compressed = router->handle(plain);
  EXPECT_EQ(header_of(compressed, "Content-Encoding"), "gzip");
  EXPECT_EQ(header_of(compressed, "Vary"), "Accept-Encoding");
  const auto unpacked = gunzip(compressed.body);
  ASSERT_TRUE(unpacked.has_value());
  EXPECT_THAT(*unpacked, HasSubstr("rca_incident_active{slo=\"itl\"} 1\n"));
}

TEST_F(RouterTest, IsReadyAfterTheFirstEvaluation) {
  Router router({}, {}, {});
  EXPECT_EQ(router.handle(request("GET", "/-/healthy")).status, 200);
  EXPECT_EQ(router.handle(request("GET", "/-/ready")).status, 503);
  EXPECT_EQ(router.handle(request("GET", "/metrics")).status, 200);
  EXPECT_EQ(router.handle(request("GET", "/")).status, 200);
  Snapshot snapshot;
  snapshot.evaluations = 1;
  router.publish(std::make_shared<const Snapshot>(snapshot));
  EXPECT_EQ(router.handle(request("GET", "/-/ready")).status, 200);
}

TEST_F(RouterTest, ListsIncidents) {
  const auto router = make();
  const auto list = [&](const char* path) {
    return nlohmann::json::parse(router->handle(request("GET", path)).body)["incidents"].size();
  };
  EXPECT_EQ(list("/api/v1/incidents"), 3U);
  EXPECT_EQ(list("/api/v1/incidents?state=open"), 1U);
  EXPECT_EQ(list("/api/v1/incidents?state=resolved"), 2U);
  EXPECT_EQ(router->handle(request("GET", "/api/v1/incidents?state=x")).status, 400);
  const auto sorted =
      nlohmann::json::parse(router->handle(request("GET", "/api/v1/incidents?sort=budget")).body)["incidents"];
  ASSERT_EQ(sorted.size(), 3U);
  EXPECT_GT(sorted[0]["budget_consumed_ratio"], 0);
  EXPECT_TRUE(sorted[2]["budget_consumed_ratio"].is_null());
  EXPECT_EQ(router->handle(request("GET", "/api/v1/incidents?sort=name")).status, 400);
}

TEST_F(RouterTest, ListsWhatIsToBeDone) {
  const auto router = make();
  router->publish(std::make_shared<const Snapshot>(sample_snapshot()));
  const auto actions = nlohmann::json::parse(router->handle(request("GET", "/api/v1/actions")).body)["actions"];
  ASSERT_FALSE(actions.empty());
  EXPECT_EQ(actions[0]["recurrence_budget_ratio"], 0.25);
  const HttpResponse page = router->handle(request("GET", "/"));
  EXPECT_THAT(page.body, HasSubstr("Corrective actions"));
  EXPECT_THAT(page.body, HasSubstr("<td>30d</td><td>75 %</td>"));
}

TEST_F(RouterTest, FindsStoredIncidentsToo) {
  const auto router = make();
  stored.emplace();
  stored->id = "old";
  stored->onset_ms = stored->detected_ms = stored->resolved_ms = 1000;
  EXPECT_EQ(nlohmann::json::parse(router->handle(request("GET", "/api/v1/incidents/old")).body)["id"], "old");
  const HttpResponse report = router->handle(request("GET", "/api/v1/incidents/old/report"));
  EXPECT_EQ(report.content_type, "text/markdown; charset=utf-8");
  EXPECT_THAT(report.body, StartsWith("# Incident old\n"));
  EXPECT_EQ(router->handle(request("GET", "/api/v1/incidents/old/report?format=pdf")).status, 400);
}

TEST_F(RouterTest, TakesAlertsAndChanges) {
  const auto router = make();
  const HttpResponse response = router->handle(request("POST", "/api/v1/alerts", kAlert));
  EXPECT_EQ(response.status, 200);
  EXPECT_EQ(response.body, "{\"accepted\":2}\n");
  ASSERT_EQ(alerts.size(), 2U);
  EXPECT_EQ(alerts[1].name, "B");
  EXPECT_EQ(router->handle(request("POST", "/api/v1/changes", R"({"kind":"scaling","entity":"e"})")).status, 200);
  ASSERT_EQ(changes.size(), 1U);
  EXPECT_EQ(changes[0].time_ms, 1795332700000);
}

TEST_F(RouterTest, BadBodiesAreTheClientsMistake) {
  const auto router = make();
  const HttpResponse bad = router->handle(request("POST", "/api/v1/alerts", R"({"version":"4","alerts":[{}]})"));
  EXPECT_EQ(bad.status, 400);
  EXPECT_EQ(nlohmann::json::parse(bad.body)["error"], "alerts[0].status: is missing");
  EXPECT_EQ(router->handle(request("POST", "/api/v1/changes", "x")).status, 400);
  HttpRequest large = request("POST", "/api/v1/changes");
  large.read_body = [] { return rca::Result<std::string>(rca::Error{rca::ErrorKind::limit, "too large"}); };
  EXPECT_EQ(router->handle(large).status, 413);
  large.read_body = [] { return rca::Result<std::string>(rca::Error{rca::ErrorKind::truncated, "cut"}); };
  EXPECT_EQ(router->handle(large).status, 400);
  EXPECT_TRUE(alerts.empty());
  EXPECT_TRUE(changes.empty());
}

TEST_F(RouterTest, FailuresOfTheDaemonAreItsOwn) {
  const auto router = make();
  outcome = rca::Error{rca::ErrorKind::io, "disk full"};
  EXPECT_EQ(router->handle(request("POST", "/api/v1/alerts", kAlert)).status, 503);
  outcome = rca::Error{rca::ErrorKind::invalid_argument, "rca.yml:3: slos: is empty"};
  const HttpResponse reload = router->handle(request("POST", "/-/reload"));
  EXPECT_EQ(reload.status, 500);
  EXPECT_THAT(reload.body, HasSubstr("rca.yml:3"));
}

TEST_F(RouterTest, WritingIsOffUnlessItIsAllowed) {
  const auto router = make({false, false});
  for (const char* path : {"/api/v1/alerts", "/api/v1/changes", "/-/reload"}) {
    HttpRequest post = request("POST", path, kAlert);
    post.read_body = [] {
      ADD_FAILURE() << "the body of a forbidden request was read";
      return rca::Result<std::string>(std::string());
    };
    const HttpResponse response = router->handle(post);
    EXPECT_EQ(response.status, 403) << path;
    EXPECT_THAT(response.body, HasSubstr("web.enable_"));
  }
  EXPECT_EQ(reloads, 0);
  router->set_permissions({false, true});
  EXPECT_EQ(router->handle(request("POST", "/-/reload")).status, 200);
  EXPECT_EQ(router->handle(request("POST", "/api/v1/alerts", kAlert)).status, 403);
}

TEST_F(RouterTest, UsersProtectEverythingButTheProbes) {
  const auto router = make({false, false}, WebConfig{{{"alice", kSecret}}});
  for (const char* path : {"/", "/metrics", "/api/v1/incidents", "/nothing", "/api/v1/alerts"}) {
    const HttpResponse response = router->handle(request("GET", path));
    EXPECT_EQ(response.status, 401) << path;
    EXPECT_THAT(header_of(response, "WWW-Authenticate"), StartsWith("Basic realm="));
    EXPECT_THAT(response.body, Not(HasSubstr("rca_")));
  }
  EXPECT_EQ(router->handle(request("GET", "/-/healthy")).status, 200);
  EXPECT_EQ(router->handle(request("GET", "/-/ready")).status, 200);
  HttpRequest known = request("POST", "/api/v1/alerts", kAlert);
  EXPECT_EQ(router->handle(known).status, 401);
  known.authorization = kAlice;
  EXPECT_EQ(router->handle(known).status, 200);
  HttpRequest reload = request("POST", "/-/reload");
  reload.authorization = kAlice;
  EXPECT_EQ(router->handle(reload).status, 200);
}

TEST_F(RouterTest, AnotherSiteCannotMakeABrowserWrite) {
  const auto router = make();
  HttpRequest post = request("POST", "/-/reload");
  for (const char* origin : {"http://evil.example", "null", "http://rca:9878", "rca:9877"}) {
    post.origin = origin;
    EXPECT_EQ(router->handle(post).status, 403) << origin;
  }
  post.origin = "http://rca:9877";
  EXPECT_EQ(router->handle(post).status, 200);
  EXPECT_EQ(reloads, 1);
}

TEST_F(RouterTest, TheLandingPageIsEscapedAndSelfContained) {
  const auto router = make();
  Snapshot snapshot = sample_snapshot();
  snapshot.incidents[0].slo = "<script>alert(1)</script>";
  snapshot.incidents[0].id = "a\"><b>";
  snapshot.incidents[0].rankings[0].entities[0].entity = "<img src=x>";
  router->publish(std::make_shared<const Snapshot>(snapshot));
  const HttpResponse page = router->handle(request("GET", "/"));
  EXPECT_EQ(page.content_type, "text/html; charset=utf-8");
  EXPECT_THAT(header_of(page, "Content-Security-Policy"), HasSubstr("default-src 'none'"));
  for (const char* bad : {"<script", "<img", "<b>", "http://", "https://"}) EXPECT_THAT(page.body, Not(HasSubstr(bad)));
  EXPECT_THAT(page.body, HasSubstr("&lt;script&gt;"));
  EXPECT_THAT(page.body, HasSubstr("href=\"api/v1/incidents/a%22%3E%3Cb%3E/report\""));
  EXPECT_THAT(page.body, HasSubstr("href=\"metrics\""));
  EXPECT_THAT(page.body, HasSubstr("Version "));
}

}  // namespace
}  // namespace exporter
