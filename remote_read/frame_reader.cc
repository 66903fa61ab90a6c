#include "remote_read/frame_reader.h"

#include <algorithm>

#include "remote_read/crc32c.h"
#include "remote_read/varint.h"

namespace remote_read {

using rca::ErrorKind;
using rca::Result;

namespace {
constexpr std::size_t kCrcBytes = 4;
}  // namespace

Result<void> FrameReader::feed(std::string_view bytes) {
  while (status_.ok() && !bytes.empty()) {
    status_ = header_complete_ ? read_payload(bytes) : read_header(bytes);
  }
  return status_;
}

Result<void> FrameReader::finish() {
  if (status_.ok() && (header_size_ > 0 || header_complete_)) {
    status_ = fail(ErrorKind::truncated, "the stream ended inside it");
  }
  return status_;
}

Result<void> FrameReader::read_header(std::string_view& bytes) {
  const std::size_t taken = std::min(bytes.size(), header_.size() - header_size_);
  std::copy_n(bytes.data(), taken, header_.data() + header_size_);
  const std::string_view header(header_.data(), header_size_ + taken);

  std::uint64_t size = 0;
  const std::size_t varint_bytes = read_uvarint(header, size);
  if (varint_bytes == kOverlongVarint) return fail(ErrorKind::malformed, "its length does not fit into 64 bits");
  if (varint_bytes > 0 && size > max_frame_bytes_) {
    return fail(ErrorKind::limit, "it has " + std::to_string(size) + " bytes, more than the permitted " +
                                      std::to_string(max_frame_bytes_));
  }
  if (varint_bytes == 0 || header.size() < varint_bytes + kCrcBytes) {
    header_size_ += taken;
    bytes.remove_prefix(taken);
    return {};
  }

  crc_ = 0;
  for (const char byte : header.substr(varint_bytes, kCrcBytes)) crc_ = (crc_ << 8) | static_cast<std::uint8_t>(byte);
  bytes.remove_prefix(varint_bytes + kCrcBytes - header_size_);
  header_size_ = 0;
  header_complete_ = true;
  payload_size_ = size;
  partial_.clear();
  // Otherwise a frame without payload would wait for bytes that need not come.
  return payload_size_ == 0 ? deliver({}) : Result<void>();
}

Result<void> FrameReader::read_payload(std::string_view& bytes) {
  const std::size_t taken = std::min(bytes.size(), payload_size_ - partial_.size());
  const std::string_view piece = bytes.substr(0, taken);
  bytes.remove_prefix(taken);
  if (piece.size() == payload_size_) return deliver(piece);
  if (partial_.empty()) partial_.reserve(payload_size_);
  partial_.append(piece);
  return partial_.size() == payload_size_ ? deliver(partial_) : Result<void>();
}

Result<void> FrameReader::deliver(std::string_view payload) {
  if (crc32c(payload) != crc_) return fail(ErrorKind::checksum, "its checksum does not match its payload");
  header_complete_ = false;
  RCA_TRY(on_payload_(payload));
  ++frames_;
  return {};
}

Result<void> FrameReader::fail(ErrorKind kind, const std::string& what) {
  return rca::Error{kind, "frame " + std::to_string(frames_) + ": " + what};
}

}  // namespace remote_read
