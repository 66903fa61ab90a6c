#include "exporter/slo/event_counter.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <unordered_set>

namespace exporter {
namespace {

constexpr std::size_t kMaxEntities = 100'000;
constexpr std::size_t kNone = std::numeric_limits<std::size_t>::max();

}  // namespace

// Of each entity the exporter and the name that give its totals best, and among that exporter's parts the best name.
void EventCounter::choose(const std::vector<StagedSeries>& staged, Choice& best) {
  for (const StagedSeries& one : staged) {
    if (!one.part.total) continue;
    const auto [at, added] = best.try_emplace(one.part.entity, Best{one.part.group, one.part.preference, kNone});
    if (added || one.part.preference >= at->second.total) continue;
    at->second = {one.part.group, one.part.preference, kNone};
  }
  for (const StagedSeries& one : staged) {
    const auto at = best.find(one.part.entity);
    if (one.part.total || at == best.end() || at->second.group != one.part.group) continue;
    at->second.part = std::min(at->second.part, one.part.preference);
  }
}

std::vector<const StagedSeries*> EventCounter::counted(const std::vector<StagedSeries>& staged, const Choice& best,
                                                       std::size_t& without_bucket) const {
  std::unordered_set<std::string> buckets;
  for (const StagedSeries& one : staged) {
    if (histogram_ && !one.part.total) buckets.insert(one.part.twin);
  }
  without_bucket = 0;
  std::vector<const StagedSeries*> all;
  for (const StagedSeries& one : staged) {
    const auto at = best.find(one.part.entity);
    if (at == best.end() || at->second.group != one.part.group) continue;
    if (one.part.preference != (one.part.total || histogram_ ? at->second.total : at->second.part)) continue;
    if (histogram_ && one.part.total && !buckets.contains(one.part.twin)) {
      ++without_bucket;
      continue;
    }
    all.push_back(&one);
  }
  return all;
}

void EventCounter::add_step(const EventSeries& part, Sample before, Sample after,
                            const std::vector<EventRing*>& rings) const {
  // A smaller value means that the counter began anew from 0, as rate() has it.
  const double grown = after.value < before.value ? after.value : after.value - before.value;
  for (EventRing* ring : rings) {
    if (!part.total) {
      ring->add_part(before.time, after.time, grown);
      continue;
    }
    ring->add_total(before.time, after.time, grown);
    if (after.time - before.time <= longest_gap_ms_) ring->cover(before.time, after.time);
  }
}

void EventCounter::add_new(const std::vector<StagedSeries>& staged, const std::vector<EventRing*>& rings) {
  choose(staged, best_);
  for (const StagedSeries* one : counted(staged, best_, without_bucket_)) {
    for (std::size_t i = 0; i < one->samples.size(); ++i) {
      const Sample sample{one->samples.times[i], one->samples.values[i]};
      if (!std::isfinite(sample.value)) continue;  // stale markers among them
      const auto [end, added] = ends_.try_emplace(one->key, sample);
      if (added) {
        if (wants_starts_) starts_.try_emplace(one->key, sample);
        continue;
      }
      if (sample.time <= end->second.time) continue;
      add_step(one->part, end->second, sample, rings);
      end->second = sample;
    }
  }
}

void EventCounter::add_old(const std::vector<StagedSeries>& staged, EventRing& ring) {
  Choice best;
  choose(staged, best);
  std::size_t unused = 0;
  const std::vector<EventRing*> rings{&ring};
  for (const StagedSeries* one : counted(staged, best, unused)) {
    const auto next = starts_.find(one->key);
    std::vector<Sample> samples;
    for (std::size_t i = 0; i < one->samples.size(); ++i) {
      const Sample sample{one->samples.times[i], one->samples.values[i]};
      if (next != starts_.end() && sample.time >= next->second.time) break;
      if (std::isfinite(sample.value)) samples.push_back(sample);
    }
    if (samples.empty()) continue;
    for (std::size_t i = 1; i < samples.size(); ++i) add_step(one->part, samples[i - 1], samples[i], rings);
    if (next != starts_.end()) {
      add_step(one->part, samples.back(), next->second, rings);
      next->second = samples.front();
    } else {
      starts_.emplace(one->key, samples.front());
    }
  }
}

void EventCounter::forget(std::int64_t before_ms) {
  std::erase_if(ends_, [before_ms](const auto& one) { return one.second.time < before_ms; });
  // Entities come and go with every rollout; the choice is made anew from the next read.
  if (best_.size() > kMaxEntities) best_.clear();
}

}  // namespace exporter
