// How fast bytes become samples, on one core. Figures: docs/performance.md.
#include <benchmark/benchmark.h>

#include <cmath>
#include <cstdint>
#include <functional>
#include <random>
#include <string>
#include <vector>

#include "remote_read/chunked_decoder.h"
#include "remote_read/crc32c.h"
#include "remote_read/frame_reader.h"
#include "remote_read/xor_chunk.h"
#include "tests/support/remote_read/answers.h"
#include "tests/support/remote_read/xor_chunk_writer.h"

namespace remote_read {
namespace {

constexpr std::size_t kSamplesPerChunk = 120;  // what Prometheus cuts
constexpr std::int64_t kStart = 1'700'000'000'000;
constexpr std::int64_t kStep = 15'000;

using Pattern = std::function<double(std::mt19937_64&, std::size_t)>;

double constant(std::mt19937_64& /*random*/, std::size_t /*i*/) {
  return 42.5;
}
double counter(std::mt19937_64& /*random*/, std::size_t i) {
  return static_cast<double>(1000 + 7 * i);
}
double integer_gauge(std::mt19937_64& random, std::size_t /*i*/) {
  return static_cast<double>(random() % 64);
}
double random_double(std::mt19937_64& random, std::size_t /*i*/) {
  return std::uniform_real_distribution<double>(0, 1)(random);
}

// Several chunks, so that no branch predictor learns one by heart.
std::vector<std::string> make_chunks(std::size_t count, const Pattern& pattern, std::int64_t jitter) {
  std::mt19937_64 random(1);
  std::vector<std::string> chunks;
  for (std::size_t c = 0; c < count; ++c) {
    rca::Samples samples;
    for (std::size_t i = 0; i < kSamplesPerChunk; ++i) {
      std::int64_t time = kStart + static_cast<std::int64_t>(c * kSamplesPerChunk + i) * kStep;
      if (jitter > 0) time += static_cast<std::int64_t>(random() % static_cast<std::uint64_t>(jitter));
      samples.push_back(time, pattern(random, i));
    }
    chunks.push_back(testing::write_xor_chunk(samples.view()));
  }
  return chunks;
}

void count_samples(benchmark::State& state, std::size_t per_iteration) {
  state.counters["samples/s"] = benchmark::Counter(
      static_cast<double>(state.iterations()) * static_cast<double>(per_iteration), benchmark::Counter::kIsRate);
}

void xor_chunks(benchmark::State& state, const Pattern& pattern, std::int64_t jitter) {
  const std::vector<std::string> chunks = make_chunks(500, pattern, jitter);
  SampleBuffer out;
  for (auto _ : state) {
    for (const std::string& chunk : chunks) {
      out.clear();
      if (!decode_xor_chunk(chunk, out).ok()) state.SkipWithError("a chunk did not decode");
      benchmark::DoNotOptimize(out.view().values.data());
    }
  }
  count_samples(state, chunks.size() * kSamplesPerChunk);
}
BENCHMARK_CAPTURE(xor_chunks, constant, constant, 0);
BENCHMARK_CAPTURE(xor_chunks, counter, counter, 0);
BENCHMARK_CAPTURE(xor_chunks, integer_gauge, integer_gauge, 0);
BENCHMARK_CAPTURE(xor_chunks, random_doubles, random_double, 0);
BENCHMARK_CAPTURE(xor_chunks, counter_with_jitter, counter, 5);

void crc32c_of_frame(benchmark::State& state, const Crc32cImplementation& implementation) {
  const std::string payload(std::size_t{64} << 10, 'x');
  for (auto _ : state) benchmark::DoNotOptimize(implementation.function(payload));
  state.SetBytesProcessed(state.iterations() * static_cast<std::int64_t>(payload.size()));
  state.SetLabel(std::string(implementation.name));
}
void crc32c_best(benchmark::State& state) {
  crc32c_of_frame(state, crc32c_implementations().front());
}
void crc32c_portable(benchmark::State& state) {
  crc32c_of_frame(state, crc32c_implementations().back());
}
BENCHMARK(crc32c_best);
BENCHMARK(crc32c_portable);

class CountingSink : public SeriesSink {
 public:
  void begin(std::size_t /*first_query*/, std::size_t /*count*/) override {}
  rca::Result<void> on_samples(std::size_t /*query*/, const rca::Labels& /*labels*/, rca::SampleView samples) override {
    samples_ += samples.size();
    benchmark::DoNotOptimize(samples.values.data());
    return {};
  }
  [[nodiscard]] std::size_t samples() const { return samples_; }

 private:
  std::size_t samples_ = 0;
};

// The labels of a series of vLLM after a scrape through a PodMonitor.
rca::Labels labels(std::size_t number) {
  return {{"__name__", "vllm:generation_tokens_total"},
          {"container", "ray-replicas-" + std::to_string(number)},
          {"endpoint", "metrics"},
          {"engine", "0"},
          {"instance", "10.0.12.34:8000"},
          {"job", "vllm"},
          {"model_name", "falcon-h1-7b-instruct"},
          {"namespace", "ray"},
          {"pod", "llm-raycluster-h7k2p-ray-replicas-" + std::to_string(number) + "-worker-q4v7z"}};
}

// 500 series of four chunks (two hours at 15 s), one series a frame, arriving in pieces of 16 KiB as from a socket.
void frames_to_sink(benchmark::State& state, const Pattern& pattern) {
  constexpr std::size_t kSeries = 500;
  const std::vector<std::string> chunks = make_chunks(4 * kSeries, pattern, 0);
  std::string stream;
  for (std::size_t s = 0; s < kSeries; ++s) {
    std::vector<testing::TestChunk> of_series;
    for (std::size_t c = 0; c < 4; ++c) of_series.push_back({1, chunks[4 * s + c]});
    stream += testing::write_frame(testing::chunked_payload(0, labels(s), of_series));
  }
  Query query;
  query.start_ms = 0;
  query.end_ms = INT64_MAX;
  const std::vector<Query> queries = {query};
  constexpr std::size_t kSamples = 4 * kSeries * kSamplesPerChunk;
  for (auto _ : state) {
    ReadUsage usage{Limits{}};
    CountingSink sink;
    ChunkedDecoder decoder(queries, 0, usage, sink);
    FrameReader reader(Limits{}.max_frame_bytes,
                       [&decoder](std::string_view payload) { return decoder.decode(payload); });
    constexpr std::size_t kPiece = std::size_t{16} << 10;
    bool ok = true;
    for (std::size_t i = 0; i < stream.size(); i += kPiece) {
      ok = ok && reader.feed(std::string_view(stream).substr(i, kPiece)).ok();
    }
    ok = ok && reader.finish().ok() && decoder.finish().ok();
    if (!ok || sink.samples() != kSamples) state.SkipWithError("the stream did not decode");
  }
  count_samples(state, kSamples);
  state.SetBytesProcessed(state.iterations() * static_cast<std::int64_t>(stream.size()));
}
BENCHMARK_CAPTURE(frames_to_sink, constant, constant);
BENCHMARK_CAPTURE(frames_to_sink, counter, counter);
BENCHMARK_CAPTURE(frames_to_sink, integer_gauge, integer_gauge);
BENCHMARK_CAPTURE(frames_to_sink, random_doubles, random_double);

}  // namespace
}  // namespace remote_read
