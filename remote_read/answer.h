// What comes back for one remote-read request: decided by its head, decoded as it arrives.
#pragma once

#include <atomic>
#include <cstdint>
#include <functional>
#include <memory>
#include <span>
#include <string>
#include <string_view>

#include "common/result.h"
#include "remote_read/chunked_decoder.h"
#include "remote_read/frame_reader.h"
#include "remote_read/http_transport.h"
#include "remote_read/read_usage.h"

namespace remote_read {

// The bytes that one read may still receive; shared by its requests.
class ByteBudget {
 public:
  explicit ByteBudget(std::size_t max_bytes) : max_bytes_(max_bytes) {}
  // Error: limit, and nothing is taken.
  rca::Result<void> take(std::size_t count);
  void give_back(std::size_t count) { used_ -= count; }
  [[nodiscard]] std::size_t left() const { return max_bytes_ - used_.load(); }

 private:
  const std::size_t max_bytes_;
  std::atomic<std::size_t> used_{0};
};

// One attempt at one request. Streamed frames go to the sink while they arrive; a SAMPLES body is held, at most as
// large as the budget allows, and decoded by finish().
class Answer : public HttpReceiver {
 public:
  // Gets the protobuf of a SAMPLES answer, decompressed; returns what was given to the sink.
  using OnSamples = std::function<rca::Result<DecodeStats>(std::string_view response)>;

  struct Options {
    std::span<const Query> queries;
    std::size_t first_query = 0;
    ReadUsage* usage = nullptr;
    ByteBudget* budget = nullptr;
    SeriesSink* sink = nullptr;  // of a streamed answer
    OnSamples on_samples;
    bool (*is_empty_json)(std::string_view body) = nullptr;  // HTTP 200 with such a JSON body means: no series
  };

  explicit Answer(Options options) : options_(std::move(options)) {}

  rca::Result<void> on_head(const HttpHead& head) override;
  rca::Result<void> on_body(std::string_view bytes) override;

  // After the exchange ended properly. Errors: http_client_error, http_server_error, unexpected_content (these quote
  // the answer), truncated, checksum, limit, malformed, unsupported_encoding, or what the sink returned.
  rca::Result<void> finish();

  // Forgets what was counted, so that a retry starts afresh.
  void give_back();

  [[nodiscard]] int status() const { return head_.status; }
  [[nodiscard]] std::size_t bytes() const { return bytes_; }
  [[nodiscard]] std::uint64_t frames() const { return reader_ ? reader_->frames() : 0; }
  [[nodiscard]] DecodeStats stats() const { return decoder_ ? decoder_->stats() : stats_; }

 private:
  enum class Mode { streamed, samples, quoted };

  rca::Result<void> finish_samples();
  rca::Result<void> with_last_words(rca::Result<void> result) const;
  [[nodiscard]] rca::Result<void> quoted_error() const;
  [[nodiscard]] std::string quote() const;

  Options options_;
  HttpHead head_;
  Mode mode_ = Mode::quoted;
  std::string body_;  // of a SAMPLES answer, or the beginning of one that is none
  std::string tail_;  // the last bytes of a streamed answer
  std::size_t bytes_ = 0;
  DecodeStats stats_;
  std::unique_ptr<ChunkedDecoder> decoder_;
  std::unique_ptr<FrameReader> reader_;
};

}  // namespace remote_read
