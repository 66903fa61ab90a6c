#include "exporter/incident/alertmanager_webhook.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace exporter {
namespace {

// As Alertmanager 0.25 sends it.
constexpr const char* kMessage = R"({
  "receiver": "rca", "status": "firing",
  "alerts": [
    {"status": "firing",
     "labels": {"alertname": "SlowTokens", "slo": "itl", "severity": "critical"},
     "annotations": {"summary": "Tokens are slow", "runbook_url": "https://example.org/r"},
     "startsAt": "2026-11-22T07:30:00.5Z", "endsAt": "0001-01-01T00:00:00Z",
     "generatorURL": "http://prometheus:9090/graph", "fingerprint": "0a1b2c3d4e5f6071"},
    {"status": "resolved", "labels": {"alertname": "Other"}, "annotations": {},
     "startsAt": "2026-11-22T07:00:00Z", "endsAt": "2026-11-22T07:20:00Z", "generatorURL": "", "fingerprint": "ff"}
  ],
  "groupLabels": {"alertname": "SlowTokens"}, "commonLabels": {}, "commonAnnotations": {},
  "externalURL": "http://alertmanager:9093", "version": "4", "groupKey": "{}:{}", "truncatedAlerts": 0})";

std::string error_of(const std::string& body) {
  const auto parsed = parse_alertmanager_webhook(body);
  return parsed.ok() ? "no error" : parsed.error().message;
}

std::string with_alert(const std::string& alert) {
  return R"({"version":"4","alerts":[)" + alert + "]}";
}

TEST(AlertmanagerWebhook, ReadsWhatAlertmanagerSends) {
  const auto parsed = parse_alertmanager_webhook(kMessage);
  ASSERT_TRUE(parsed.ok()) << parsed.error().message;
  ASSERT_EQ(parsed->size(), 2U);
  const Alert& first = (*parsed)[0];
  EXPECT_EQ(first.name, "SlowTokens");
  EXPECT_TRUE(first.firing);
  EXPECT_EQ(rca::to_string(first.labels), R"({alertname="SlowTokens",severity="critical",slo="itl"})");
  EXPECT_EQ(rca::label_value(first.annotations, "summary"), "Tokens are slow");
  EXPECT_EQ(first.starts_ms, 1795332600500);
  EXPECT_EQ(first.ends_ms, 0);
  EXPECT_EQ(first.fingerprint, "0a1b2c3d4e5f6071");
  EXPECT_EQ(first.generator_url, "http://prometheus:9090/graph");
  EXPECT_FALSE((*parsed)[1].firing);
  EXPECT_EQ((*parsed)[1].ends_ms, 1795332000000);
}

TEST(AlertmanagerWebhook, MakesAFingerprintFromTheLabels) {
  const auto a = parse_alertmanager_webhook(with_alert(R"({"status":"firing","labels":{"alertname":"A","x":"1"}})"));
  const auto b = parse_alertmanager_webhook(with_alert(R"({"status":"resolved","labels":{"x":"1","alertname":"A"}})"));
  const auto c = parse_alertmanager_webhook(with_alert(R"({"status":"firing","labels":{"alertname":"A","x":"2"}})"));
  ASSERT_TRUE(a.ok() && b.ok() && c.ok());
  EXPECT_EQ(a->front().fingerprint.size(), 16U);
  EXPECT_EQ(a->front().fingerprint, b->front().fingerprint);
  EXPECT_NE(a->front().fingerprint, c->front().fingerprint);
  EXPECT_EQ(a->front().starts_ms, 0);
}

TEST(AlertmanagerWebhook, NamesTheFieldThatIsWrong) {
  EXPECT_EQ(error_of("[]"), "the body: must be an object, not an array");
  EXPECT_EQ(error_of(R"({"alerts":[]})"), "version: is missing");
  EXPECT_EQ(error_of(R"({"version":4,"alerts":[]})"), "version: must be a string, not a number");
  EXPECT_EQ(error_of(R"({"version":"3","alerts":[]})"),
            "version: must be \"4\", Alertmanager's webhook format since 0.6");
  EXPECT_EQ(error_of(R"({"version":"4"})"), "alerts: is missing");
  EXPECT_EQ(error_of(R"({"version":"4","alerts":{}})"), "alerts: must be an array, not an object");
  EXPECT_EQ(error_of(with_alert("null")), "alerts[0]: must be an object, not null");
  EXPECT_EQ(error_of(with_alert("{}")), "alerts[0].status: is missing");
  EXPECT_EQ(error_of(with_alert(R"({"status":"on"})")), "alerts[0].status: must be \"firing\" or \"resolved\"");
  EXPECT_EQ(error_of(with_alert(R"({"status":"firing"})")), "alerts[0].labels.alertname: is missing");
  EXPECT_EQ(error_of(with_alert(R"({"status":"firing","labels":[]})")),
            "alerts[0].labels: must be an object, not an array");
  EXPECT_EQ(error_of(with_alert(R"({"status":"firing","labels":{"alertname":1}})")),
            "alerts[0].labels.alertname: must be a string, not a number");
  EXPECT_EQ(error_of(with_alert(R"({"status":"firing","labels":{"alertname":"A","":"x"}})")),
            "alerts[0].labels: holds an entry without a name");
  EXPECT_THAT(error_of(with_alert(R"({"status":"firing","labels":{"alertname":"A"},"startsAt":"x"})")),
              testing::StartsWith("alerts[0].startsAt: 'x' is neither"));
  EXPECT_EQ(error_of("{\"version\":"), "the body is not valid JSON (at byte 12)");
}

TEST(AlertmanagerWebhook, IsBounded) {
  const std::string alert = R"({"status":"firing","labels":{"alertname":"A"}})";
  std::string many = alert;
  for (std::size_t i = 0; i < kMaxAlerts; ++i) many += "," + alert;
  std::string wide = R"({"status":"firing","labels":{"alertname":"A")";
  for (std::size_t i = 0; i < kMaxAlertLabels; ++i) wide += ",\"l" + std::to_string(i) + "\":\"\"";
  const std::string longer =
      R"({"status":"firing","labels":{"alertname":")" + std::string(kMaxAlertTextBytes + 1, 'a') + "\"}}";
  for (const std::string& body : {with_alert(many), with_alert(wide + "}}"), with_alert(longer)}) {
    const auto parsed = parse_alertmanager_webhook(body);
    ASSERT_FALSE(parsed.ok());
    EXPECT_EQ(parsed.error().kind, rca::ErrorKind::limit);
  }
}

}  // namespace
}  // namespace exporter
