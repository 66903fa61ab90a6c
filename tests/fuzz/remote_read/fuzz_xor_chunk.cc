// A chunk decodes to strictly increasing times, as many as it says, or to an error and nothing.
#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <string_view>

#include "remote_read/xor_chunk.h"
#include "tests/fuzz/remote_read/require.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view chunk(reinterpret_cast<const char*>(data), size);
  remote_read::SampleBuffer out;
  if (remote_read::decode_xor_chunk(chunk, out).ok()) {
    const auto times = out.view().times;
    require(out.size() == *remote_read::xor_chunk_size(chunk));
    require(std::adjacent_find(times.begin(), times.end(), std::greater_equal<>()) == times.end());
  } else {
    require(out.empty());
  }
  return 0;
}
