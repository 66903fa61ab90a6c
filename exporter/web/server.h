// The HTTP side of the daemon: /metrics, the API, health, the landing page. docs/api.md documents every route.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "common/result.h"
#include "exporter/incident/alertmanager_webhook.h"
#include "exporter/metrics/families.h"
#include "exporter/pipeline/snapshot.h"
#include "exporter/web/auth.h"

namespace exporter {

struct WebOptions {
  std::string listen_address = ":9877";  // "host:port" or ":port"; IPv4; port 0 takes a free one
  WebConfig auth;                        // users; none: no authentication
  int threads = 64;                      // connections that are served at once; a slow client holds one of them
  int request_timeout_ms = 10'000;       // for a client that stops sending or reading
};

// What the routes that change something call, on the server's threads, several at once. Each returns once the change is
// safe (stored), since the client is told so; the errors invalid_argument, malformed and limit become 400, others 503;
// a reload that fails is 500.
struct WebHandlers {
  std::function<rca::Result<void>()> reload;                                   // POST|PUT /-/reload
  std::function<rca::Result<void>(std::vector<Alert>)> on_alerts;              // POST /api/v1/alerts
  std::function<rca::Result<void>(std::vector<rca::ChangeEvent>)> on_changes;  // POST /api/v1/changes
  // An incident that is no longer in the snapshot; may be empty, then only the snapshot's are known.
  std::function<rca::Result<std::optional<Incident>>(const std::string& id)> find_incident;
  std::function<std::int64_t()> now_ms;  // the clock; empty: the system's
};

// Which of the routes that change something work without authentication; they always work with it.
struct WritePermissions {
  bool write = false;      // `web.enable_write`: alerts and changes
  bool lifecycle = false;  // `web.enable_lifecycle`: reload
};

// "host:port" taken apart. Errors (invalid_argument) for IPv6, a TLS port (`9877s`), a port that is no number, with a
// hint where there is one.
struct ListenAddress {
  std::string host;  // IPv4 address; empty: all
  std::uint16_t port = 0;
};
rca::Result<ListenAddress> parse_listen_address(const std::string& text);

// Serves from construction to destruction. Thread-safe. Never waits for an evaluation: it only reads what was
// published.
class WebServer {
 public:
  // Errors: invalid_argument (the address), io (the port is taken or not allowed; says which).
  static rca::Result<std::unique_ptr<WebServer>> start(WebOptions options, WritePermissions permissions,
                                                       WebHandlers handlers);
  virtual ~WebServer() = default;

  // Makes `snapshot` what all routes answer from; renders and compresses /metrics here, once, on the caller's thread.
  // Call it also after a failed evaluation or reload. /-/ready answers 200 once a snapshot with `evaluations` > 0 is
  // there.
  virtual void publish(std::shared_ptr<const Snapshot> snapshot) = 0;

  // After a reload.
  virtual void set_permissions(WritePermissions permissions) = 0;

  [[nodiscard]] virtual std::uint16_t port() const = 0;   // the one that it listens on
  [[nodiscard]] virtual std::string address() const = 0;  // "host:port"
};

}  // namespace exporter
