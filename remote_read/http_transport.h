// One HTTP exchange over libcurl, its body handed on as it arrives.
#pragma once

#include <curl/curl.h>

#include <chrono>
#include <cstdint>
#include <memory>
#include <optional>
#include <stop_token>
#include <string>
#include <string_view>
#include <vector>

#include "common/result.h"
#include "remote_read/endpoint.h"

namespace remote_read {

struct HttpRequest {
  std::string url;
  std::vector<std::string> headers;  // "Name: value"
  std::optional<std::string> body;   // a POST with this body; none: GET
};

struct HttpHead {
  int status = 0;
  std::string content_type;
  std::string content_encoding;
  std::string location;
  std::optional<std::uint64_t> content_length;
  // Its end is marked (a length, chunked coding, or HTTP/2), so that a broken connection can be told from it.
  bool delimited = false;
};

// What an exchange is for. An error from either function ends the exchange at once.
class HttpReceiver {
 public:
  virtual ~HttpReceiver() = default;
  virtual rca::Result<void> on_head(const HttpHead& head) = 0;
  virtual rca::Result<void> on_body(std::string_view bytes) = 0;
};

struct HttpFailure {
  rca::Error error;
  bool permanent = false;  // whatever the kind, the same request would fail again
};

// Keeps its connection for the next exchange. One exchange at a time; not thread-safe.
class HttpTransport {
 public:
  explicit HttpTransport(const Endpoint& endpoint);  // must outlive the transport

  // Follows no redirects: credentials stay with the host that they were meant for. Gives nothing when the exchange
  // ended properly, whatever its status. Errors: connection, timeout, truncated, limit (headers), cancelled,
  // unexpected_content (not HTTP), or what the receiver returned.
  std::optional<HttpFailure> perform(const HttpRequest& request, HttpReceiver& receiver, const std::stop_token& stop);

  // Of the last exchange; zero when the server did not say.
  [[nodiscard]] std::chrono::seconds retry_after() const { return retry_after_; }

 private:
  void configure(const HttpRequest& request, curl_slist* headers);
  std::optional<HttpFailure> failure(CURLcode code, bool head_done) const;

  const Endpoint& endpoint_;
  std::unique_ptr<CURL, decltype(&curl_easy_cleanup)> easy_;
  std::unique_ptr<CURLM, decltype(&curl_multi_cleanup)> multi_;
  std::string error_buffer_;
  std::chrono::seconds retry_after_{0};
};

}  // namespace remote_read
