// How much of its Limits one read has used so far.
#pragma once

#include <atomic>
#include <cstddef>
#include <string>

#include "common/result.h"
#include "remote_read/sink.h"

namespace remote_read {

// Shared by the decoders of all requests of one read, which may run on several threads.
class ReadUsage {
 public:
  explicit ReadUsage(const Limits& limits) : limits_(limits) {}

  // Counts `count` more series or samples. Error: limit, and nothing is counted.
  rca::Result<void> take_series(std::size_t count) { return take(series_, count, limits_.max_series, "series"); }
  rca::Result<void> take_samples(std::size_t count) { return take(samples_, count, limits_.max_samples, "samples"); }

  // How many more samples fit.
  [[nodiscard]] std::size_t samples_left() const { return limits_.max_samples - samples_.load(); }

  // A failed attempt is forgotten (its decoder's stats say how much), so that its retry starts afresh.
  void give_back(std::size_t series, std::size_t samples) {
    series_ -= series;
    samples_ -= samples;
  }

  [[nodiscard]] const Limits& limits() const { return limits_; }

 private:
  static rca::Result<void> take(std::atomic<std::size_t>& used, std::size_t count, std::size_t limit,
                                const char* what) {
    std::size_t now = used.load();
    do {
      if (count > limit - now) {
        return rca::Error{rca::ErrorKind::limit,
                          "the answer has more than the permitted " + std::to_string(limit) + " " + what};
      }
    } while (!used.compare_exchange_weak(now, now + count));
    return {};
  }

  const Limits limits_;
  std::atomic<std::size_t> series_{0};
  std::atomic<std::size_t> samples_{0};
};

// What a decoder has given to its sink.
struct DecodeStats {
  std::size_t series = 0;  // after histograms became series
  std::size_t samples = 0;
};

}  // namespace remote_read
