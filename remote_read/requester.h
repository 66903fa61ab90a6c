// What all requests of one client share: the endpoint, the bound on requests in flight, connections, retries.
#pragma once

#include <atomic>
#include <chrono>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <stop_token>
#include <vector>

#include "common/result.h"
#include "remote_read/endpoint.h"
#include "remote_read/http_transport.h"
#include "remote_read/pacing.h"

namespace remote_read {

// What became of one attempt.
struct Attempt {
  rca::Result<void> result;
  bool retry = false;  // another attempt may succeed
  std::chrono::milliseconds retry_after{0};
};

// Thread-safe.
class Requester {
 public:
  explicit Requester(Endpoint endpoint);

  [[nodiscard]] const Endpoint& endpoint() const { return endpoint_; }

  // Sends `request` with the endpoint's headers and credentials, once there is a place; then lets `conclude` judge
  // what the receiver got, or the failure of the exchange.
  Attempt send(HttpRequest request, HttpReceiver& receiver, const std::stop_token& stop,
               const std::function<Attempt(std::optional<HttpFailure>)>& conclude);

  // Repeats `attempt` as the endpoint's retry options say, counting the repetitions in `retries`.
  rca::Result<void> with_retries(const std::function<Attempt()>& attempt, const std::stop_token& stop,
                                 std::atomic<std::uint64_t>& retries) const;

 private:
  std::unique_ptr<HttpTransport> take_transport();
  void put_transport(std::unique_ptr<HttpTransport> transport);

  const Endpoint endpoint_;
  Gate gate_;
  std::optional<Pacer> pacer_;
  std::mutex mutex_;
  std::vector<std::unique_ptr<HttpTransport>> idle_;  // with their connections
};

// Whether an attempt that failed so is worth another.
bool is_retryable(const HttpFailure& failure, int status);

}  // namespace remote_read
