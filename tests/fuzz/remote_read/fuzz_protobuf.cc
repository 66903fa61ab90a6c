// The first byte says whether the rest is one frame's payload, two of them, or a SAMPLES message.
#include <array>
#include <cstddef>
#include <cstdint>
#include <string_view>

#include "remote_read/chunked_decoder.h"
#include "remote_read/sample_response.h"
#include "tests/fuzz/remote_read/checking_sink.h"

namespace {

void decode_frames(std::string_view first, std::string_view second, std::span<const remote_read::Query> queries) {
  remote_read::ReadUsage usage(remote_read::fuzz_limits());
  remote_read::CheckingSink sink(queries);
  remote_read::ChunkedDecoder decoder(queries, 0, usage, sink);
  if (!decoder.decode(first).ok() || !decoder.decode(second).ok() || !decoder.finish().ok()) return;
  require(decoder.stats().series == sink.series() && decoder.stats().samples == sink.samples());
}

void decode_samples(std::string_view message, std::span<const remote_read::Query> queries) {
  remote_read::ReadUsage usage(remote_read::fuzz_limits());
  remote_read::CheckingSink sink(queries);
  const auto decoded = remote_read::decode_sample_response(message, queries, 0, usage, sink);
  require(!decoded.ok() || (decoded->series == sink.series() && decoded->samples == sink.samples()));
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size == 0) return 0;
  const std::string_view bytes(reinterpret_cast<const char*>(data) + 1, size - 1);
  std::array<remote_read::Query, 2> queries;
  queries[0].end_ms = 2'000'000'000'000;
  queries[1].start_ms = 100;
  queries[1].end_ms = 10'000;
  switch (data[0] % 3) {
    case 0: decode_frames(bytes, {}, queries); break;
    case 1: decode_frames(bytes.substr(0, bytes.size() / 2), bytes.substr(bytes.size() / 2), queries); break;
    default: decode_samples(bytes, std::span(queries).first(1)); break;
  }
  return 0;
}
