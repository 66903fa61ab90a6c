// A whole body of type SAMPLES: a snappy block with a message in it.
#include <array>
#include <cstddef>
#include <cstdint>
#include <string_view>

#include "remote_read/sample_response.h"
#include "tests/fuzz/remote_read/checking_sink.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const remote_read::Limits limits = remote_read::fuzz_limits();
  const auto plain = remote_read::snappy_decompress({reinterpret_cast<const char*>(data), size}, limits.max_bytes);
  if (!plain.ok()) return 0;
  require(plain->size() <= limits.max_bytes);
  std::array<remote_read::Query, 1> queries;
  queries[0].end_ms = 2'000'000'000'000;
  remote_read::ReadUsage usage(limits);
  remote_read::CheckingSink sink(queries);
  const auto decoded = remote_read::decode_sample_response(*plain, queries, 0, usage, sink);
  require(!decoded.ok() || decoded->samples == sink.samples());
  return 0;
}
