// A request and its response, apart from the server that carries them.
#pragma once

#include <cstddef>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "common/result.h"

namespace exporter {

// Of a request's body; more is 413.
inline constexpr std::size_t kMaxBodyBytes = std::size_t{1} << 20;

struct HttpRequest {
  std::string method;
  std::string path;   // decoded, without the query
  std::string query;  // still encoded, without '?'
  std::string authorization;
  std::string accept_encoding;
  std::string origin;
  std::string host;
  // Reads the body, which is only done once the request is known to be allowed. Errors: limit (over kMaxBodyBytes),
  // truncated.
  std::function<rca::Result<std::string>()> read_body;
};

struct HttpResponse {
  int status = 200;
  std::string content_type = "text/plain; charset=utf-8";
  std::vector<std::pair<std::string, std::string>> headers;
  std::string body;
};

std::string_view status_text(int status);

// Plain text, ended by a newline.
HttpResponse text_response(int status, std::string_view sentence);
// {"error": "<sentence>"}
HttpResponse json_error(int status, std::string_view sentence);

// The decoded value of `name` in a query string, "" when it is not there.
std::string query_value(std::string_view query, std::string_view name);

// A path with its percent-encodings decoded; those that are none stay as they are.
std::string decode_path(std::string_view path);

// Whether the client takes gzip, by its Accept-Encoding header (RFC 9110, 12.5.3).
bool accepts_gzip(std::string_view accept_encoding);

std::string escape_html(std::string_view text);

}  // namespace exporter
