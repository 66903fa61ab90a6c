#include "remote_read/http_transport.h"

#include <algorithm>
#include <cctype>
#include <charconv>
#include <exception>
#include <functional>
#include <utility>

namespace remote_read {

using rca::Error;
using rca::ErrorKind;
using rca::Result;

namespace {

constexpr std::size_t kMaxHeaderBytes = std::size_t{64} << 10U;
constexpr long kReceiveBufferBytes = 256L << 10;  // frames that lie within one piece are not copied
constexpr int kPollMilliseconds = 1000;

// The state of one exchange that curl's callbacks see.
struct Exchange {
  CURL* easy;
  HttpReceiver& receiver;
  HttpHead head;
  std::size_t header_bytes = 0;
  bool chunked = false;
  bool head_done = false;
  std::optional<Error> error;

  // Runs `step`, which must not let an exception through curl's C code.
  bool accept(const std::function<Result<void>()>& step) {
    try {
      Result<void> result = step();
      if (!result.ok()) error = std::move(result).error();
    } catch (const std::exception& exception) {
      error = Error{ErrorKind::internal, std::string("while an answer was read: ") + exception.what()};
    }
    return !error.has_value();
  }

  void take_header(std::string_view name, std::string_view value);
  Result<void> end_of_head();
};

std::string_view trimmed(std::string_view text) {
  const std::size_t first = text.find_first_not_of(" \t\r\n");
  if (first == std::string_view::npos) return {};
  return text.substr(first, text.find_last_not_of(" \t\r\n") - first + 1);
}

bool same_ignoring_case(std::string_view a, std::string_view b) {
  return std::equal(a.begin(), a.end(), b.begin(), b.end(),
                    [](unsigned char x, unsigned char y) { return std::tolower(x) == std::tolower(y); });
}

void Exchange::take_header(std::string_view name, std::string_view value) {
  if (same_ignoring_case(name, "content-type")) {
    head.content_type = value;
  } else if (same_ignoring_case(name, "content-encoding")) {
    head.content_encoding = value;
  } else if (same_ignoring_case(name, "location")) {
    head.location = value;
  } else if (same_ignoring_case(name, "transfer-encoding")) {
    chunked = true;  // curl knows no other
  } else if (same_ignoring_case(name, "content-length")) {
    std::uint64_t length = 0;
    if (std::from_chars(value.data(), value.data() + value.size(), length).ec == std::errc()) {
      head.content_length = length;
    }
  }
}

Result<void> Exchange::end_of_head() {
  long status = 0;
  long version = 0;
  curl_easy_getinfo(easy, CURLINFO_RESPONSE_CODE, &status);
  curl_easy_getinfo(easy, CURLINFO_HTTP_VERSION, &version);
  if (status < 200) return {};  // an interim answer; the real one follows
  head.status = static_cast<int>(status);
  head.delimited = chunked || head.content_length.has_value() || version >= CURL_HTTP_VERSION_2_0;
  head_done = true;
  return receiver.on_head(head);
}

std::size_t on_header(const char* data, std::size_t size, std::size_t count, void* user) {
  auto& exchange = *static_cast<Exchange*>(user);
  const std::string_view line(data, size * count);
  const bool accepted = exchange.accept([&]() -> Result<void> {
    exchange.header_bytes += line.size();
    if (exchange.header_bytes > kMaxHeaderBytes) {
      return Error{ErrorKind::limit,
                   "the answer's headers have more than " + std::to_string(kMaxHeaderBytes) + " bytes"};
    }
    if (exchange.head_done) return {};  // a trailer
    if (line.starts_with("HTTP/")) {
      exchange.head = {};
      exchange.chunked = false;
      return {};
    }
    if (trimmed(line).empty()) return exchange.end_of_head();
    const std::size_t colon = line.find(':');
    if (colon != std::string_view::npos) exchange.take_header(line.substr(0, colon), trimmed(line.substr(colon + 1)));
    return {};
  });
  return accepted ? line.size() : CURL_WRITEFUNC_ERROR;
}

std::size_t on_body(const char* data, std::size_t size, std::size_t count, void* user) {
  auto& exchange = *static_cast<Exchange*>(user);
  const std::string_view bytes(data, size * count);
  return exchange.accept([&] { return exchange.receiver.on_body(bytes); }) ? bytes.size() : CURL_WRITEFUNC_ERROR;
}

template <typename T>
void set(CURL* easy, CURLoption option, T value) {
  // The options here are all known to the libcurl that we need at least (7.85), and none takes a size.
  curl_easy_setopt(easy, option, value);
}

}  // namespace

HttpTransport::HttpTransport(const Endpoint& endpoint)
    : endpoint_(endpoint),
      easy_(curl_easy_init(), &curl_easy_cleanup),
      multi_(curl_multi_init(), &curl_multi_cleanup),
      error_buffer_(CURL_ERROR_SIZE, '\0') {}

void HttpTransport::configure(const HttpRequest& request, curl_slist* headers) {
  const EndpointOptions& options = endpoint_.options;
  CURL* easy = easy_.get();
  curl_easy_reset(easy);
  error_buffer_.assign(CURL_ERROR_SIZE, '\0');
  set(easy, CURLOPT_ERRORBUFFER, error_buffer_.data());
  set(easy, CURLOPT_URL, request.url.c_str());
  set(easy, CURLOPT_PROTOCOLS_STR, "http,https");
  set(easy, CURLOPT_FOLLOWLOCATION, 0L);
  set(easy, CURLOPT_NOSIGNAL, 1L);
  set(easy, CURLOPT_TCP_KEEPALIVE, 1L);
  set(easy, CURLOPT_BUFFERSIZE, kReceiveBufferBytes);
  set(easy, CURLOPT_CONNECTTIMEOUT_MS, static_cast<long>(options.connect_timeout.count()));
  set(easy, CURLOPT_TIMEOUT_MS, static_cast<long>(options.timeout.count()));
  set(easy, CURLOPT_USERAGENT, "rca_exporter");
  set(easy, CURLOPT_SUPPRESS_CONNECT_HEADERS, 1L);
  if (endpoint_.loopback) set(easy, CURLOPT_PROXY, "");  // whatever http_proxy says
  if (!options.basic_auth_username.empty() || !options.basic_auth_password.empty()) {
    set(easy, CURLOPT_HTTPAUTH, static_cast<long>(CURLAUTH_BASIC));
    set(easy, CURLOPT_USERNAME, options.basic_auth_username.c_str());
    set(easy, CURLOPT_PASSWORD, options.basic_auth_password.c_str());
  }
  const TlsOptions& tls = options.tls;
  set(easy, CURLOPT_SSLVERSION, static_cast<long>(CURL_SSLVERSION_TLSv1_2));
  set(easy, CURLOPT_SSL_VERIFYPEER, tls.insecure_skip_verify ? 0L : 1L);
  set(easy, CURLOPT_SSL_VERIFYHOST, tls.insecure_skip_verify ? 0L : 2L);
  if (!tls.ca_file.empty()) set(easy, CURLOPT_CAINFO, tls.ca_file.c_str());
  if (!tls.cert_file.empty()) {
    set(easy, CURLOPT_SSLCERT, tls.cert_file.c_str());
    set(easy, CURLOPT_SSLKEY, tls.key_file.c_str());
  }
  if (request.body) {
    set(easy, CURLOPT_POST, 1L);
    set(easy, CURLOPT_POSTFIELDSIZE_LARGE, static_cast<curl_off_t>(request.body->size()));
    set(easy, CURLOPT_POSTFIELDS, request.body->data());
  }
  set(easy, CURLOPT_HTTPHEADER, headers);
}

std::optional<HttpFailure> HttpTransport::perform(const HttpRequest& request, HttpReceiver& receiver,
                                                  const std::stop_token& stop) {
  retry_after_ = std::chrono::seconds(0);
  if (!easy_ || !multi_) return HttpFailure{{ErrorKind::internal, "libcurl cannot be initialised"}, true};
  curl_slist* list = nullptr;
  for (const std::string& header : request.headers) list = curl_slist_append(list, header.c_str());
  list = curl_slist_append(list, "Expect:");  // no waiting for 100 Continue before a large request
  const std::unique_ptr<curl_slist, decltype(&curl_slist_free_all)> headers(list, &curl_slist_free_all);
  configure(request, headers.get());
  Exchange exchange{.easy = easy_.get(), .receiver = receiver, .head = {}, .error = {}};
  set(easy_.get(), CURLOPT_HEADERFUNCTION, &on_header);
  set(easy_.get(), CURLOPT_HEADERDATA, &exchange);
  set(easy_.get(), CURLOPT_WRITEFUNCTION, &on_body);
  set(easy_.get(), CURLOPT_WRITEDATA, &exchange);

  CURLMcode multi_code = curl_multi_add_handle(multi_.get(), easy_.get());
  int running = 1;
  {
    const std::stop_callback wake(stop, [this] { curl_multi_wakeup(multi_.get()); });
    while (multi_code == CURLM_OK && !stop.stop_requested()) {
      multi_code = curl_multi_perform(multi_.get(), &running);
      if (multi_code != CURLM_OK || running == 0) break;
      multi_code = curl_multi_poll(multi_.get(), nullptr, 0, kPollMilliseconds, nullptr);
    }
  }
  CURLcode code = CURLE_OK;
  int left = 0;
  while (const CURLMsg* message = curl_multi_info_read(multi_.get(), &left)) {
    if (message->msg == CURLMSG_DONE) code = message->data.result;
  }
  curl_off_t seconds = 0;
  curl_easy_getinfo(easy_.get(), CURLINFO_RETRY_AFTER, &seconds);
  retry_after_ = std::chrono::seconds(seconds);
  curl_multi_remove_handle(multi_.get(), easy_.get());
  if (exchange.error) return HttpFailure{std::move(*exchange.error), false};
  if (multi_code != CURLM_OK) return HttpFailure{{ErrorKind::internal, curl_multi_strerror(multi_code)}, true};
  if (running != 0) return HttpFailure{{ErrorKind::cancelled, "the read was cancelled"}, true};
  return failure(code, exchange.head_done);
}

std::optional<HttpFailure> HttpTransport::failure(CURLcode code, bool head_done) const {
  const auto fail = [&](ErrorKind kind, bool permanent) {
    const std::string detail = excerpt(error_buffer_.c_str());
    return HttpFailure{{kind, detail.empty() ? curl_easy_strerror(code) : detail}, permanent};
  };
  switch (code) {
    case CURLE_OK: return std::nullopt;
    case CURLE_OPERATION_TIMEDOUT: return fail(ErrorKind::timeout, false);
    case CURLE_PARTIAL_FILE: return fail(ErrorKind::truncated, false);
    case CURLE_GOT_NOTHING:
    case CURLE_COULDNT_RESOLVE_HOST:
    case CURLE_COULDNT_RESOLVE_PROXY:
    case CURLE_COULDNT_CONNECT:
    case CURLE_SEND_ERROR:
    case CURLE_RECV_ERROR:
    case CURLE_SSL_CONNECT_ERROR:
    case CURLE_HTTP2:
    case CURLE_HTTP2_STREAM: return fail(ErrorKind::connection, false);
    case CURLE_PEER_FAILED_VERIFICATION:
    case CURLE_SSL_CERTPROBLEM:
    case CURLE_SSL_CACERT_BADFILE:
    case CURLE_SSL_ISSUER_ERROR:
    case CURLE_SSL_INVALIDCERTSTATUS:
    case CURLE_SSL_CIPHER: return fail(ErrorKind::connection, true);
    case CURLE_UNSUPPORTED_PROTOCOL:  // HTTP/0.9, that is: no HTTP at all
    case CURLE_WEIRD_SERVER_REPLY: return fail(ErrorKind::unexpected_content, true);
    case CURLE_BAD_CONTENT_ENCODING: return fail(ErrorKind::malformed, true);
    default: return fail(head_done ? ErrorKind::truncated : ErrorKind::connection, false);
  }
}

}  // namespace remote_read
