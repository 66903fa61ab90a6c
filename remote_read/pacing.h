// When the next request may be sent.
#pragma once

#include <chrono>
#include <condition_variable>
#include <mutex>
#include <random>
#include <stop_token>

#include "remote_read/client.h"

namespace remote_read {

// Waits for `duration`; false when a stop was asked for first.
bool interruptible_sleep(std::chrono::nanoseconds duration, const std::stop_token& stop);

// How long to wait before attempt number `attempt` (the first retry is 2): exponential backoff with full jitter, a
// uniform draw from [0, min_backoff · 2^(attempt-2)], capped at max_backoff; at least `retry_after`, capped alike.
// After M. Brooker, "Exponential Backoff And Jitter", AWS Architecture Blog, 2015.
std::chrono::milliseconds backoff(const RetryOptions& options, int attempt, std::chrono::milliseconds retry_after,
                                  std::mt19937_64& random);

// At most `places` holders at once.
class Gate {
 public:
  explicit Gate(int places) : places_(places) {}

  class Pass {
   public:
    explicit Pass(Gate* gate) : gate_(gate) {}
    ~Pass();
    Pass(const Pass&) = delete;
    Pass& operator=(const Pass&) = delete;
    // False: a stop was asked for while waiting.
    explicit operator bool() const { return gate_ != nullptr; }

   private:
    Gate* gate_;
  };

  // Waits for a place.
  Pass enter(const std::stop_token& stop);

 private:
  std::mutex mutex_;
  std::condition_variable_any freed_;
  int places_;
};

// At most one start every `interval`, over all threads.
class Pacer {
 public:
  explicit Pacer(std::chrono::nanoseconds interval) : interval_(interval) {}
  // Waits for this caller's turn; false when a stop was asked for first.
  bool wait(const std::stop_token& stop);

 private:
  const std::chrono::nanoseconds interval_;
  std::mutex mutex_;
  std::chrono::steady_clock::time_point next_;
};

}  // namespace remote_read
