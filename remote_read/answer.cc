#include "remote_read/answer.h"

#include <algorithm>
#include <cctype>
#include <utility>

#include "remote_read/sample_response.h"

namespace remote_read {

using rca::Error;
using rca::ErrorKind;
using rca::Result;

namespace {

constexpr std::size_t kQuotedBytes = std::size_t{8} << 10U;  // of an answer that is only quoted in an error

constexpr std::size_t kTailBytes = 256;   // of a streamed answer, in which an error's text is looked for
constexpr std::size_t kFewestWords = 16;  // fewer printable bytes are chance

constexpr std::string_view kStreamedType = "application/x-streamed-protobuf";
constexpr std::string_view kSamplesType = "application/x-protobuf";

std::string lower_case(std::string_view text) {
  std::string out(text);
  std::transform(out.begin(), out.end(), out.begin(),
                 [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
  return out;
}

// "application/json; charset=utf-8" → "application/json".
std::string media_type(std::string_view content_type) {
  std::string type = lower_case(content_type.substr(0, content_type.find(';')));
  while (!type.empty() && type.back() == ' ') type.pop_back();
  return type;
}

// The message that a streamed answer consists of, when it says so.
bool has_foreign_message(std::string_view content_type) {
  const std::size_t at = lower_case(content_type).find("proto=");
  if (at == std::string_view::npos) return false;
  std::string_view name = content_type.substr(at + std::string_view("proto=").size());
  if (name.starts_with('"')) name.remove_prefix(1);
  return !name.starts_with("prometheus.ChunkedReadResponse");
}

bool is_one_of(const std::string& encoding, std::initializer_list<std::string_view> accepted) {
  return std::find(accepted.begin(), accepted.end(), encoding) != accepted.end();
}

}  // namespace

Result<void> ByteBudget::take(std::size_t count) {
  std::size_t now = used_.load();
  do {
    if (count > max_bytes_ - now) {
      return Error{ErrorKind::limit, "the answer has more than the permitted " + std::to_string(max_bytes_) + " bytes"};
    }
  } while (!used_.compare_exchange_weak(now, now + count));
  return {};
}

Result<void> Answer::on_head(const HttpHead& head) {
  head_ = head;
  if (head.status != 200) return {};
  const std::string type = media_type(head.content_type);
  const std::string encoding = lower_case(head.content_encoding);
  if (type == kSamplesType && is_one_of(encoding, {"", "snappy"})) {
    mode_ = Mode::samples;
  } else if (type == kStreamedType && !has_foreign_message(head.content_type) &&
             is_one_of(encoding, {"", "identity"})) {
    mode_ = Mode::streamed;
  } else {
    return {};  // to be quoted
  }
  if (head.content_length && *head.content_length > options_.budget->left()) {
    return Error{ErrorKind::limit, "the answer announces " + std::to_string(*head.content_length) +
                                       " bytes, more than the limit on the bytes of one read leaves (" +
                                       std::to_string(options_.budget->left()) + ")"};
  }
  if (mode_ == Mode::samples) return {};
  if (!head.delimited) {
    // Frames say nothing of how many there are: a break between two of them would look like the end.
    return Error{ErrorKind::truncated,
                 "the streamed answer has neither a length nor chunked transfer coding, so that its end cannot be told "
                 "from a broken connection"};
  }
  decoder_ = std::make_unique<ChunkedDecoder>(options_.queries, options_.first_query, *options_.usage, *options_.sink);
  reader_ = std::make_unique<FrameReader>(options_.usage->limits().max_frame_bytes,
                                          [this](std::string_view payload) { return decoder_->decode(payload); });
  return {};
}

Result<void> Answer::on_body(std::string_view bytes) {
  if (mode_ == Mode::quoted) {
    bytes_ += bytes.size();
    body_ += bytes.substr(0, kQuotedBytes - body_.size());
    return body_.size() < kQuotedBytes ? Result<void>() : quoted_error();
  }
  RCA_TRY(options_.budget->take(bytes.size()));
  bytes_ += bytes.size();
  if (mode_ == Mode::streamed) {
    tail_.append(bytes.substr(bytes.size() - std::min(bytes.size(), kTailBytes)));
    tail_.erase(0, tail_.size() - std::min(tail_.size(), kTailBytes));
    return with_last_words(reader_->feed(bytes));
  }
  body_ += bytes;
  return {};
}

Result<void> Answer::finish() {
  switch (mode_) {
    case Mode::quoted:
      if (head_.status == 200 && options_.is_empty_json != nullptr &&
          media_type(head_.content_type) == "application/json" && options_.is_empty_json(body_)) {
        return {};
      }
      return quoted_error();
    case Mode::samples: return finish_samples();
    case Mode::streamed: break;
  }
  RCA_TRY(with_last_words(reader_->finish()));
  return decoder_->finish();
}

// When Prometheus runs into an error in the middle of a stream it writes the error's text behind the frames, where it
// shows as a broken frame; the text is what helps.
Result<void> Answer::with_last_words(Result<void> result) const {
  const bool broken =
      !result.ok() && (result.error().kind == ErrorKind::truncated || result.error().kind == ErrorKind::checksum ||
                       result.error().kind == ErrorKind::limit || result.error().kind == ErrorKind::malformed);
  if (!broken) return result;
  const auto is_text = [](unsigned char c) { return c == '\n' || (c >= 0x20 && c < 0x7f); };
  const auto begin = std::find_if_not(tail_.rbegin(), tail_.rend(), is_text).base();
  const std::string words = excerpt(std::string_view(begin, tail_.end()));
  if (words.size() < kFewestWords) return result;
  Error error = std::move(result).error();
  error.message += "; the answer's last bytes read '" + words + "'";
  return error;
}

Result<void> Answer::finish_samples() {
  RCA_ASSIGN(const std::string response, snappy_decompress(body_, options_.usage->limits().max_bytes));
  body_ = std::string();
  RCA_ASSIGN(stats_, options_.on_samples(response));
  return {};
}

void Answer::give_back() {
  const DecodeStats given = stats();
  options_.usage->give_back(given.series, given.samples);
  if (mode_ != Mode::quoted) options_.budget->give_back(bytes_);
}

// Prometheus labels plain-text errors as snappy, so both are tried.
std::string Answer::quote() const {
  if (lower_case(head_.content_encoding) == "snappy") {
    const Result<std::string> plain = snappy_decompress(body_, kQuotedBytes);
    if (plain.ok()) return excerpt(*plain);
  }
  return excerpt(body_);
}

Result<void> Answer::quoted_error() const {
  std::string what = "HTTP " + std::to_string(head_.status);
  const std::string text = quote();
  const std::string said = text.empty() ? std::string(" without a body") : ": " + text;
  if (head_.status >= 400 && head_.status < 500) return Error{ErrorKind::http_client_error, what + said};
  if (head_.status >= 500) return Error{ErrorKind::http_server_error, what + said};
  if (head_.status >= 300) {
    return Error{ErrorKind::unexpected_content,
                 what + " redirects to '" + excerpt(head_.location) +
                     "'; redirects are not followed, so that credentials stay with the host they are for"};
  }
  if (!head_.content_type.empty()) what += " with content type '" + excerpt(head_.content_type, 80) + "'";
  if (!head_.content_encoding.empty()) what += " and encoding '" + excerpt(head_.content_encoding, 80) + "'";
  return Error{ErrorKind::unexpected_content, what + " is not a remote-read answer" + said};
}

}  // namespace remote_read
