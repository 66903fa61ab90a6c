#include "remote_read/xor_chunk.h"

#include <algorithm>
#include <array>
#include <bit>
#include <cstddef>
#include <cstdint>

#include "remote_read/bits.h"
#include "remote_read/varint.h"

namespace remote_read {
namespace {

// Times stay within ±2^62 and steps below 2^46 ms (2,230 years): 65,535 steps then cannot overflow, and a step needs to
// be checked only where it changes.
constexpr std::int64_t kMaxTime = std::int64_t{1} << 62;
constexpr std::uint64_t kMaxStep = std::uint64_t{1} << 46;

// The most that one sample takes: 4 + 64 bits of time, 2 + 11 + 64 of value. Reading it touches 9 bytes more.
constexpr std::size_t kMaxSampleBytes = 19;
constexpr std::size_t kReadAhead = 32;
static_assert(kReadAhead > kMaxSampleBytes + 9);

struct State {
  const char* data = nullptr;
  std::size_t position = 0;  // in bits
  std::uint64_t time = 0;    // unsigned: a step that makes no sense is found out only after it was taken
  std::uint64_t step = 0;
  std::uint64_t value = 0;
  unsigned width = 64;  // of the meaningful bits of a changed value
  unsigned shift = 0;   // zeros behind them
  bool sane = true;
};

bool step_is_sane(std::uint64_t step) {
  return step - 1 < kMaxStep;
}

// Reads a change of the step, whose first bit is known to be 1.
void read_step(State& s) {
  const std::uint64_t window = peek57(s.data, s.position);
  const auto ones = static_cast<unsigned>(std::countl_one(window));
  if (ones >= 4) {
    s.step += peek64(s.data, s.position + 4);
    s.position += 4 + 64;
  } else {
    const unsigned bits = 11 + 3 * ones;  // 14, 17 or 20
    s.step += static_cast<std::uint64_t>(shifted_signed((window << (ones + 1)) >> (64 - bits), bits));
    s.position += ones + 1 + bits;
  }
  s.sane = step_is_sane(s.step);
}

// Reads the value of a sample: 0 (unchanged), 10 and the meaningful bits, or 11, their new frame and they themselves.
void read_value(State& s) {
  std::uint64_t window = peek57(s.data, s.position);
  if (window >> 63 == 0) {
    ++s.position;
    return;
  }
  unsigned header = 2;
  if (window >> 62 == 3) {
    header = 2 + 5 + 6;
    const auto leading = static_cast<unsigned>(window >> 57) & 31;
    const auto width = static_cast<unsigned>(window >> 51) & 63;
    s.width = width == 0 ? 64 : width;
    if (leading + s.width > 64) {
      s.sane = false;
      return;
    }
    s.shift = 64 - leading - s.width;
  }
  s.position += header;
  window = header + s.width <= 57 ? window << header : peek64(s.data, s.position);
  s.value ^= (window >> (64 - s.width)) << s.shift;
  s.position += s.width;
}

// Decodes up to `count` samples, as long as they begin at or before bit `limit`; returns how many. The bytes up to
// limit / 8 + kReadAhead must be there. A regular series takes no unpredictable branch: a sample with the usual step
// and value is two zero bits, and a run of them is counted and written at once; otherwise one load gives the bits of
// the step and of the value.
std::size_t decode_run(State& state, std::size_t limit, SampleBuffer::Room out, std::size_t count) {
  State s = state;  // in registers: the stores to `out` could otherwise change it, as far as the compiler knows
  std::size_t done = 0;
  while (done < count && s.position <= limit && s.sane) {
    const std::uint64_t window = peek57(s.data, s.position);
    if (window >> 62 == 0) {
      const auto zeros = static_cast<std::size_t>(std::countl_zero(window | 0x7f));
      const std::size_t run = std::min(zeros / 2, count - done);
      const double value = std::bit_cast<double>(s.value);
      for (std::size_t i = 0; i < run; ++i) {
        s.time += s.step;
        out.times[done + i] = static_cast<std::int64_t>(s.time);
        out.values[done + i] = value;
      }
      s.position += 2 * run;
      done += run;
      continue;
    }
    if (window >> 63 == 0) {
      ++s.position;
    } else {
      read_step(s);
    }
    read_value(s);
    s.time += s.step;
    out.times[done] = static_cast<std::int64_t>(s.time);
    out.values[done] = std::bit_cast<double>(s.value);
    ++done;
  }
  state = s;
  return done;
}

rca::Error malformed(const char* what) {
  return {rca::ErrorKind::malformed, std::string("XOR chunk: ") + what};
}

// The first two samples are byte-aligned up to the second value. Returns how many there were.
rca::Result<std::size_t> decode_start(std::string_view chunk, std::size_t count, State& s, SampleBuffer::Room out) {
  std::uint64_t raw = 0;
  std::size_t used = read_uvarint(chunk.substr(2), raw);
  if (used == kOverlongVarint) return malformed("its first time does not fit into 64 bits");
  if (used == 0 || chunk.size() < 2 + used + 8) return malformed("it ends inside the first sample");
  out.times[0] = zigzag_decode(raw);
  if (out.times[0] > kMaxTime || out.times[0] < -kMaxTime) return malformed("its first time is out of range");
  s.time = static_cast<std::uint64_t>(out.times[0]);
  s.value = load_big_endian(chunk.data() + 2 + used);
  s.position = 8 * (2 + used + 8);
  out.values[0] = std::bit_cast<double>(s.value);
  if (count == 1) return std::size_t{1};

  used = read_uvarint(chunk.substr(s.position / 8), s.step);
  if (used == 0) return malformed("it ends inside the second sample");
  if (used == kOverlongVarint || !step_is_sane(s.step)) return malformed("its times do not increase sensibly");
  s.position += 8 * used;
  // The second value stands where later samples have the bits of the step: a zero bit there would do, so read alone.
  std::array<char, kReadAhead> bytes{};
  chunk.substr(s.position / 8).copy(bytes.data(), kReadAhead);
  State second = s;
  second.data = bytes.data();
  second.position = 0;
  read_value(second);
  if (!second.sane) return malformed("the frame of a value makes no sense");
  second.data = s.data;
  second.position += s.position;
  second.time += second.step;
  s = second;
  out.times[1] = static_cast<std::int64_t>(s.time);
  out.values[1] = std::bit_cast<double>(s.value);
  return std::size_t{2};
}

}  // namespace

rca::Result<std::size_t> xor_chunk_size(std::string_view chunk) {
  if (chunk.size() < 2) return malformed("it is shorter than its header");
  return std::size_t{static_cast<std::uint8_t>(chunk[0])} << 8 | static_cast<std::uint8_t>(chunk[1]);
}

rca::Result<void> decode_xor_chunk(std::string_view chunk, SampleBuffer& out) {
  RCA_ASSIGN(const std::size_t count, xor_chunk_size(chunk));
  if (count == 0) return {};
  const SampleBuffer::Room room = out.room(count);
  State s;
  s.data = chunk.data();
  RCA_ASSIGN(std::size_t done, decode_start(chunk, count, s, room));
  const std::size_t end = chunk.size() * 8;
  if (chunk.size() >= kReadAhead) {
    done += decode_run(s, end - kReadAhead * 8, {room.times + done, room.values + done}, count - done);
  }
  if (done < count && s.sane && s.position <= end) {
    // The last samples lie too near to the end for loads of eight bytes; they are read from a copy with zeros behind.
    std::array<char, 3 * kReadAhead> tail{};
    const std::size_t offset = s.position / 8;
    const std::size_t length = chunk.substr(offset).copy(tail.data(), 2 * kReadAhead);
    s.data = tail.data();
    s.position -= offset * 8;
    done += decode_run(s, length * 8, {room.times + done, room.values + done}, count - done);
    s.position += offset * 8;
  }
  if (!s.sane) return malformed("times that do not increase, or a value whose frame makes no sense");
  if (done < count || s.position > end) return malformed("it ends before its last sample");
  out.append(count);
  return {};
}

}  // namespace remote_read
