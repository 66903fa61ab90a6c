#include "remote_read/histogram_message.h"

#include <bit>
#include <string>
#include <vector>

#include "common/samples.h"
#include "remote_read/varint.h"
#include "remote_read/wire_reader.h"

namespace remote_read {

using rca::ErrorKind;
using rca::Result;
using Type = WireReader::Type;

namespace {

rca::Error malformed(const char* what) {
  return {ErrorKind::malformed, std::string("histogram message: ") + what};
}

// A repeated number comes packed (one field of bytes) or as a field each; both are legal.
bool read_deltas(const WireReader& field, std::vector<std::int64_t>& out) {
  if (field.type() == Type::varint) {
    out.push_back(field.zigzag());
    return true;
  }
  std::string_view packed = field.bytes();
  while (field.type() == Type::bytes && !packed.empty()) {
    std::uint64_t value = 0;
    const std::size_t used = read_uvarint(packed, value);
    if (used == 0 || used == kOverlongVarint || out.size() >= kMaxHistogramBuckets) return false;
    out.push_back(zigzag_decode(value));
    packed.remove_prefix(used);
  }
  return field.type() == Type::bytes;
}

bool read_doubles(const WireReader& field, std::vector<double>& out) {
  if (field.type() == Type::fixed64) {
    out.push_back(field.real());
    return true;
  }
  std::string_view packed = field.bytes();
  if (field.type() != Type::bytes || packed.size() % 8 != 0) return false;
  if (packed.size() / 8 + out.size() > kMaxHistogramBuckets) return false;
  for (; !packed.empty(); packed.remove_prefix(8)) {
    std::uint64_t bits = 0;
    for (std::size_t i = 8; i-- > 0;) bits = bits << 8 | static_cast<std::uint8_t>(packed[i]);
    out.push_back(std::bit_cast<double>(bits));
  }
  return true;
}

Result<void> read_span(std::string_view message, std::size_t most, SpanReader& spans) {
  std::int64_t offset = 0;
  std::uint64_t length = 0;
  WireReader fields(message);
  while (fields.next()) {
    if (fields.is(1, Type::varint)) offset = fields.zigzag();
    if (fields.is(2, Type::varint)) length = fields.number();
  }
  if (fields.failed()) return malformed("a span is not valid protobuf");
  return spans.add(offset, length, most);
}

// The buckets of one sign: integer deltas or absolute floats, whichever the server sent.
struct Buckets {
  std::vector<std::int64_t> deltas;
  std::vector<double> counts;

  [[nodiscard]] Result<void> append(std::size_t expected, std::vector<double>& out) const {
    if (deltas.size() + counts.size() != expected || (!deltas.empty() && !counts.empty())) {
      return malformed("its spans and its bucket counts do not match");
    }
    std::uint64_t absolute = 0;
    for (const std::int64_t delta : deltas) {
      absolute += static_cast<std::uint64_t>(delta);
      out.push_back(static_cast<double>(static_cast<std::int64_t>(absolute)));
    }
    out.insert(out.end(), counts.begin(), counts.end());
    return {};
  }
};

struct Message {
  HistogramLayout layout;
  HistogramSamples::Point point;
  Buckets positive;
  Buckets negative;
};

// The fields that are single numbers; false for the others.
bool read_number(const WireReader& field, Message& out) {
  if (field.is(1, Type::varint)) {
    out.point.count = static_cast<double>(field.number());
  } else if (field.is(2, Type::fixed64)) {
    out.point.count = field.real();
  } else if (field.is(3, Type::fixed64)) {
    out.point.sum = field.real();
  } else if (field.is(4, Type::varint)) {
    out.layout.schema = static_cast<std::int32_t>(field.zigzag());
  } else if (field.is(5, Type::fixed64)) {
    out.layout.zero_threshold = field.real();
  } else if (field.is(6, Type::varint)) {
    out.point.zero_count = static_cast<double>(field.number());
  } else if (field.is(7, Type::fixed64)) {
    out.point.zero_count = field.real();
  } else if (field.is(15, Type::varint)) {
    out.point.time = field.signed_number();
  } else {
    return false;
  }
  return true;
}

Result<Message> read_message(std::string_view bytes) {
  Message message;
  SpanReader positive(message.layout.positive);
  SpanReader negative(message.layout.negative);
  bool sane = true;
  WireReader fields(bytes);
  while (sane && fields.next()) {
    if (read_number(fields, message)) continue;
    // Each bucket has a count of at least one byte in this message, which bounds what a span may claim.
    if (fields.is(8, Type::bytes)) RCA_TRY(read_span(fields.bytes(), bytes.size(), negative));
    if (fields.is(11, Type::bytes)) RCA_TRY(read_span(fields.bytes(), bytes.size(), positive));
    switch (fields.field()) {
      case 9: sane = read_deltas(fields, message.negative.deltas); break;
      case 10: sane = read_doubles(fields, message.negative.counts); break;
      case 12: sane = read_deltas(fields, message.positive.deltas); break;
      case 13: sane = read_doubles(fields, message.positive.counts); break;
      case 16: sane = read_doubles(fields, message.layout.custom_bounds); break;
      default: break;
    }
  }
  if (!sane || fields.failed()) return malformed("it is not valid protobuf");
  return message;
}

}  // namespace

Result<void> decode_histogram_message(std::string_view bytes, std::int64_t first, std::int64_t last,
                                      std::size_t max_buckets, HistogramSamples& out) {
  RCA_ASSIGN(Message message, read_message(bytes));
  HistogramSamples::Point& point = message.point;
  if (point.time < first || point.time > last) return {};
  RCA_TRY(check(message.layout));
  const std::size_t buckets = message.layout.positive.size() + message.layout.negative.size();
  if (buckets > max_buckets) {
    return rca::Error{ErrorKind::limit, "histogram message: " + std::to_string(buckets) +
                                            " buckets are more than the permitted " + std::to_string(max_buckets)};
  }
  point.first_bucket = out.buckets.size();
  if (!rca::is_stale(point.sum)) {
    RCA_TRY(message.positive.append(message.layout.positive.size(), out.buckets));
    RCA_TRY(message.negative.append(message.layout.negative.size(), out.buckets));
  }
  point.layout = out.add_layout(message.layout);
  out.points.push_back(point);
  return {};
}

}  // namespace remote_read
