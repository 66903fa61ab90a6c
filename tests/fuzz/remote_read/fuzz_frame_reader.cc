// The stream, fed in pieces whose size the first byte says, must come to the same as fed at once.
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "remote_read/frame_reader.h"
#include "tests/fuzz/remote_read/require.h"

namespace {

struct Outcome {
  std::vector<std::string> payloads;
  std::string error;

  friend bool operator==(const Outcome&, const Outcome&) = default;
};

Outcome read(std::string_view stream, std::size_t piece) {
  constexpr std::size_t kMaxFrameBytes = 1 << 12;
  Outcome outcome;
  remote_read::FrameReader reader(kMaxFrameBytes, [&outcome](std::string_view payload) {
    require(payload.size() <= kMaxFrameBytes);
    outcome.payloads.emplace_back(payload);
    return rca::Result<void>();
  });
  rca::Result<void> status;
  for (std::size_t i = 0; i < stream.size() && status.ok(); i += piece) status = reader.feed(stream.substr(i, piece));
  if (status.ok()) status = reader.finish();
  if (!status.ok()) outcome.error = status.error().message;
  require(reader.frames() == outcome.payloads.size());
  return outcome;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size == 0) return 0;
  const std::string_view stream(reinterpret_cast<const char*>(data) + 1, size - 1);
  require(read(stream, 1 + data[0]) == read(stream, stream.size() + 1));
  return 0;
}
