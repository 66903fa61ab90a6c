#include "tests/support/remote_read/bit_writer.h"

#include <algorithm>
#include <bit>

namespace remote_read::testing {
namespace {

constexpr unsigned kVarbitSizes[] = {3, 6, 9, 12, 18, 25, 56};

// `ones` ones and, unless there are eight, a zero.
void put_prefix(unsigned ones, BitWriter& out) {
  for (unsigned i = 0; i < ones; ++i) out.put(1, 1);
  if (ones < 8) out.put(0, 1);
}

}  // namespace

void BitWriter::put(std::uint64_t value, unsigned count) {
  for (unsigned i = count; i-- > 0;) {
    if (free_ == 0) {
      bytes_ += '\0';
      free_ = 8;
    }
    --free_;
    const auto bit = static_cast<unsigned>(value >> i & 1);
    bytes_.back() = static_cast<char>(static_cast<std::uint8_t>(bytes_.back()) | bit << free_);
  }
}

void BitWriter::put_double(double value) {
  put(std::bit_cast<std::uint64_t>(value), 64);
}

void BitWriter::put_uvarint(std::uint64_t value) {
  for (; value >= 0x80; value >>= 7) put((value & 0x7f) | 0x80, 8);
  put(value, 8);
}

void BitWriter::put_varint(std::int64_t value) {
  const auto raw = static_cast<std::uint64_t>(value);
  put_uvarint(raw << 1 ^ (value < 0 ? ~std::uint64_t{0} : 0));
}

void BitWriter::put_varbit_int(std::int64_t value) {
  unsigned ones = 0;
  if (value != 0) {
    ones = 1;
    for (const unsigned size : kVarbitSizes) {
      if (fits_shifted(value, size)) break;
      ++ones;
    }
  }
  put_prefix(ones, *this);
  if (ones > 0) put(static_cast<std::uint64_t>(value), ones == 8 ? 64 : kVarbitSizes[ones - 1]);
}

void BitWriter::put_varbit_uint(std::uint64_t value) {
  unsigned ones = 0;
  if (value != 0) {
    ones = 1;
    for (const unsigned size : kVarbitSizes) {
      if (value >> size == 0) break;
      ++ones;
    }
  }
  put_prefix(ones, *this);
  if (ones > 0) put(value, ones == 8 ? 64 : kVarbitSizes[ones - 1]);
}

bool fits_shifted(std::int64_t value, unsigned bits) {
  const std::int64_t high = std::int64_t{1} << (bits - 1);
  return value > -high && value <= high;
}

XorWriter::XorWriter(double first) : bits_(std::bit_cast<std::uint64_t>(first)) {}

void XorWriter::put(double value, BitWriter& out) {
  const auto bits = std::bit_cast<std::uint64_t>(value);
  const std::uint64_t change = bits ^ bits_;
  bits_ = bits;
  if (change == 0) {
    out.put(0, 1);
    return;
  }
  const auto leading = std::min(static_cast<unsigned>(std::countl_zero(change)), 31U);
  const auto trailing = static_cast<unsigned>(std::countr_zero(change));
  if (framed_ && leading >= leading_ && trailing >= trailing_) {
    out.put(0b10, 2);
  } else {
    framed_ = true;
    leading_ = leading;
    trailing_ = trailing;
    out.put(0b11, 2);
    out.put(leading, 5);
    out.put(64 - leading - trailing, 6);  // 64 becomes 0
  }
  out.put(change >> trailing_, 64 - leading_ - trailing_);
}

}  // namespace remote_read::testing
