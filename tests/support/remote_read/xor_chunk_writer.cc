#include "tests/support/remote_read/xor_chunk_writer.h"

#include <cstdint>

#include "tests/support/remote_read/bit_writer.h"

namespace remote_read::testing {
namespace {

void put_step_change(std::int64_t change, BitWriter& out) {
  if (change == 0) {
    out.put(0, 1);
  } else if (fits_shifted(change, 14)) {
    out.put(0b10, 2);
    out.put(static_cast<std::uint64_t>(change), 14);
  } else if (fits_shifted(change, 17)) {
    out.put(0b110, 3);
    out.put(static_cast<std::uint64_t>(change), 17);
  } else if (fits_shifted(change, 20)) {
    out.put(0b1110, 4);
    out.put(static_cast<std::uint64_t>(change), 20);
  } else {
    out.put(0b1111, 4);
    out.put(static_cast<std::uint64_t>(change), 64);
  }
}

}  // namespace

std::string chunk_count(std::size_t count) {
  return {static_cast<char>(static_cast<std::uint8_t>(count >> 8)),
          static_cast<char>(static_cast<std::uint8_t>(count))};
}

std::string write_xor_chunk(rca::SampleView samples) {
  BitWriter out(chunk_count(samples.size()));
  XorWriter value(samples.empty() ? 0 : samples.values[0]);
  std::uint64_t step = 0;
  for (std::size_t i = 0; i < samples.size(); ++i) {
    if (i == 0) {
      out.put_varint(samples.times[0]);
      out.put_double(samples.values[0]);
      continue;
    }
    const std::uint64_t next =
        static_cast<std::uint64_t>(samples.times[i]) - static_cast<std::uint64_t>(samples.times[i - 1]);
    if (i == 1) {
      out.put_uvarint(next);
    } else {
      put_step_change(static_cast<std::int64_t>(next - step), out);
    }
    step = next;
    value.put(samples.values[i], out);
  }
  return out.bytes();
}

}  // namespace remote_read::testing
