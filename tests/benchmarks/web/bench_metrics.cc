// /metrics for 10,000 output series: what publishing costs once per evaluation, and what a scrape costs, alone and
// while evaluations are published without a pause.
#include <benchmark/benchmark.h>

#include <atomic>
#include <thread>

#include "exporter/web/metrics_page.h"
#include "exporter/web/server.h"
#include "tests/support/http.h"

namespace exporter {
namespace {

constexpr int kSeries = 10'000;

Snapshot large_snapshot() {
  Snapshot snapshot;
  snapshot.evaluations = 1;
  snapshot.top_k = 10;
  for (int i = 0; i < kSeries / 2; ++i) {
    const std::string entity = "llm-raycluster-h7k2p-ray-replicas-" + std::to_string(i / 50);
    const std::string signal = "signal_role_" + std::to_string(i % 50);
    snapshot.anomalies.push_back({entity, signal, 0.123456789 * i});
    snapshot.peers.push_back({"falcon-h1-7b-instruct", entity, signal, -0.987654321 * i});
  }
  return snapshot;
}

void BM_Families(benchmark::State& state) {
  const Snapshot snapshot = large_snapshot();
  for (auto _ : state) benchmark::DoNotOptimize(snapshot_families(snapshot, build_labels()));
}
BENCHMARK(BM_Families)->Unit(benchmark::kMillisecond);

// Once per evaluation, on the evaluation's thread.
void BM_PublishPage(benchmark::State& state) {
  const Snapshot snapshot = large_snapshot();
  for (auto _ : state) benchmark::DoNotOptimize(MetricsPage::create(snapshot, build_labels()));
  const auto page = MetricsPage::create(snapshot, build_labels());
  state.counters["bytes"] = static_cast<double>(page->size());
  state.counters["gzip_bytes"] = static_cast<double>(page->gzip()->size());
}
BENCHMARK(BM_PublishPage)->Unit(benchmark::kMillisecond);

// What a scrape costs besides the socket.
void BM_PlainBody(benchmark::State& state) {
  const auto page = MetricsPage::create(large_snapshot(), build_labels());
  for (auto _ : state) benchmark::DoNotOptimize(page->plain());
}
BENCHMARK(BM_PlainBody)->Unit(benchmark::kMicrosecond);

void BM_GzipBody(benchmark::State& state) {
  const auto page = MetricsPage::create(large_snapshot(), build_labels());
  for (auto _ : state) benchmark::DoNotOptimize(page->gzip());
}
BENCHMARK(BM_GzipBody)->Unit(benchmark::kMicrosecond);

// A whole scrape over a socket, connection included. Argument: 1 while another thread publishes evaluations all the
// time.
void scrape(benchmark::State& state, const std::vector<std::string>& headers, const std::string& user_password) {
  WebOptions options;
  options.listen_address = "127.0.0.1:0";
  // bcrypt of "secret" with cost 10, as `htpasswd -B -C 10` makes it.
  if (!user_password.empty())
    options.auth.users["alice"] = "$2y$10$abcdefghijklmnopqrstuuqflPDzB6gcMhKa1rZqKiun2YGL5sa2u";
  auto server = WebServer::start(options, {}, {});
  if (!server.ok()) {
    state.SkipWithError(server.error().message.c_str());
    return;
  }
  const auto snapshot = std::make_shared<const Snapshot>(large_snapshot());
  (*server)->publish(snapshot);
  std::atomic<bool> stop{state.range(0) == 0};
  std::thread evaluation([&] {
    while (!stop) (*server)->publish(snapshot);
  });
  test_support::HttpRequest request;
  request.url = "http://" + (*server)->address() + "/metrics";
  request.headers = headers;
  request.user_password = user_password;
  benchmark::DoNotOptimize(test_support::http(request));  // the first one pays bcrypt
  for (auto _ : state) {
    const auto response = test_support::http(request);
    if (!response.ok() || response->status != 200) state.SkipWithError("the scrape failed");
  }
  stop = true;
  evaluation.join();
}
void BM_Scrape(benchmark::State& state) {
  scrape(state, {}, "");
}
void BM_ScrapeGzip(benchmark::State& state) {
  scrape(state, {"Accept-Encoding: gzip"}, "");
}
void BM_ScrapeGzipAuthenticated(benchmark::State& state) {
  scrape(state, {"Accept-Encoding: gzip"}, "alice:secret");
}
BENCHMARK(BM_Scrape)->Arg(0)->Arg(1)->ArgName("evaluating")->UseRealTime()->Unit(benchmark::kMillisecond);
BENCHMARK(BM_ScrapeGzip)->Arg(0)->Arg(1)->ArgName("evaluating")->UseRealTime()->Unit(benchmark::kMillisecond);
BENCHMARK(BM_ScrapeGzipAuthenticated)->Arg(0)->ArgName("evaluating")->UseRealTime()->Unit(benchmark::kMillisecond);

}  // namespace
}  // namespace exporter
