// A server of bare sockets that can misbehave in any way.
#pragma once

#include <atomic>
#include <functional>
#include <list>
#include <mutex>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

namespace remote_read_test {

// One accepted connection. The handler's thread owns it.
class Connection {
 public:
  explicit Connection(int fd) : fd_(fd) {}

  // The next request's head, body in `body`; empty when the client closed before it was complete.
  std::string read_request(std::string* body = nullptr);
  // False when the client has gone.
  bool send(std::string_view bytes);
  // Blocks until the client closes.
  void wait_for_close();
  // Closes by RST instead of FIN.
  void reset();
  [[nodiscard]] std::size_t sent() const { return sent_; }

 private:
  int fd_;
  std::size_t sent_ = 0;
};

// Listens on 127.0.0.1; each connection is handled by its own thread and closed when the handler returns.
class RawServer {
 public:
  // `number` counts the connections from 0.
  using Handler = std::function<void(Connection& connection, int number)>;

  explicit RawServer(Handler handler, int port = 0);
  ~RawServer();  // shuts every connection down and waits for the handlers
  RawServer(const RawServer&) = delete;
  RawServer& operator=(const RawServer&) = delete;

  // What happens with the connections from now on.
  void set_handler(Handler handler);

  [[nodiscard]] int port() const { return port_; }
  [[nodiscard]] std::string url(const std::string& path = "/api/v1/read") const {
    return "http://127.0.0.1:" + std::to_string(port_) + path;
  }
  [[nodiscard]] int connections() const { return connections_; }

 private:
  void accept_loop();
  void serve(int fd, int number);

  std::mutex mutex_;
  Handler handler_;
  int listener_ = -1;
  int port_ = 0;
  std::atomic<bool> stopping_{false};
  std::atomic<int> connections_{0};
  std::vector<int> open_;
  std::list<std::thread> threads_;
  std::thread acceptor_;
};

// "HTTP/1.1 200 OK" and so on, with Connection: close and a Content-Length for `body`.
std::string http_answer(int status, const std::vector<std::string>& headers, std::string_view body);
// One chunk of the chunked transfer coding; "" gives the last one.
std::string http_chunk(std::string_view bytes);

}  // namespace remote_read_test
