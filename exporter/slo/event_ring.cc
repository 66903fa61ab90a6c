#include "exporter/slo/event_ring.h"

#include <algorithm>
#include <cmath>
#include <limits>

namespace exporter {

double EventCounts::bad_ratio() const {
  if (!(total > 0)) return std::numeric_limits<double>::quiet_NaN();
  return std::clamp(bad / total, 0.0, 1.0);
}

EventRing::EventRing(std::int64_t bucket_ms, std::size_t buckets, bool good)
    : width_(std::max<std::int64_t>(bucket_ms, 1)),
      good_(good),
      part_(std::max<std::size_t>(buckets, 1)),
      total_(part_.size()),
      covered_(part_.size()) {}

void EventRing::clear() {
  std::fill(part_.begin(), part_.end(), 0);
  std::fill(total_.begin(), total_.end(), 0);
  std::fill(covered_.begin(), covered_.end(), std::uint8_t{0});
  newest_ = -1;
}

void EventRing::move_on(std::int64_t bucket) {
  if (bucket <= newest_) return;
  const auto size = static_cast<std::int64_t>(total_.size());
  if (newest_ < 0 || bucket - newest_ >= size) {
    clear();
  } else {
    for (std::int64_t b = newest_ + 1; b <= bucket; ++b) {
      part_[slot(b)] = 0;
      total_[slot(b)] = 0;
      covered_[slot(b)] = 0;
    }
  }
  newest_ = bucket;
}

double EventRing::share(std::int64_t bucket, std::int64_t from_ms, std::int64_t to_ms) const {
  const std::int64_t begin = std::max(bucket * width_, from_ms);
  const std::int64_t end = std::min((bucket + 1) * width_, to_ms);
  return end <= begin ? 0 : static_cast<double>(end - begin) / static_cast<double>(width_);
}

void EventRing::spread(std::vector<double>& to_column, std::int64_t from_ms, std::int64_t to_ms, double events) {
  if (from_ms >= to_ms || from_ms < 0 || !std::isfinite(events) || !(events >= 0)) return;
  const std::int64_t last = bucket_at(to_ms);
  move_on(last);
  if (events == 0) return;
  const double per_bucket = events * static_cast<double>(width_) / static_cast<double>(to_ms - from_ms);
  for (std::int64_t b = std::max(bucket_at(from_ms + 1), oldest()); b <= last; ++b) {
    to_column[slot(b)] += per_bucket * share(b, from_ms, to_ms);
  }
}

void EventRing::cover(std::int64_t from_ms, std::int64_t to_ms) {
  if (from_ms >= to_ms || from_ms < 0) return;
  const std::int64_t last = bucket_at(to_ms);
  move_on(last);
  for (std::int64_t b = std::max(bucket_at(from_ms + 1), oldest()); b <= last; ++b) covered_[slot(b)] = 1;
}

EventCounts EventRing::sum(std::int64_t from_ms, std::int64_t to_ms) const {
  EventCounts counts;
  if (newest_ < 0 || from_ms >= to_ms) return counts;
  const std::int64_t last = std::min(bucket_at(to_ms), newest_);
  for (std::int64_t b = std::max(bucket_at(std::max<std::int64_t>(from_ms, 0) + 1), oldest()); b <= last; ++b) {
    const std::size_t at = slot(b);
    if (covered_[at] == 0 && total_[at] == 0) continue;
    const double inside = share(b, from_ms, to_ms);
    const double part = std::min(part_[at], total_[at]);
    counts.bad += inside * (good_ ? total_[at] - part : part);
    counts.total += inside * total_[at];
    if (covered_[at] != 0) counts.covered_ms += inside * static_cast<double>(width_);
  }
  return counts;
}

}  // namespace exporter
