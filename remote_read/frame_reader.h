// The frames of a streamed answer: uvarint length, big-endian CRC32C of the payload, payload.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <string>
#include <string_view>
#include <utility>

#include "common/result.h"

namespace remote_read {

// Push-style: bytes go in as they arrive, in pieces of any size, and each payload comes out as soon as it is complete
// and its checksum is right. Holds at most one frame; a frame that lies within one piece is not copied.
class FrameReader {
 public:
  // The payload is only valid during the call. An error stops the reader.
  using OnPayload = std::function<rca::Result<void>(std::string_view payload)>;

  FrameReader(std::size_t max_frame_bytes, OnPayload on_payload)
      : max_frame_bytes_(max_frame_bytes), on_payload_(std::move(on_payload)) {}

  // Errors: limit (a frame longer than permitted), malformed (an overlong varint), checksum, or what `on_payload`
  // returned. They name the number of the frame, counted from 0. After an error every call returns it again.
  rca::Result<void> feed(std::string_view bytes);

  // To be called when the stream has ended. Error: truncated, when it ended inside a frame.
  rca::Result<void> finish();

  [[nodiscard]] std::uint64_t frames() const { return frames_; }

 private:
  rca::Result<void> read_header(std::string_view& bytes);
  rca::Result<void> read_payload(std::string_view& bytes);
  rca::Result<void> deliver(std::string_view payload);
  rca::Result<void> fail(rca::ErrorKind kind, const std::string& what);

  std::size_t max_frame_bytes_;
  OnPayload on_payload_;
  std::array<char, 14> header_{};  // as much of it as has arrived: at most ten bytes of varint, four of CRC
  std::size_t header_size_ = 0;
  bool header_complete_ = false;
  std::size_t payload_size_ = 0;
  std::uint32_t crc_ = 0;
  std::string partial_;  // the payload's beginning, when it did not arrive in one piece
  std::uint64_t frames_ = 0;
  rca::Result<void> status_;
};

}  // namespace remote_read
