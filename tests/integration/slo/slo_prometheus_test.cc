// The exporter's sums over remote read against PromQL's increase() on the same data of a real Prometheus.
#include <gtest/gtest.h>

#include <cmath>
#include <map>
#include <nlohmann/json.hpp>

#include "exporter/pipeline/slo_book.h"
#include "exporter/signals/catalog.h"
#include "rca_core/stats/random.h"
#include "tests/support/http.h"
#include "tests/support/server.h"

namespace exporter {
namespace {

constexpr std::int64_t kScrapeMs = 15'000;
constexpr std::int64_t kEndMs = 1'795'305'600'000;  // a whole day
constexpr std::int64_t kDays = 4;

// Two replicas with traffic that comes and goes: errors are rare but for one hour, one replica restarts twice a day,
// and scrapes are missing now and then.
std::string history() {
  std::map<std::string, std::string> families;
  rca::Random random(7);
  for (const char* pod : {"a", "b"}) {
    std::map<std::string, double> counters;
    for (std::int64_t t = kEndMs - kDays * kDayMs; t <= kEndMs; t += kScrapeMs) {
      if (*pod == 'b' && t % (kDayMs / 2) == 0) counters.clear();
      const double day = static_cast<double>(t % kDayMs) / static_cast<double>(kDayMs);
      const double requests = std::floor(20 + 15 * std::sin(6.28 * day) + 10 * random.uniform());
      const bool bad_hour = t > kEndMs - 20 * kHourMs && t <= kEndMs - 19 * kHourMs;
      const double failed = std::floor(requests * (bad_hour ? 0.2 : 0.02 * random.uniform()));
      counters["api_total{code=\"200\""] += requests - failed;
      counters["api_total{code=\"500\""] += failed;
      counters["api_seconds_bucket{le=\"0.5\""] += std::floor(requests * 0.95);
      counters["api_seconds_bucket{le=\"+Inf\""] += requests;
      counters["api_seconds_count{x=\"\""] += requests;
      // A signal of the catalogue, without which there is nothing to evaluate.
      if (t > kEndMs - kHourMs) {
        families["vllm:num_requests_running"] +=
            std::string("vllm:num_requests_running{pod=\"") + pod + "\"} 1 " + std::to_string(t / 1000) + "\n";
      }
      if (random.uniform() < 0.01) continue;
      for (const auto& [series, value] : counters) {
        families[series.substr(0, series.find('{'))] +=
            series + ",pod=\"" + pod + "\"} " + std::to_string(value) + " " + std::to_string(t / 1000) + "\n";
      }
    }
  }
  std::string out;
  for (const auto& [name, lines] : families) out.append("# TYPE ").append(name).append(" unknown\n").append(lines);
  return out + "# EOF\n";
}

double promql(const std::string& base, const std::string& query) {
  const auto answer = test_support::http_get(base + "/api/v1/query?query=" + test_support::url_escape(query) +
                                             "&time=" + std::to_string(kEndMs / 1000));
  if (!answer.ok() || answer->status != 200) return std::nan("");
  const auto json = nlohmann::json::parse(answer->body);
  const auto& result = json["data"]["result"];
  return result.empty() ? std::nan("") : std::stod(result[0]["value"][1].get<std::string>());
}

Config config_for(const std::string& base) {
  const ConfigResult result = parse_config("sources: [{url: '" + base + R"(/api/v1/read', name: prom}]
evaluation: {step: 15s, window: 30m, normal_window: 10m, anomalous_window: 10m}
catalog: {exporters: [vllm]}
slos:
  - {name: errors, objective: 0.98, budget_window: 4d, sli: {events: {bad: 'api_total{code="500"}', total: api_total}}}
  - {name: answers, objective: 0.98, budget_window: 4d, sli: {events: {good: 'api_total{code="200"}', total: api_total}}}
  - {name: fast, objective: 0.9, budget_window: 4d, sli: {histogram: {metric: api_seconds, le: 0.5}}}
)",
                                           "rca.yml");
  EXPECT_EQ(to_string(result.diagnostics), "");
  return *result.config;
}

TEST(SloAgainstPromql, TheSameDataGiveTheSameNumbers) {
  const auto started = test_support::start_prometheus_with_history(history());
  ASSERT_TRUE(started.ok()) << started.error().message;
  const test_support::Server& prometheus = **started;

  const Config config = config_for(prometheus.url());
  CatalogResult catalog = load_catalog(config);
  ASSERT_TRUE(catalog.catalog) << to_string(catalog.diagnostics);
  const auto resolver =
      std::make_shared<const Resolver>(std::move(*Resolver::create(std::move(*catalog.catalog), config)));
  Sources sources = std::move(*Sources::create(config));
  auto book = std::move(*SloBook::create(config, resolver, true));
  SignalStore store(config, resolver, rca::RangeSemantics::closed);
  ASSERT_TRUE(store.update(kEndMs, sources, {}).ok());
  const auto done = book->update(kEndMs, store, sources, {});
  ASSERT_TRUE(done.ok()) << done.error().message;
  for (int i = 0; i < 100 && !book->complete(); ++i) book->read_back(sources, kEndMs, {});
  ASSERT_TRUE(book->complete());

  const std::vector<SloStatus> status = book->status(kEndMs);
  ASSERT_EQ(status.size(), 3U);
  for (std::size_t i = 0; i < kBurnWindows.size(); ++i) {
    const std::string window = "[" + std::string(kBurnWindows[i].name) + "]))";
    const double errors = 1 - promql(prometheus.url(), "sum(increase(api_total{code=\"500\"}" + window +
                                                           " / sum(increase(api_total" + window);
    const double fast = promql(prometheus.url(), "sum(increase(api_seconds_bucket{le=\"0.5\"}" + window +
                                                     " / sum(increase(api_seconds_count" + window);
    // The edges of a range are extrapolated there and cut here: one of the 20 intervals of 5 minutes can tip the scale.
    const double tolerance = i == 0 ? 2e-3 : i == 1 ? 5e-4 : 1e-4;
    EXPECT_NEAR(status[0].windows[i].sli, errors, tolerance) << kBurnWindows[i].name;
    EXPECT_NEAR(status[1].windows[i].sli, errors, tolerance) << kBurnWindows[i].name;
    EXPECT_NEAR(status[2].windows[i].sli, fast, tolerance) << kBurnWindows[i].name;
    EXPECT_NEAR(status[0].windows[i].coverage, 1, 0.05) << kBurnWindows[i].name;
  }
  const double remaining = promql(
      prometheus.url(), "1 - sum(increase(api_total{code=\"500\"}[4d])) / sum(increase(api_total[4d])) / (1 - 0.98)");
  EXPECT_NEAR(status[0].remaining, remaining, 1e-3);
  EXPECT_NEAR(status[0].budget.coverage, 1, 1e-3);
  EXPECT_GT(remaining, 0);
  EXPECT_LT(remaining, 0.9);
}

}  // namespace
}  // namespace exporter
