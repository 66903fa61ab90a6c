// From the bytes of a streamed answer to an aligned Frame, on one core; and the memory of the history that is held.
// Figures: docs/performance.md.
#include <benchmark/benchmark.h>
#include <malloc.h>

#include <chrono>
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "exporter/metrics/process.h"
#include "exporter/pipeline/signal_store.h"
#include "exporter/signals/catalog.h"
#include "remote_read/chunked_decoder.h"
#include "remote_read/frame_reader.h"
#include "remote_read/read_usage.h"
#include "tests/support/remote_read/answers.h"
#include "tests/support/remote_read/xor_chunk_writer.h"

namespace exporter {
namespace {

constexpr std::int64_t kStepMs = 5000;
constexpr std::int64_t kPerChunk = 120;
constexpr std::int64_t kStart = 1'795'200'000'000;  // a multiple of a chunk's ten minutes

constexpr const char* kCatalog = R"(version: 1
exporter: bench
entity_labels: [pod]
signals:
  - role: load
    kind: gauge
    metrics: [load]
    unit: ratio
)";

// The frames of `series` gauges with `chunks` chunks of 120 samples each, the first of them number `first_chunk`.
std::string streamed_answer(int series, int chunks, int first_chunk = 0) {
  std::string body;
  for (int s = 0; s < series; ++s) {
    const rca::Labels labels{{"__name__", "load"}, {"instance", "10.0.0.1:9100"}, {"pod", "pod-" + std::to_string(s)}};
    std::vector<remote_read::testing::TestChunk> data;
    for (int c = first_chunk; c < first_chunk + chunks; ++c) {
      rca::Samples samples;
      for (std::int64_t i = 0; i < kPerChunk; ++i) {
        samples.push_back(kStart + (c * kPerChunk + i) * kStepMs, static_cast<double>((s * 7 + i * 13) % 64));
      }
      data.push_back({1, remote_read::testing::write_xor_chunk(samples.view())});
    }
    body += remote_read::testing::write_frame(remote_read::testing::chunked_payload(0, labels, data));
  }
  return body;
}

using Body = std::shared_ptr<std::string>;

// Decodes an answer that lies in memory, as the client does with what arrives.
class MemoryClient final : public remote_read::Client {
 public:
  explicit MemoryClient(Body body) : body_(std::move(body)) {}

  rca::Result<remote_read::ReadStats> read(std::span<const remote_read::Query> queries, remote_read::SeriesSink& sink,
                                           std::stop_token /*stop*/) override {
    remote_read::ReadUsage usage(options_.limits);
    remote_read::ChunkedDecoder decoder(queries, 0, usage, sink);
    sink.begin(0, queries.size());
    remote_read::FrameReader frames(options_.limits.max_frame_bytes,
                                    [&](std::string_view payload) { return decoder.decode(payload); });
    RCA_TRY(frames.feed(*body_));
    RCA_TRY(frames.finish());
    RCA_TRY(decoder.finish());
    return remote_read::ReadStats{};
  }
  rca::Result<remote_read::BuildInfo> build_info(std::stop_token /*stop*/) override {
    return remote_read::BuildInfo{"2.42.0", 2};
  }
  [[nodiscard]] const remote_read::EndpointOptions& options() const override { return options_; }

