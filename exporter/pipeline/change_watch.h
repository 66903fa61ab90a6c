// Changes of the system that show in series: a new image, another number of replicas, other limits.
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "common/samples.h"
#include "exporter/pipeline/series_table.h"
#include "exporter/signals/resolver.h"
#include "rca_core/methods/method.h"

namespace exporter {

// One series of a thing (a container of a workload): the value that it stands for, and while it had samples.
struct ValueSpan {
  std::string entity;
  std::string value;
  std::int64_t first_ms = 0;
  std::int64_t last_ms = 0;

  friend bool operator==(const ValueSpan&, const ValueSpan&) = default;
};

// What changed among the series of one thing: a span with a new value begins while none with that value is alive, and
// one with another value was there before. A span that was there at `since_ms`, when the history begins, is no change.
// At most one event per value and rollout: when the pods of a workload follow one another only the first is told of.
// Oldest first; the order of `spans` does not matter.
std::vector<rca::ChangeEvent> label_changes(std::vector<ValueSpan> spans, const std::string& kind,
                                            std::int64_t since_ms);

// Series are grouped by the class of their entity (recurrence.h): a new image mostly comes with new names of pods. What
// a read brings is staged, as in SeriesTable. Not thread-safe.
class ChangeWatch {
 public:
  explicit ChangeWatch(std::shared_ptr<const Resolver> resolver) : resolver_(std::move(resolver)) {}

  void bind(SeriesId series, std::vector<ChangeMatch> matches);
  void observe(SeriesId series, rca::SampleView samples);
  // `added`: the series that are new and stay. `settled_ms`: where the read began; the first is the history's begin.
  void commit(const std::vector<SeriesId>& added, std::int64_t settled_ms);
  void rollback();
  void remove(const std::vector<SeriesId>& series);

  // Oldest first, at most kMaxChangesOfSeries of each series' value.
  [[nodiscard]] std::vector<rca::ChangeEvent> events() const;

  static constexpr std::size_t kMaxChangesOfSeries = 20;

 private:
  struct Seen {
    std::int64_t first_ms = 0;  // 0: no sample yet
    std::int64_t last_ms = 0;
    double value = 0;                      // the newest, where the value counts
    std::vector<rca::ChangeEvent> events;  // of the value

    void take(const ChangeMatch& match, const ChangeSpec& spec, std::int64_t time_ms, double sample);
  };
  struct Series {
    ChangeMatch match;
    Seen seen;
    Seen staged;
  };
  std::shared_ptr<const Resolver> resolver_;
  std::map<SeriesId, std::vector<Series>> series_;
  std::map<SeriesId, std::vector<Series>> staged_;  // new ones
  std::int64_t since_ms_ = 0;                       // 0: nothing was read yet
};

}  // namespace exporter
