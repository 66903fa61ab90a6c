#include "exporter/web/server.h"

#include <arpa/inet.h>
#include <civetweb.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <exception>
#include <mutex>
#include <utility>

#include "exporter/web/router.h"

namespace exporter {
namespace {

constexpr std::string_view kTlsHint =
    "terminate TLS in front, for example with nginx or stunnel (deploy/ has configurations for both)";

rca::Error address_error(const std::string& text, const std::string& sentence) {
  return {rca::ErrorKind::invalid_argument, "listen address '" + text + "': " + sentence};
}

std::string header(const mg_connection* connection, const char* name) {
  const char* value = mg_get_header(connection, name);
  return value == nullptr ? std::string() : std::string(value);
}

rca::Result<std::string> read_body(mg_connection* connection) {
  const mg_request_info* info = mg_get_request_info(connection);
  const rca::Error too_large{rca::ErrorKind::limit,
                             "the body is larger than " + std::to_string(kMaxBodyBytes) + " bytes"};
  if (info->content_length > static_cast<long long>(kMaxBodyBytes)) return too_large;
  std::string body;
  std::array<char, 16384> buffer{};
  while (true) {
    const int count = mg_read(connection, buffer.data(), buffer.size());
    if (count < 0) return rca::Error{rca::ErrorKind::truncated, "the body could not be read"};
    if (count == 0) break;
    if (body.size() + static_cast<std::size_t>(count) > kMaxBodyBytes) return too_large;
    body.append(buffer.data(), static_cast<std::size_t>(count));
  }
  if (info->content_length >= 0 && std::cmp_less(body.size(), info->content_length)) {
    return rca::Error{rca::ErrorKind::truncated, "the body is shorter than its Content-Length"};
  }
  return body;
}

void write_response(mg_connection* connection, const HttpResponse& response, bool with_body) {
  std::string head = "HTTP/1.1 " + std::to_string(response.status) + " " + std::string(status_text(response.status)) +
                     "\r\nContent-Type: " + response.content_type +
                     "\r\nContent-Length: " + std::to_string(response.body.size()) +
                     "\r\nConnection: close\r\nX-Content-Type-Options: nosniff\r\nCache-Control: no-store\r\n";
  for (const auto& [name, value] : response.headers) head.append(name).append(": ").append(value).append("\r\n");
  head += "\r\n";
  if (mg_write(connection, head.data(), head.size()) <= 0 || !with_body || response.body.empty()) return;
  mg_write(connection, response.body.data(), response.body.size());
}

// What civetweb says while it starts; it gives no other reason for a failure.
struct StartLog {
  std::mutex mutex;
  bool closed = false;
  std::string text;
};

class CivetWebServer final : public WebServer {
 public:
  CivetWebServer(WebConfig auth, WritePermissions permissions, WebHandlers handlers)
      : router_(std::move(auth), permissions, std::move(handlers)) {}
  CivetWebServer(const CivetWebServer&) = delete;
  CivetWebServer& operator=(const CivetWebServer&) = delete;
  ~CivetWebServer() override {
    if (context_ != nullptr) mg_stop(context_);
    mg_exit_library();
  }

  rca::Result<void> listen(const WebOptions& options, const ListenAddress& address);

  void publish(std::shared_ptr<const Snapshot> snapshot) override { router_.publish(std::move(snapshot)); }
  void set_permissions(WritePermissions permissions) override { router_.set_permissions(permissions); }
  [[nodiscard]] std::uint16_t port() const override { return port_; }
  [[nodiscard]] std::string address() const override { return host_ + ":" + std::to_string(port_); }

 private:
  // A callback of the start and not a handler that is set after it: no request comes too early.
  static int on_request(mg_connection* connection) {
    static_cast<CivetWebServer*>(mg_get_user_data(mg_get_context(connection)))->serve(connection);
    return 1;
  }
  // civetweb's own error pages (a request that does not parse, a client too slow) date themselves with gmtime(), whose
  // result all its threads share. These are like all other answers, and have no date.
  static int on_error(mg_connection* connection, int status, const char* /*message: may quote the client*/) {
    try {
      write_response(connection, text_response(status, status_text(status)), true);
    } catch (const std::exception&) {  // std::bad_alloc must not unwind through civetweb's C; an end is an answer too
    }
    return 0;
  }
  static int on_log(const mg_connection* connection, const char* message) {
    auto* self = static_cast<CivetWebServer*>(mg_get_user_data(mg_get_context(connection)));
    if (self != nullptr) self->log(message);
    return 1;  // not to standard error: it may quote what a client sent
  }
  void log(const char* message) {
    const std::lock_guard lock(log_.mutex);
    if (!log_.closed) log_.text += (log_.text.empty() ? "" : "; ") + std::string(message);
  }
  void serve(mg_connection* connection);