 private:
  Body body_;
  remote_read::EndpointOptions options_;
};

Sources memory_source(Body body) {
  std::vector<std::unique_ptr<remote_read::Client>> clients;
  clients.push_back(std::make_unique<MemoryClient>(std::move(body)));
  return Sources(std::move(clients));
}

Config bench_config(std::int64_t rows) {
  Config config;
  config.step = std::chrono::milliseconds(kStepMs);
  config.window = std::chrono::milliseconds(rows * kStepMs);
  return config;
}

std::shared_ptr<const Resolver> bench_resolver(const Config& config) {
  auto catalog = parse_catalog(kCatalog, "bench.yml");
  if (!catalog.catalog) return nullptr;
  auto resolver = Resolver::create(*catalog.catalog, config);
  return resolver.ok() ? std::make_shared<const Resolver>(std::move(resolver).value()) : nullptr;
}

// Each time a new store: labels are resolved, signals made, rings filled. `cold`: no memory that the allocator kept
// from the time before is used again, as in the first cycle of a process.
void frame_bytes_to_frame(benchmark::State& state, bool cold) {
  const auto series = static_cast<int>(state.range(0));
  const auto chunks = static_cast<int>(state.range(1));
  const std::int64_t rows = chunks * kPerChunk;
  const Config config = bench_config(rows);
  const auto resolver = bench_resolver(config);
  Sources sources = memory_source(std::make_shared<std::string>(streamed_answer(series, chunks)));
  HistoryOptions history;
  history.rows_per_read = rows;
  for (auto _ : state) {
    if (cold) {
      state.PauseTiming();
      malloc_trim(0);
      state.ResumeTiming();
    }
    SignalStore store(config, resolver, rca::RangeSemantics::closed, history);
    if (!store.update(kStart + (rows - 1) * kStepMs, sources, {}).ok()) state.SkipWithError("a read failed");
    const rca::Frame frame = store.frame(store.first_row(), *store.last_row());
    benchmark::DoNotOptimize(frame.values.data());
  }
  state.counters["samples/s"] = benchmark::Counter(
      static_cast<double>(state.iterations()) * series * static_cast<double>(rows), benchmark::Counter::kIsRate);
}
BENCHMARK_CAPTURE(frame_bytes_to_frame, cold, true)->Args({1000, 4})->Args({10000, 4})->Unit(benchmark::kMillisecond);
BENCHMARK_CAPTURE(frame_bytes_to_frame, warm, false)->Args({1000, 4})->Args({10000, 4})->Unit(benchmark::kMillisecond);

// A cycle of the daemon that holds 10,000 series × 1 hour: three new rows of 15 s and those of the overlap, out of the
// whole chunk in which they lie (a server gives no less), and then the frame of the whole hour.
void cycle(benchmark::State& state, bool with_frame) {
  constexpr int kSeries = 10'000;
  constexpr int kChunks = 6;
  constexpr std::int64_t kRowsPerCycle = 3;
  const Config config = bench_config(kChunks * kPerChunk);
  const auto resolver = bench_resolver(config);
  const auto body = std::make_shared<std::string>(streamed_answer(kSeries, kChunks));
  Sources sources = memory_source(body);
  SignalStore store(config, resolver, rca::RangeSemantics::closed);
  std::int64_t row = kChunks * kPerChunk - 1;
  if (!store.update(kStart + row * kStepMs, sources, {}).ok()) state.SkipWithError("the first read failed");
  *body = streamed_answer(kSeries, 1, kChunks);
  row += kPerChunk / 4;  // the overlap, too, lies in the new chunk
  if (!store.update(kStart + row * kStepMs, sources, {}).ok()) state.SkipWithError("the second read failed");
  for (auto _ : state) {
    row += kRowsPerCycle;
    if (!store.update(kStart + row * kStepMs, sources, {}).ok()) state.SkipWithError("a read failed");
    if (!with_frame) continue;
    const rca::Frame frame = store.frame(store.first_row(), *store.last_row());
    benchmark::DoNotOptimize(frame.values.data());
  }
}
// As many cycles as the chunk has rows for.
BENCHMARK_CAPTURE(cycle, rows_only, false)->Iterations(30)->Unit(benchmark::kMillisecond);
BENCHMARK_CAPTURE(cycle, with_frame, true)->Iterations(30)->Unit(benchmark::kMillisecond);

// 10,000 series × 1 hour at 5 s, as the daemon holds them after the first cycle; the answer's bytes are counted too.
void resident_memory(benchmark::State& state) {
  constexpr int kSeries = 10'000;
  constexpr int kChunks = 6;
  const Config config = bench_config(kChunks * kPerChunk);
  const auto resolver = bench_resolver(config);
  for (auto _ : state) {
    Sources sources = memory_source(std::make_shared<std::string>(streamed_answer(kSeries, kChunks)));
    SignalStore store(config, resolver, rca::RangeSemantics::closed);
    if (!store.update(kStart + (kChunks * kPerChunk - 1) * kStepMs, sources, {}).ok()) {
      state.SkipWithError("a read failed");
    }
    state.counters["resident MiB"] = read_process_stats().resident_bytes / (1024.0 * 1024.0);
    state.counters["series"] = static_cast<double>(store.series());
  }
}
BENCHMARK(resident_memory)->Iterations(1)->Unit(benchmark::kMillisecond);

}  // namespace
}  // namespace exporter
