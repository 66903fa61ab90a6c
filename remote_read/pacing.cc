#include "remote_read/pacing.h"

#include <algorithm>

namespace remote_read {

bool interruptible_sleep(std::chrono::nanoseconds duration, const std::stop_token& stop) {
  std::mutex mutex;
  std::condition_variable_any never;
  std::unique_lock lock(mutex);
  never.wait_for(lock, stop, duration, [] { return false; });
  return !stop.stop_requested();
}

std::chrono::milliseconds backoff(const RetryOptions& options, int attempt, std::chrono::milliseconds retry_after,
                                  std::mt19937_64& random) {
  std::chrono::milliseconds ceiling = options.min_backoff;
  for (int i = 2; i < attempt && ceiling < options.max_backoff; ++i) ceiling *= 2;
  ceiling = std::min(ceiling, options.max_backoff);
  std::uniform_int_distribution<std::chrono::milliseconds::rep> draw(0, ceiling.count());
  return std::max(std::chrono::milliseconds(draw(random)), std::min(retry_after, options.max_backoff));
}

Gate::Pass Gate::enter(const std::stop_token& stop) {
  std::unique_lock lock(mutex_);
  if (!freed_.wait(lock, stop, [this] { return places_ > 0; })) return Pass(nullptr);
  --places_;
  return Pass(this);
}

Gate::Pass::~Pass() {
  if (gate_ == nullptr) return;
  const std::lock_guard lock(gate_->mutex_);
  ++gate_->places_;
  gate_->freed_.notify_one();
}

bool Pacer::wait(const std::stop_token& stop) {
  std::chrono::steady_clock::time_point turn;
  const auto now = std::chrono::steady_clock::now();
  {
    const std::lock_guard lock(mutex_);
    turn = std::max(now, next_);
    next_ = turn + interval_;
  }
  return turn <= now ? !stop.stop_requested() : interruptible_sleep(turn - now, stop);
}

}  // namespace remote_read
