// Where the application keeps conversations: one thread that serves commands in order, keys that expire, and a limit on
// memory beyond which the least recently used ones go (Redis with allkeys-lru).
#pragma once

#include <cstddef>
#include <cstdint>
#include <list>
#include <unordered_map>

#include "tests/testbed/llmsim/host.h"

namespace llmsim {

class SessionStore {
 public:
  static constexpr double kMaxMemory = 64e6;   // assumed: bytes
  static constexpr double kTimeToLive = 1800;  // assumed: seconds

  explicit SessionStore(Host& host) : host_(host) {}

  struct Reply {
    double seconds = 0;  // at the store
    bool hit = false;    // of get
    bool error = false;  // of set: no memory, and none may be freed
    int tokens = 0;      // of the conversation
  };
  Reply get(double now, std::uint64_t session);
  Reply set(double now, std::uint64_t session, int tokens);

  // --- what faults turn
  void set_max_memory(double bytes);
  // noeviction instead of allkeys-lru: writes fail when the memory is full.
  void set_eviction(bool evict) { evict_ = evict; }
  // Memory that something else in the process holds: buffers of slow clients, a leak.
  void set_overhead(double bytes) { overhead_ = bytes; }

  struct Counters {
    std::uint64_t hits = 0, misses = 0, evicted = 0, expired = 0, write_errors = 0;
    std::uint64_t gets = 0, sets = 0;
    double get_seconds = 0, set_seconds = 0;  // of service, as INFO commandstats counts it
  };
  [[nodiscard]] const Counters& counters() const { return counters_; }
  [[nodiscard]] double used_memory() const { return kBase + overhead_ + bytes_; }
  [[nodiscard]] double max_memory() const { return max_memory_; }
  [[nodiscard]] std::size_t keys() const { return entries_.size(); }

 private:
  static constexpr double kBase = 1.2e6;  // assumed: bytes of an empty server
  struct Entry {
    std::uint64_t session = 0;
    int tokens = 0;
    double bytes = 0;
    double expires = 0;
  };
  double serve(double now, double cpu_seconds);
  void drop(std::list<Entry>::iterator entry);
  bool make_room(double bytes);

  Host& host_;
  std::list<Entry> entries_;  // the least recently used first
  std::unordered_map<std::uint64_t, std::list<Entry>::iterator> index_;
  double free_at_ = 0;
  double bytes_ = 0, overhead_ = 0;
  double max_memory_ = kMaxMemory;
  bool evict_ = true;
  Counters counters_;
};

}  // namespace llmsim