  Router router_;
  StartLog log_;
  mg_context* context_ = nullptr;
  std::string host_;
  std::uint16_t port_ = 0;
};

void CivetWebServer::serve(mg_connection* connection) {
  const mg_request_info* info = mg_get_request_info(connection);
  HttpRequest request;
  request.method = info->request_method == nullptr ? "" : info->request_method;
  request.path = info->local_uri == nullptr ? "" : decode_path(info->local_uri);
  request.query = info->query_string == nullptr ? "" : info->query_string;
  request.authorization = header(connection, "Authorization");
  request.accept_encoding = header(connection, "Accept-Encoding");
  request.origin = header(connection, "Origin");
  request.host = header(connection, "Host");
  request.read_body = [connection] { return read_body(connection); };
  HttpResponse response;
  try {
    response = router_.handle(request);
  } catch (const std::exception&) {  // std::bad_alloc, or a handler's: it must not unwind through civetweb's C
    response = text_response(500, "Internal error");
  }
  write_response(connection, response, request.method != "HEAD");
}

rca::Result<void> CivetWebServer::listen(const WebOptions& options, const ListenAddress& address) {
  mg_init_library(0);
  const std::string ports = (address.host.empty() ? "" : address.host + ":") + std::to_string(address.port);
  const std::string threads = std::to_string(std::clamp(options.threads, 1, 1000));
  const std::string timeout = std::to_string(std::max(options.request_timeout_ms, 1));
  // Without keep-alive a client that has its answer gives its thread back at once.
  // Paths are decoded by us: the library decodes in place, and a NUL would end the path early.
  const std::array<const char*, 15> settings{"listening_ports",
                                             ports.c_str(),
                                             "num_threads",
                                             threads.c_str(),
                                             "request_timeout_ms",
                                             timeout.c_str(),
                                             "enable_keep_alive",
                                             "no",
                                             "enable_directory_listing",
                                             "no",
                                             "decode_url",
                                             "no",
                                             "tcp_nodelay",
                                             "1",
                                             nullptr};
  mg_callbacks callbacks{};
  callbacks.begin_request = &CivetWebServer::on_request;
  callbacks.http_error = &CivetWebServer::on_error;
  callbacks.log_message = &CivetWebServer::on_log;
  std::array<char, 256> text{};
  unsigned code = 0;
  mg_init_data init{&callbacks, this, const_cast<const char**>(settings.data())};
  mg_error_data error{&code, text.data(), text.size()};
  context_ = mg_start2(&init, &error);
  if (context_ == nullptr) {
    const std::lock_guard lock(log_.mutex);
    const std::string reason = log_.text.empty() ? std::string(text.data()) : log_.text;
    return rca::Error{rca::ErrorKind::io, "cannot listen on '" + options.listen_address + "': " + reason};
  }
  {
    const std::lock_guard lock(log_.mutex);
    log_.closed = true;
  }
  std::array<mg_server_port, 4> listening{};
  if (mg_get_server_ports(context_, static_cast<int>(listening.size()), listening.data()) > 0) {
    port_ = static_cast<std::uint16_t>(listening[0].port);
  }
  host_ = address.host.empty() ? "0.0.0.0" : address.host;
  return {};
}

}  // namespace

rca::Result<ListenAddress> parse_listen_address(const std::string& text) {
  const auto colon = text.rfind(':');
  if (colon == std::string::npos) return address_error(text, "must be 'host:port' or ':port'");
  ListenAddress address;
  address.host = text.substr(0, colon);
  std::string port = text.substr(colon + 1);
  if (address.host.find(':') != std::string::npos || address.host.find('[') != std::string::npos) {
    return address_error(text,
                         "IPv6 is not served: the HTTP library that Debian ships is built without it; listen on an "
                         "IPv4 address and put a proxy in front");
  }
  if (port.ends_with('s')) return address_error(text, "a TLS port is not served; " + std::string(kTlsHint));
  if (port.ends_with('r'))
    return address_error(text, "a port that redirects to TLS is not served; " + std::string(kTlsHint));
  const auto [end, error] = std::from_chars(port.data(), port.data() + port.size(), address.port);
  if (port.empty() || error != std::errc() || end != port.data() + port.size()) {
    return address_error(text, "'" + port + "' is no port, which is a number from 0 to 65535");
  }
  if (address.host == "localhost") address.host = "127.0.0.1";
  in_addr parsed{};
  if (!address.host.empty() && inet_pton(AF_INET, address.host.c_str(), &parsed) != 1) {
    return address_error(text, "'" + address.host + "' is no IPv4 address");
  }
  return address;
}

rca::Result<std::unique_ptr<WebServer>> WebServer::start(WebOptions options, WritePermissions permissions,
                                                         WebHandlers handlers) {
  RCA_ASSIGN(const ListenAddress address, parse_listen_address(options.listen_address));
  auto server = std::make_unique<CivetWebServer>(std::move(options.auth), permissions, std::move(handlers));
  RCA_TRY(server->listen(options, address));
  return std::unique_ptr<WebServer>(std::move(server));
}

}  // namespace exporter
