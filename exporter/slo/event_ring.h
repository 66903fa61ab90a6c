// Counts of events over time, in buckets of equal width: the memory of an error budget.
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

namespace exporter {

// Of some span of time.
struct EventCounts {
  double bad = 0;
  double total = 0;       // bad ones included
  double covered_ms = 0;  // time of which there is data

  // Share of bad events, 0..1; NaN: there were none at all.
  [[nodiscard]] double bad_ratio() const;
};

// The newest `buckets` buckets of `bucket_ms`: 17 bytes each. Bucket b is the time (b × bucket_ms, (b + 1) ×
// bucket_ms]. Not thread-safe.
class EventRing {
 public:
  // `good`: what add() gives as part of the total are the good events, else the bad ones.
  EventRing(std::int64_t bucket_ms, std::size_t buckets, bool good);

  // Events that came within (from, to], spread evenly. Moves the ring on when `to` is newer than all before; what is
  // older than the ring is left out. Requires from < to.
  void add_part(std::int64_t from_ms, std::int64_t to_ms, double events) { spread(part_, from_ms, to_ms, events); }
  void add_total(std::int64_t from_ms, std::int64_t to_ms, double events) { spread(total_, from_ms, to_ms, events); }
  // There is data of (from, to].
  void cover(std::int64_t from_ms, std::int64_t to_ms);

  // Of (from, to]; buckets that lie in it in part count in part.
  [[nodiscard]] EventCounts sum(std::int64_t from_ms, std::int64_t to_ms) const;

  [[nodiscard]] std::int64_t bucket_ms() const { return width_; }
  void clear();

 private:
  [[nodiscard]] std::int64_t bucket_at(std::int64_t ms) const { return (ms - 1) / width_; }
  [[nodiscard]] std::size_t slot(std::int64_t bucket) const { return static_cast<std::size_t>(bucket) % total_.size(); }
  [[nodiscard]] std::int64_t oldest() const { return newest_ - static_cast<std::int64_t>(total_.size()) + 1; }
  void spread(std::vector<double>& to_column, std::int64_t from_ms, std::int64_t to_ms, double events);
  void move_on(std::int64_t bucket);
  // Part of the bucket that lies in (from, to], 0..1.
  [[nodiscard]] double share(std::int64_t bucket, std::int64_t from_ms, std::int64_t to_ms) const;

  std::int64_t width_;
  bool good_;
  std::vector<double> part_;
  std::vector<double> total_;
  std::vector<std::uint8_t> covered_;
  std::int64_t newest_ = -1;  // bucket; -1: nothing yet
};

}  // namespace exporter
