#include "remote_read/endpoint.h"

#include <curl/curl.h>

#include <algorithm>
#include <array>
#include <cctype>
#include <fstream>
#include <iterator>
#include <memory>
#include <utility>

namespace remote_read {

using rca::Error;
using rca::ErrorKind;
using rca::Result;

namespace {

constexpr std::size_t kMaxTokenBytes = std::size_t{64} << 10U;

Error invalid(std::string message) {
  return {ErrorKind::invalid_argument, std::move(message)};
}

class Url {
 public:
  explicit Url(const std::string& text) : handle_(curl_url(), &curl_url_cleanup) {
    code_ = curl_url_set(handle_.get(), CURLUPART_URL, text.c_str(), CURLU_NON_SUPPORT_SCHEME);
  }
  [[nodiscard]] bool valid() const { return code_ == CURLUE_OK; }
  [[nodiscard]] std::string why() const { return curl_url_strerror(code_); }
  // Empty when the part is not there.
  [[nodiscard]] std::string part(CURLUPart part) const {
    char* text = nullptr;
    if (curl_url_get(handle_.get(), part, &text, 0) != CURLUE_OK || text == nullptr) return {};
    const std::unique_ptr<char, decltype(&curl_free)> owned(text, &curl_free);
    return owned.get();
  }
  void set(CURLUPart part, const std::string& text) { curl_url_set(handle_.get(), part, text.c_str(), 0); }
  void clear(CURLUPart part) { curl_url_set(handle_.get(), part, nullptr, 0); }

