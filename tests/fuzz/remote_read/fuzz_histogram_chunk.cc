// The first byte says which encoding; what decodes must make sensible series.
#include <array>
#include <cstddef>
#include <cstdint>
#include <string_view>

#include "remote_read/histogram_chunk.h"
#include "remote_read/histogram_series.h"
#include "tests/fuzz/remote_read/checking_sink.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using remote_read::HistogramEncoding;
  if (size == 0) return 0;
  const auto encoding = data[0] % 2 == 0 ? HistogramEncoding::integer : HistogramEncoding::floating;
  const std::string_view chunk(reinterpret_cast<const char*>(data) + 1, size - 1);
  std::array<remote_read::Query, 1> query;
  query[0].start_ms = -1'000'000'000'000;
  query[0].end_ms = 2'000'000'000'000;
  remote_read::HistogramSamples samples;
  constexpr std::size_t kMaxBuckets = 100'000;
  if (!remote_read::decode_histogram_chunk(encoding, chunk, query[0].start_ms, query[0].end_ms, kMaxBuckets, samples)
           .ok()) {
    return 0;
  }
  require(samples.buckets.size() <= kMaxBuckets);
  remote_read::ReadUsage usage(remote_read::fuzz_limits());
  remote_read::CheckingSink sink(query);
  remote_read::DecodeStats stats;
  samples.sort_and_merge();
  const auto given = remote_read::give_histograms(0, {{"__name__", "x"}}, samples, usage, stats, sink);
  require(!given.ok() || sink.samples() == stats.samples);
  return 0;
}
