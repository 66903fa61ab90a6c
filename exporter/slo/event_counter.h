// Events of one SLO from the samples of its counters, forwards as they come and backwards through history.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <unordered_map>
#include <vector>

#include "common/samples.h"
#include "exporter/slo/event_queries.h"
#include "exporter/slo/event_ring.h"

namespace exporter {

// The samples that one read gave of one series.
struct StagedSeries {
  std::string key;  // labels, and the query that they answered
  EventSeries part;
  rca::Samples samples;
};

// Adds increments to rings. What a counter grew by between two samples is spread evenly between their times; a smaller
// value is a reset, as in PromQL's increase(). The first sample of a series only says where it starts: as in PromQL,
// the value with which a counter appears is not counted. Not thread-safe.
class EventCounter {
 public:
  // `histogram`: parts come in pairs (EventSeries::twin), and a total without its bucket is left out. `longest_gap_ms`:
  // samples that lie further apart still count, but the time between them is not covered by data.
  EventCounter(bool histogram, std::int64_t longest_gap_ms) : histogram_(histogram), longest_gap_ms_(longest_gap_ms) {}

  // Samples that are newer than all that were added. Of those that were added before, nothing is added again.
  void add_new(const std::vector<StagedSeries>& staged, const std::vector<EventRing*>& rings);
  // Samples that are older than all that were added.
  void add_old(const std::vector<StagedSeries>& staged, EventRing& ring);

  // Forgets the series without a sample since `before_ms`.
  void forget(std::int64_t before_ms);
  // Once the history is read, nobody asks any more where a series began.
  void forget_starts() {
    starts_.clear();
    wants_starts_ = false;
  }

  [[nodiscard]] std::size_t series() const { return ends_.size(); }
  // Of a histogram: totals whose bucket is not there, in the last add_new().
  [[nodiscard]] std::size_t without_bucket() const { return without_bucket_; }

 private:
  struct Sample {
    std::int64_t time = 0;
    double value = 0;
  };
  struct Best {
    std::size_t group = 0;
    std::size_t total = 0;  // preference
    std::size_t part = 0;
  };
  using Choice = std::unordered_map<std::string, Best>;

  static void choose(const std::vector<StagedSeries>& staged, Choice& best);
  [[nodiscard]] std::vector<const StagedSeries*> counted(const std::vector<StagedSeries>& staged, const Choice& best,
                                                         std::size_t& without_bucket) const;
  void add_step(const EventSeries& part, Sample before, Sample after, const std::vector<EventRing*>& rings) const;

  bool histogram_;
  std::int64_t longest_gap_ms_;
  std::unordered_map<std::string, Sample> ends_;    // by key: the newest sample
  std::unordered_map<std::string, Sample> starts_;  // the oldest
  Choice best_;
  bool wants_starts_ = true;
  std::size_t without_bucket_ = 0;
};

}  // namespace exporter