 private:
  std::unique_ptr<CURLU, decltype(&curl_url_cleanup)> handle_;
  CURLUcode code_ = CURLUE_OK;
};

// InfluxDB takes a user and a password as query parameters, other servers take keys there: of the values only the
// names of a database and a retention policy are shown.
std::string masked_query(const std::string& query) {
  std::string out;
  for (std::size_t start = 0; start <= query.size();) {
    const std::size_t end = std::min(query.find('&', start), query.size());
    const std::string_view parameter = std::string_view(query).substr(start, end - start);
    const std::string_view name = parameter.substr(0, parameter.find('='));
    if (!out.empty()) out += '&';
    if (name == "db" || name == "rp" || name.size() == parameter.size()) {
      out += parameter;
    } else {
      out += std::string(name) + "=xxx";
    }
    start = end + 1;
  }
  return out;
}

std::string build_info_url(const std::string& read_url) {
  Url url(read_url);
  std::string path = url.part(CURLUPART_PATH);
  constexpr std::string_view kRead = "/read";
  if (!path.ends_with(kRead)) return {};
  path.resize(path.size() - kRead.size());
  constexpr std::string_view kProm = "/prom";  // InfluxDB and DeepFlow: /api/v1/prom/read
  if (path.ends_with(kProm)) path.resize(path.size() - kProm.size());
  url.set(CURLUPART_PATH, path + "/status/buildinfo");
  url.clear(CURLUPART_QUERY);
  return url.part(CURLUPART_URL);
}

bool is_token_char(char c) {
  return std::isalnum(static_cast<unsigned char>(c)) != 0 ||
         std::string_view("!#$%&'*+-.^_`|~").find(c) != std::string_view::npos;
}

bool has_control_char(std::string_view text) {
  return std::any_of(text.begin(), text.end(), [](unsigned char c) { return (c < 0x20 && c != '\t') || c == 0x7f; });
}

Result<void> check_header(const std::string& name, const std::string& value) {
  if (name.empty() || !std::all_of(name.begin(), name.end(), is_token_char)) {
    return invalid("'" + excerpt(name) + "' is not a name of an HTTP header");
  }
  if (has_control_char(value)) return invalid("the value of header " + name + " has control characters");
  std::string lower = name;
  std::transform(lower.begin(), lower.end(), lower.begin(),
                 [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
  constexpr std::array<std::string_view, 7> kOurs = {"content-type",
                                                     "content-encoding",
                                                     "content-length",
                                                     "transfer-encoding",
                                                     "expect",
                                                     "accept-encoding",
                                                     "x-prometheus-remote-read-version"};
  if (std::find(kOurs.begin(), kOurs.end(), lower) != kOurs.end()) {
    return invalid("header " + name + " belongs to the protocol and cannot be set");
  }
  return {};
}

Result<void> check_readable(const std::string& what, const std::string& path) {
  if (!path.empty() && !std::ifstream(path)) return Error{ErrorKind::io, what + " '" + path + "' cannot be read"};
  return {};
}

Result<void> check_url(const EndpointOptions& options) {
  const Url url(options.url);
  if (!url.valid()) return invalid("url '" + excerpt(options.url) + "' is not a URL: " + url.why());
  const std::string scheme = url.part(CURLUPART_SCHEME);
  if (scheme != "http" && scheme != "https") {
    return invalid("the url's scheme is '" + excerpt(scheme) + "', but must be http or https");
  }
  if (url.part(CURLUPART_HOST).empty()) return invalid("the url names no host");
  // Not quoted: the message would tell the password.
  if (!url.part(CURLUPART_USER).empty() || !url.part(CURLUPART_PASSWORD).empty()) {
    return invalid("the url holds a user name or password; these belong into basic_auth");
  }
  if (!url.part(CURLUPART_FRAGMENT).empty()) return invalid("the url has a fragment (#…)");
  return {};
}

Result<void> check_credentials(const EndpointOptions& options) {
  for (const auto& [name, value] : options.headers) RCA_TRY(check_header(name, value));
  const bool basic = !options.basic_auth_username.empty() || !options.basic_auth_password.empty();
  const bool authorization = std::any_of(options.headers.begin(), options.headers.end(), [](const auto& header) {
    return curl_strequal(header.first.c_str(), "Authorization") != 0;
  });
  if ((basic ? 1 : 0) + (options.bearer_token_file.empty() ? 0 : 1) + (authorization ? 1 : 0) > 1) {
    return invalid("at most one of basic auth, a bearer token file and an Authorization header can be set");
  }
  if (options.basic_auth_username.find(':') != std::string::npos) {
    return invalid("a user name of basic auth cannot contain a colon");
  }
  if (options.tls.cert_file.empty() != options.tls.key_file.empty()) {
    return invalid("a client certificate needs both tls.cert_file and tls.key_file");
  }
  RCA_TRY(check_readable("bearer_token_file", options.bearer_token_file));
  RCA_TRY(check_readable("tls.ca_file", options.tls.ca_file));
  RCA_TRY(check_readable("tls.cert_file", options.tls.cert_file));
  return check_readable("tls.key_file", options.tls.key_file);
}

Result<void> check_numbers(const EndpointOptions& options) {
  const auto positive = [](std::string_view name, auto value) -> Result<void> {
    if (value > 0) return {};
    return invalid(std::string(name) + " must be positive");
  };
  RCA_TRY(positive("connect_timeout", options.connect_timeout.count()));
  RCA_TRY(positive("timeout", options.timeout.count()));
  RCA_TRY(positive("retry.max_attempts", options.retry.max_attempts));
  RCA_TRY(positive("retry.min_backoff", options.retry.min_backoff.count()));
  if (options.retry.max_backoff < options.retry.min_backoff) {
    return invalid("retry.max_backoff is less than retry.min_backoff");
  }
  RCA_TRY(positive("concurrency", options.concurrency));
  constexpr int kMaxConcurrency = 256;  // each is a thread while a read runs
  if (options.concurrency > kMaxConcurrency) {
    return invalid("concurrency must be at most " + std::to_string(kMaxConcurrency));
  }
  RCA_TRY(positive("queries_per_request", options.queries_per_request));
  RCA_TRY(positive("deepflow_series_limit", options.deepflow_series_limit));
  RCA_TRY(positive("limits.max_bytes", options.limits.max_bytes));
  RCA_TRY(positive("limits.max_frame_bytes", options.limits.max_frame_bytes));
  RCA_TRY(positive("limits.max_series", options.limits.max_series));
  return positive("limits.max_samples", options.limits.max_samples);
}

bool is_loopback(std::string host) {
  if (host.starts_with('[')) host = host.substr(1, host.size() - 2);
  return host == "localhost" || host.ends_with(".localhost") || host == "::1" || host.starts_with("127.");
}

}  // namespace

std::string excerpt(std::string_view text, std::size_t max_size) {
  std::string out;
  for (const char c : text) {
    if (out.size() >= max_size) return out + "...";
    const auto byte = static_cast<unsigned char>(c);
    if (std::isspace(byte) != 0) {
      if (!out.empty() && out.back() != ' ') out += ' ';
    } else {
      out += byte > 0x20 && byte < 0x7f ? c : '?';
    }
  }
  while (!out.empty() && out.back() == ' ') out.pop_back();
  return out;
}

Result<Endpoint> check_endpoint(EndpointOptions options) {
  const std::string name = "endpoint '" + excerpt(options.name) + "'";
  for (const auto check : {&check_url, &check_credentials, &check_numbers}) {
    if (Result<void> checked = check(options); !checked.ok()) return checked.error().with_context(name);
  }
  Url url(options.url);
  Endpoint endpoint;
  endpoint.loopback = is_loopback(url.part(CURLUPART_HOST));
  endpoint.build_info_url = build_info_url(options.url);
  if (const std::string query = url.part(CURLUPART_QUERY); !query.empty()) {
    url.set(CURLUPART_QUERY, masked_query(query));
  }
  endpoint.label = name + " (" + excerpt(url.part(CURLUPART_URL)) + ")";
  endpoint.options = std::move(options);
  return endpoint;
}

Result<std::vector<std::string>> request_headers(const EndpointOptions& options) {
  std::vector<std::string> headers;
  for (const auto& [name, value] : options.headers) {
    // curl takes "Name:" as an order to leave the header out, and "Name;" as one with an empty value.
    std::string& header = headers.emplace_back(name);
    header += value.empty() ? std::string(";") : ": " + value;
  }
  if (options.bearer_token_file.empty()) return headers;
  std::ifstream in(options.bearer_token_file, std::ios::binary);
  std::string token(kMaxTokenBytes + 1, '\0');
  in.read(token.data(), static_cast<std::streamsize>(token.size()));
  if (!in.is_open() || in.bad()) {
    return Error{ErrorKind::io, "bearer_token_file '" + options.bearer_token_file + "' cannot be read"};
  }
  token.resize(static_cast<std::size_t>(in.gcount()));
  const std::size_t first = token.find_first_not_of(" \t\r\n");
  const std::size_t last = token.find_last_not_of(" \t\r\n");
  if (first == std::string::npos || token.size() > kMaxTokenBytes) {
    return invalid("bearer_token_file '" + options.bearer_token_file +
                   (first == std::string::npos ? "' is empty" : "' is too long for a token"));
  }
  token = token.substr(first, last - first + 1);
  if (token.find_first_of(" \t") != std::string::npos || has_control_char(token)) {
    return invalid("bearer_token_file '" + options.bearer_token_file + "' holds more than one word");
  }
  headers.push_back("Authorization: Bearer " + token);
  return headers;
}

}  // namespace remote_read
