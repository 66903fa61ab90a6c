// A stop that comes by itself at a time.
#pragma once

#include <atomic>
#include <chrono>
#include <condition_variable>
#include <functional>
#include <mutex>
#include <stop_token>
#include <thread>

namespace exporter {

// From construction to destruction: its token is stopped with `outer`, or at `at`, whichever comes first. Thread-safe.
class Deadline {
 public:
  Deadline(const std::stop_token& outer, std::chrono::steady_clock::time_point at)
      : forward_(outer, [this] { source_.request_stop(); }),
        timer_([this, at](const std::stop_token& over) { wait(over, at); }) {}
  Deadline(const Deadline&) = delete;
  Deadline& operator=(const Deadline&) = delete;

  [[nodiscard]] std::stop_token token() const { return source_.get_token(); }
  // The time has come, rather than the outer stop.
  [[nodiscard]] bool passed() const { return passed_; }

 private:
  void wait(const std::stop_token& over, std::chrono::steady_clock::time_point at) {
    std::unique_lock lock(mutex_);
    wake_.wait_until(lock, over, at, [this] { return source_.stop_requested(); });
    if (over.stop_requested() || source_.stop_requested()) return;
    passed_ = true;
    source_.request_stop();
  }

  std::stop_source source_;
  std::atomic<bool> passed_{false};
  std::mutex mutex_;
  std::condition_variable_any wake_;
  std::stop_callback<std::function<void()>> forward_;
  std::jthread timer_;  // last: ends before what it uses
};

}  // namespace exporter
