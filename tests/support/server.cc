#include "tests/support/server.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <utility>

#include "tests/support/http.h"

namespace test_support {

using rca::Error;
using rca::ErrorKind;
using rca::Result;

namespace {

sockaddr_in loopback(int port) {
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(static_cast<in_port_t>(port));
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  return address;
}

std::string expand(std::string text, const TempDir& dir, int port, int port2) {
  text = replace_all(std::move(text), "@DIR@", dir.path().string());
  text = replace_all(std::move(text), "@PORT2@", std::to_string(port2));
  return replace_all(std::move(text), "@PORT@", std::to_string(port));
}

bool ready(const ServerOptions& options, int port, const std::string& url) {
  if (options.ready_path.empty() || options.scheme == "https") return port_open(port);
  HttpRequest request;
  request.url = url + options.ready_path;
  request.timeout = std::chrono::milliseconds(2'000);
  const Result<HttpResponse> response = http(request);
  return response.ok() && response->status < 400;
}

}  // namespace

int free_port() {
  const int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  sockaddr_in address = loopback(0);
  socklen_t size = sizeof address;
  int port = 0;
  if (fd >= 0 && bind(fd, reinterpret_cast<sockaddr*>(&address), size) == 0 &&
      getsockname(fd, reinterpret_cast<sockaddr*>(&address), &size) == 0) {
    port = ntohs(address.sin_port);
  }
  if (fd >= 0) close(fd);
  return port;
}

bool port_open(int port) {
  const int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  if (fd < 0) return false;
  const sockaddr_in address = loopback(port);
  const bool open = connect(fd, reinterpret_cast<const sockaddr*>(&address), sizeof address) == 0;
  close(fd);
  return open;
}

Result<void> Server::launch() {
  ProcessOptions process;
  process.argv = options_.argv;
  process.env = options_.env;
  process.directory = dir_->path();
  process.log_file = dir_->file("server.log");
  RCA_ASSIGN(process_, Process::start(process));
  const bool done =
      wait_until([this] { return !process_->running() || ready(options_, port_, url_); }, options_.deadline);
  if (done && process_->running()) return {};
  const bool ended = !process_->running();
  process_->stop();
  return Error{ended ? ErrorKind::io : ErrorKind::timeout,
               options_.argv[0] + (ended ? " ended early: " : " was not ready in time: ") + process_->output()};
}

Result<void> Server::restart() {
  process_->stop();
  return launch();
}

Result<std::unique_ptr<Server>> start_server(const ServerOptions& options) {
  constexpr int kAttempts = 3;
  for (int attempt = 1;; ++attempt) {
    auto server = std::make_unique<Server>();
    server->dir_ = std::make_unique<TempDir>();
    server->port_ = free_port();
    server->port2_ = free_port();
    server->url_ = options.scheme + "://127.0.0.1:" + std::to_string(server->port_);
    server->options_ = options;
    const auto expanded = [&server](std::string text) {
      return expand(std::move(text), *server->dir_, server->port_, server->port2_);
    };
    for (std::string& argument : server->options_.argv) argument = expanded(std::move(argument));
    for (auto& [name, value] : server->options_.env) value = expanded(std::move(value));
    for (const auto& [name, content] : options.files) (void)server->dir_->write(name, expanded(content));
    Result<void> started = server->launch();
    if (started.ok()) return server;
    if (started.error().kind != ErrorKind::io || attempt == kAttempts) return std::move(started).error();
  }
}

Result<std::unique_ptr<Server>> start_prometheus(const std::string& config, const std::vector<std::string>& extra_args,
                                                 const std::map<std::string, std::string>& files) {
  ServerOptions options;
  options.argv = {"prometheus",
                  "--config.file=@DIR@/prometheus.yml",
                  "--web.listen-address=127.0.0.1:@PORT@",
                  "--storage.tsdb.path=@DIR@/data",
                  "--web.enable-lifecycle",
                  "--web.enable-admin-api",
                  "--log.level=warn"};
  options.argv.insert(options.argv.end(), extra_args.begin(), extra_args.end());
  options.files = files;
  options.files["prometheus.yml"] = config;
  options.ready_path = "/-/ready";
  return start_server(options);
}

Result<std::unique_ptr<Server>> start_prometheus_with_history(const std::string& openmetrics) {
  RCA_ASSIGN(auto server, start_prometheus("global: {}\n", {"--storage.tsdb.retention.time=100y"}));
  server->process().stop();
  const std::string text = server->dir().write("history.om", openmetrics);
  ProcessOptions promtool;
  promtool.argv = {"promtool", "tsdb", "create-blocks-from", "openmetrics", text, server->dir().file("data")};
  RCA_ASSIGN(const CommandResult blocks, run_command(std::move(promtool)));
  if (blocks.exit_code != 0) return rca::Error{ErrorKind::io, "promtool: " + blocks.output};
  RCA_TRY(server->restart());
  return server;
}

Result<std::unique_ptr<Server>> start_alertmanager(const std::string& config,
                                                   const std::vector<std::string>& extra_args) {
  ServerOptions options;
  options.argv = {"prometheus-alertmanager", "--config.file=@DIR@/alertmanager.yml",
                  "--web.listen-address=127.0.0.1:@PORT@", "--storage.path=@DIR@/data", "--cluster.listen-address="};
  options.argv.insert(options.argv.end(), extra_args.begin(), extra_args.end());
  options.files["alertmanager.yml"] = config;
  options.ready_path = "/-/ready";
  return start_server(options);
}

Result<std::unique_ptr<Server>> start_nginx(const std::string& http_block,
                                            const std::map<std::string, std::string>& files,
                                            const std::string& scheme) {
  ServerOptions options;
  options.scheme = scheme;
  options.files = files;
  // The workers must read the temporary directory, which belongs to whoever runs the test.
  options.files["nginx.conf"] = std::string(geteuid() == 0 ? "user root;\n" : "") +
                                "daemon off;\nworker_processes 1;\npid @DIR@/nginx.pid;\nerror_log stderr warn;\n"
                                "events { worker_connections 64; }\nhttp {\naccess_log off;\n"
                                "client_body_temp_path @DIR@/body;\nproxy_temp_path @DIR@/proxy;\n"
                                "fastcgi_temp_path @DIR@/fastcgi;\nuwsgi_temp_path @DIR@/uwsgi;\n"
                                "scgi_temp_path @DIR@/scgi;\n" +
                                http_block + "\n}\n";
  options.argv = {"nginx", "-p", "@DIR@", "-c", "@DIR@/nginx.conf"};
  return start_server(options);
}

Result<std::unique_ptr<Server>> start_influxdb() {
  ServerOptions options;
  options.files["influxdb.conf"] =
      "reporting-disabled = true\nbind-address = \"127.0.0.1:@PORT2@\"\n[meta]\ndir = \"@DIR@/meta\"\n"
      "[data]\ndir = \"@DIR@/data\"\nwal-dir = \"@DIR@/wal\"\n"
      "[http]\nenabled = true\nbind-address = \"127.0.0.1:@PORT@\"\n";
  options.argv = {"influxd", "-config", "@DIR@/influxdb.conf"};
  options.ready_path = "/ping";
  return start_server(options);
}

}  // namespace test_support
