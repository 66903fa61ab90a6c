// Servers that never stop: the client does, and holds no more than it may.
#include <gtest/gtest.h>

#include <fstream>

#include "reader.h"
#include "tests/support/wait.h"

namespace remote_read_test {
namespace {

using rca::ErrorKind;

// Sanitizers keep freed memory for a while. GCC and clang each have their own way to tell of them.
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
constexpr bool kSanitized = true;
#elif defined(__has_feature)
constexpr bool kSanitized = __has_feature(address_sanitizer) || __has_feature(thread_sanitizer);
#else
constexpr bool kSanitized = false;
#endif

// Peak resident memory in bytes.
std::size_t peak_memory() {
  std::ifstream in("/proc/self/status");
  for (std::string word; in >> word;) {
    std::size_t kib = 0;
    if (word == "VmHWM:" && in >> kib) return kib << 10U;
  }
  return 0;
}

// Sends `piece` for ever after `head`, and says how much the client took.
class EndlessServer {
 public:
  EndlessServer(std::string head, std::string piece)
      : server_([this, head = std::move(head), piece = std::move(piece)](Connection& connection, int) {
          connection.read_request();
          std::string block;
          while (block.size() < 65'536) block += piece;
          for (bool open = connection.send(head); open;) open = connection.send(block);
          sent_ = connection.sent();
        }) {}

  // Reads with limits of 8 MiB and gives the kind of error.
  ErrorKind read() {
    Reader reader(server_);
    reader.options.limits.max_bytes = std::size_t{8} << 20U;
    reader.options.limits.max_samples = 1'000'000;
    reader.options.retry.max_attempts = 1;
    const std::size_t before = peak_memory();
    const ErrorKind kind = reader.kind();
    message = reader.message;
    // Bodies are held up to the limit at most (a string may have grown to twice that), whatever was sent.
    if (!kSanitized) {
      EXPECT_LT(peak_memory(), before + (std::size_t{64} << 20U));
    }
    return kind;
  }
  // What the server got rid of: the limit plus what the kernel buffers.
  std::size_t sent() {
    EXPECT_TRUE(test_support::wait_until([this] { return sent_ > 0; }));
    return sent_;
  }

  std::string message;

 private:
  std::atomic<std::size_t> sent_{0};
  RawServer server_;
};

constexpr std::size_t kKernelBuffers = std::size_t{24} << 20U;

TEST(Endless, EndlessHeaders) {
  EndlessServer server("HTTP/1.1 200 OK\r\n", "X-Filler: " + std::string(500, 'x') + "\r\n");
  EXPECT_EQ(server.read(), ErrorKind::limit) << server.message;
  EXPECT_LT(server.sent(), kKernelBuffers);
}

TEST(Endless, EndlessHeaderLine) {
  EndlessServer server("HTTP/1.1 200 OK\r\nX-Filler: ", std::string(500, 'x'));
  EXPECT_NE(server.read(), ErrorKind::internal) << server.message;
  EXPECT_LT(server.sent(), kKernelBuffers);
}

TEST(Endless, EndlessStream) {
  EndlessServer server("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n" + kStreamedHeaders[0] + "\r\n\r\n",
                       http_chunk(streamed_frame(kSeries[1])));
  EXPECT_EQ(server.read(), ErrorKind::limit) << server.message;
  EXPECT_LT(server.sent(), (std::size_t{16} << 20U) + kKernelBuffers);
}

TEST(Endless, EndlessSamples) {
  EndlessServer server("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\nContent-Type: application/x-protobuf\r\n\r\n",
                       http_chunk(std::string(1000, 'x')));
  EXPECT_EQ(server.read(), ErrorKind::limit) << server.message;
  EXPECT_LT(server.sent(), (std::size_t{16} << 20U) + kKernelBuffers);
}

TEST(Endless, EndlessErrorPage) {
  EndlessServer server("HTTP/1.1 404 Not Found\r\nTransfer-Encoding: chunked\r\n\r\n",
                       http_chunk(std::string(1000, 'x')));
  EXPECT_EQ(server.read(), ErrorKind::http_client_error) << server.message;
  EXPECT_LT(server.message.size(), 500U);
  EXPECT_LT(server.sent(), kKernelBuffers);
}

}  // namespace
}  // namespace remote_read_test
