// A tiny HTTP client for tests. It is not the client under test.
#pragma once

#include <chrono>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "common/result.h"

namespace test_support {

struct HttpRequest {
  std::string url;
  std::string method = "GET";
  std::vector<std::string> headers;  // "Name: value"
  std::string body;
  std::string user_password;  // "user:password" for basic auth; empty: none
  std::string ca_file;
  std::chrono::milliseconds timeout{30'000};
};

struct HttpResponse {
  int status = 0;
  std::map<std::string, std::string> headers;  // names in lower case
  std::string body;
};

// Any status is a response; an error (connection) means that there was none. Redirects are not followed, proxies
// not used.
rca::Result<HttpResponse> http(const HttpRequest& request);
rca::Result<HttpResponse> http_get(const std::string& url);
rca::Result<HttpResponse> http_post(const std::string& url, std::string body,
                                    const std::string& content_type = "application/json");

// Percent-encoding for a query parameter.
std::string url_escape(std::string_view text);

}  // namespace test_support
