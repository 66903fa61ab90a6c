// A vector store that searches an index larger than memory: a few threads, each search some CPU time and some pages,
// those that the page cache does not have read from the volume (Qdrant with its index on disk).
#pragma once

#include <cstdint>
#include <deque>
#include <functional>

#include "tests/testbed/llmsim/histogram.h"
#include "tests/testbed/llmsim/host.h"
#include "tests/testbed/llmsim/random.h"
#include "tests/testbed/llmsim/stack/disk.h"

namespace llmsim {

class VectorStore {
 public:
  static constexpr int kThreads = 4;           // assumed
  static constexpr double kIndexBytes = 24e9;  // assumed: twice what the page cache holds

  using Schedule = std::function<void(double time, std::function<void()> what)>;
  using Done = std::function<void(bool error)>;

  VectorStore(std::uint64_t seed, Host& host, Disk& disk, Schedule schedule);

  // A search that arrives at `now`; `done` is called when the store has the answer.
  void search(double now, Done done);

  struct Counters {
    std::uint64_t searches = 0, rejected = 0;
    double read_bytes = 0;
  };
  [[nodiscard]] const Counters& counters() const { return counters_; }
  // Queue and service of the answered searches.
  [[nodiscard]] const Histogram& seconds() const { return seconds_; }
  [[nodiscard]] std::size_t queued() const { return queue_.size(); }
  [[nodiscard]] int active() const { return active_; }
  // Share of page touches that the page cache does not have.
  [[nodiscard]] double miss_ratio() const;

 private:
  struct Search {
    double arrived = 0;
    Done done;
  };
  void start(double now);

  Random random_;
  Host& host_;
  Disk& disk_;
  Schedule schedule_;
  std::deque<Search> queue_;
  int active_ = 0;
  Counters counters_;
  Histogram seconds_;
};

}  // namespace llmsim
