// Writes bits, most significant first: the counterpart of remote_read/bits.h.
#pragma once

#include <cstdint>
#include <string>
#include <utility>

namespace remote_read::testing {

class BitWriter {
 public:
  explicit BitWriter(std::string start = {}) : bytes_(std::move(start)) {}

  void put(std::uint64_t value, unsigned count);  // the lowest `count` (0..64) bits of `value`
  void put_double(double value);
  void put_uvarint(std::uint64_t value);
  void put_varint(std::int64_t value);  // zigzag
  void put_varbit_int(std::int64_t value);
  void put_varbit_uint(std::uint64_t value);

  [[nodiscard]] const std::string& bytes() const { return bytes_; }
  std::string& bytes() { return bytes_; }

 private:
  std::string bytes_;
  unsigned free_ = 0;  // bits of the last byte that are not used yet
};

// Writes doubles as the XOR with their predecessors, as Gorilla and Prometheus do.
class XorWriter {
 public:
  explicit XorWriter(double first = 0);
  void put(double value, BitWriter& out);

 private:
  std::uint64_t bits_;
  bool framed_ = false;
  unsigned leading_ = 0;
  unsigned trailing_ = 0;
};

// Whether `value` fits into `bits` bits in Prometheus' sense: -(2^(bits-1) - 1) … 2^(bits-1).
bool fits_shifted(std::int64_t value, unsigned bits);

}  // namespace remote_read::testing
