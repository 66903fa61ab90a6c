// Reading bits, most significant first, as Prometheus' chunks hold them.
#pragma once

#include <bit>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <string_view>

namespace remote_read {

inline std::uint64_t load_big_endian(const char* bytes) {
  std::uint64_t word = 0;
  std::memcpy(&word, bytes, sizeof word);
  if constexpr (std::endian::native == std::endian::little) word = __builtin_bswap64(word);
  return word;
}

// The bits from bit `position` on, left-aligned; the first 57 are good. Reads 8 bytes from position / 8 on.
inline std::uint64_t peek57(const char* data, std::size_t position) {
  return load_big_endian(data + position / 8) << (position % 8);
}

// The 64 bits from bit `position` on. Reads 9 bytes from position / 8 on.
inline std::uint64_t peek64(const char* data, std::size_t position) {
  const std::size_t skip = position % 8;
  const auto next = static_cast<std::uint8_t>(data[position / 8 + 8]);
  return peek57(data, position) | static_cast<std::uint64_t>(next >> (8 - skip));
}

// Prometheus writes signed numbers of `bits` bits with the range -(2^(bits-1) - 1) … 2^(bits-1): one up from two's
// complement.
constexpr std::int64_t shifted_signed(std::uint64_t value, unsigned bits) {
  return static_cast<std::int64_t>(value > (std::uint64_t{1} << (bits - 1)) ? value - (std::uint64_t{1} << bits)
                                                                            : value);
}

// A checked reader. After a read past the end it stays failed and gives zeros, so that callers check once a record.
class BitReader {
 public:
  explicit BitReader(std::string_view data) : data_(data) {}

  [[nodiscard]] bool failed() const { return failed_; }
  [[nodiscard]] std::size_t bits_left() const { return data_.size() * 8 - position_; }

  // `count` in 1..64.
  std::uint64_t read(unsigned count) {
    if (count > bits_left()) {
      failed_ = true;
      position_ = data_.size() * 8;
      return 0;
    }
    std::uint64_t word = 0;
    if (position_ / 8 + 9 <= data_.size()) {
      word = peek64(data_.data(), position_);
    } else {
      char tail[16] = {};
      std::memcpy(tail, data_.data() + position_ / 8, data_.size() - position_ / 8);
      word = peek64(tail, position_ % 8);
    }
    position_ += count;
    return word >> (64 - count);
  }

  double read_double() { return std::bit_cast<double>(read(64)); }

  // The two "varbit" encodings of histogram chunks: a prefix of up to eight ones says how many bits follow.
  std::int64_t read_varbit_int() {
    const unsigned bits = read_varbit_size();
    if (bits == 0) return 0;
    const std::uint64_t value = read(bits);
    return bits == 64 ? static_cast<std::int64_t>(value) : shifted_signed(value, bits);
  }
  std::uint64_t read_varbit_uint() {
    const unsigned bits = read_varbit_size();
    return bits == 0 ? 0 : read(bits);
  }

 private:
  unsigned read_varbit_size() {
    static constexpr unsigned kSizes[] = {0, 3, 6, 9, 12, 18, 25, 56, 64};
    unsigned ones = 0;
    while (ones < 8 && read(1) == 1) ++ones;
    return kSizes[ones];
  }

  std::string_view data_;
  std::size_t position_ = 0;  // in bits
  bool failed_ = false;
};

// A double that is written as the XOR with its predecessor, whose meaningful bits are framed by zeros (Pelkonen et
// al., "Gorilla: a fast, scalable, in-memory time series database", VLDB 2015).
class XorValue {
 public:
  explicit XorValue(double first = 0) : bits_(std::bit_cast<std::uint64_t>(first)) {}

  // False when the framing makes no sense. A read past the end shows in `reader`.
  bool read(BitReader& reader) {
    if (reader.read(1) == 0) return true;
    if (reader.read(1) == 1) {
      const auto leading = static_cast<unsigned>(reader.read(5));
      const auto width = static_cast<unsigned>(reader.read(6));
      width_ = width == 0 ? 64 : width;
      if (leading + width_ > 64) return reader.failed();
      shift_ = 64 - leading - width_;
    }
    bits_ ^= reader.read(width_) << shift_;
    return true;
  }

  [[nodiscard]] double value() const { return std::bit_cast<double>(bits_); }

 private:
  std::uint64_t bits_;
  unsigned width_ = 64;  // of the meaningful bits
  unsigned shift_ = 0;   // zeros behind them
};

}  // namespace remote_read
