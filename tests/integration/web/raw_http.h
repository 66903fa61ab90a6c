// HTTP by hand, for what no client would send.
#pragma once

#include <cstdint>
#include <string>

namespace exporter {

// A connection to 127.0.0.1:port, closed by the destructor.
class RawConnection {
 public:
  explicit RawConnection(std::uint16_t port);
  ~RawConnection();
  RawConnection(const RawConnection&) = delete;
  RawConnection& operator=(const RawConnection&) = delete;

  [[nodiscard]] bool connected() const { return fd_ >= 0; }
  // Stops early when the server has closed.
  void send(const std::string& bytes) const;
  // No more will be sent.
  void finish() const;
  // Everything until the server closes, at most 30 s.
  [[nodiscard]] std::string read_all() const;

 private:
  int fd_ = -1;
};

// Sends `bytes`, and gives all that comes back.
std::string raw_exchange(std::uint16_t port, const std::string& bytes);

}  // namespace exporter
