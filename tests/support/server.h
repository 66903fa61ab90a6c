// Real servers for integration tests, each on free ports of 127.0.0.1 with its files in a temporary directory.
#pragma once

#include <chrono>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "common/result.h"
#include "tests/support/process.h"
#include "tests/support/temp_dir.h"
#include "tests/support/wait.h"

namespace test_support {

// A TCP port of 127.0.0.1 that nobody listened on a moment ago.
int free_port();
// True when something listens on 127.0.0.1:port.
bool port_open(int port);

// In `argv`, `files` and `ready_path`, @PORT@ and @PORT2@ become free ports and @DIR@ the server's directory.
struct ServerOptions {
  std::vector<std::string> argv;
  std::map<std::string, std::string> env;
  std::map<std::string, std::string> files;  // name in the directory → content, written before the start
  std::string ready_path;                    // ready when GET answers below 400; empty: when the port is open
  std::string scheme = "http";               // "https": the certificate is not checked by the wait for readiness
  std::chrono::milliseconds deadline = kDefaultDeadline;
};

class Server {
 public:
  [[nodiscard]] int port() const { return port_; }
  [[nodiscard]] int port2() const { return port2_; }
  // e.g. http://127.0.0.1:9090, no slash at the end.
  [[nodiscard]] const std::string& url() const { return url_; }
  [[nodiscard]] const TempDir& dir() const { return *dir_; }
  [[nodiscard]] Process& process() { return *process_; }

  // Starts the same command again on the same ports and directory, after process().kill() or stop().
  rca::Result<void> restart();

 private:
  friend rca::Result<std::unique_ptr<Server>> start_server(const ServerOptions& options);
  rca::Result<void> launch();

  ServerOptions options_;  // expanded
  std::unique_ptr<TempDir> dir_;
  std::unique_ptr<Process> process_;  // after dir_: ends before its files go
  int port_ = 0;
  int port2_ = 0;
  std::string url_;
};

// Starts any program and waits until it is ready. A free port can be taken by somebody else before the server has
// it, so a server that ends early is tried again with other ports. The error quotes what the server wrote.
rca::Result<std::unique_ptr<Server>> start_server(const ServerOptions& options);

// Debian's prometheus with this configuration file (@PORT@ and @DIR@ as above; other `files` may be referred to by
// @DIR@/name), its data in @DIR@/data. Admin API and lifecycle are on.
rca::Result<std::unique_ptr<Server>> start_prometheus(const std::string& config,
                                                      const std::vector<std::string>& extra_args = {},
                                                      const std::map<std::string, std::string>& files = {});
// The same over a history: OpenMetrics text of samples up to a century old, which `promtool tsdb
// create-blocks-from openmetrics` puts into its data. It scrapes nothing.
rca::Result<std::unique_ptr<Server>> start_prometheus_with_history(const std::string& openmetrics);
// Debian's prometheus-alertmanager, clustering off.
rca::Result<std::unique_ptr<Server>> start_alertmanager(const std::string& config,
                                                        const std::vector<std::string>& extra_args = {});
// Debian's nginx; `http_block` is the inside of http { … }, e.g. server { listen 127.0.0.1:@PORT@; … }.
rca::Result<std::unique_ptr<Server>> start_nginx(const std::string& http_block,
                                                 const std::map<std::string, std::string>& files = {},
                                                 const std::string& scheme = "http");
// Debian's influxdb 1.6.
rca::Result<std::unique_ptr<Server>> start_influxdb();

}  // namespace test_support
