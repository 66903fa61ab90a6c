// Walks over the fields of a protobuf message without building objects.
//
// Answers come from the network, and an object costs far more memory than the bytes that ask for it: two bytes make a
// protobuf object of fifty, so that a frame within its bound could take gigabytes. Walking takes none, and spares the
// copy of every chunk.
#pragma once

#include <bit>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <string_view>

#include "remote_read/varint.h"

namespace remote_read {

class WireReader {
 public:
  enum class Type : std::uint8_t { varint = 0, fixed64 = 1, bytes = 2, fixed32 = 5 };

  explicit WireReader(std::string_view message) : rest_(message) {}

  // Goes to the next field. False at the end of the message, and when it is malformed: then failed() is true.
  bool next() {
    if (rest_.empty() || failed_) return false;
    std::uint64_t tag = 0;
    if (!read_varint(tag) || tag >> 3 == 0 || tag >> 3 > kMaxField) return fail();
    field_ = static_cast<std::uint32_t>(tag >> 3);
    type_ = static_cast<Type>(tag & 7);
    switch (type_) {
      case Type::varint: return read_varint(number_) || fail();
      case Type::fixed64: return read_fixed(8) || fail();
      case Type::fixed32: return read_fixed(4) || fail();
      case Type::bytes: return read_bytes() || fail();
    }
    return fail();  // groups are not part of proto3
  }

  // Whether the current field is number `field` of type `type`. One with another type counts as unknown, as in
  // protobuf.
  [[nodiscard]] bool is(std::uint32_t field, Type type) const { return field_ == field && type_ == type; }
  [[nodiscard]] std::uint32_t field() const { return field_; }
  [[nodiscard]] Type type() const { return type_; }
  [[nodiscard]] bool failed() const { return failed_; }

  // The current field's value, for its type.
  [[nodiscard]] std::uint64_t number() const { return number_; }
  [[nodiscard]] std::int64_t signed_number() const { return static_cast<std::int64_t>(number_); }
  [[nodiscard]] std::int64_t zigzag() const { return zigzag_decode(number_); }
  [[nodiscard]] double real() const { return std::bit_cast<double>(number_); }
  [[nodiscard]] std::string_view bytes() const { return bytes_; }

 private:
  static constexpr std::uint64_t kMaxField = (1U << 29) - 1;

  bool fail() {
    failed_ = true;
    return false;
  }

  bool read_varint(std::uint64_t& value) {
    const std::size_t used = read_uvarint(rest_, value);
    if (used == 0 || used == kOverlongVarint) return false;
    rest_.remove_prefix(used);
    return true;
  }

  bool read_fixed(std::size_t size) {
    if (rest_.size() < size) return false;
    number_ = 0;
    for (std::size_t i = size; i-- > 0;) number_ = number_ << 8 | static_cast<std::uint8_t>(rest_[i]);
    rest_.remove_prefix(size);
    return true;
  }

  bool read_bytes() {
    std::uint64_t size = 0;
    if (!read_varint(size) || size > rest_.size()) return false;
    bytes_ = rest_.substr(0, size);
    rest_.remove_prefix(size);
    return true;
  }

  std::string_view rest_;
  std::string_view bytes_;
  std::uint64_t number_ = 0;
  std::uint32_t field_ = 0;
  Type type_ = Type::varint;
  bool failed_ = false;
};

}  // namespace remote_read
