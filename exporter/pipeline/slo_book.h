// The error budgets of all SLOs: events and kept time over the budget windows, read once and then kept up to date.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <stop_token>
#include <string>
#include <vector>

#include "common/result.h"
#include "exporter/config/config.h"
#include "exporter/pipeline/signal_store.h"
#include "exporter/pipeline/sources.h"
#include "exporter/slo/error_budget.h"
#include "exporter/slo/event_counter.h"
#include "exporter/slo/event_queries.h"
#include "exporter/slo/event_ring.h"

namespace exporter {

// Of an SLO by occurrences the counters are read from the sources, first of the window that the evaluation holds, then
// further back, a bounded piece at a time, until the budget window is covered. Of an SLO by timeslices the rows of its
// indicator are counted as they come, and what was before is read from rca_sli_value, which the exporter itself exposed
// then. Memory: 17 bytes a minute of the budget window and SLO, and two samples of each counter. Not thread-safe.
class SloBook {
 public:
  // `history`: whether read_back() is wanted.
  static rca::Result<std::unique_ptr<SloBook>> create(const Config& config, std::shared_ptr<const Resolver> resolver,
                                                      bool history);

  // Takes in what is new and gives the store the indicators of those SLOs that have selectors of their own. Errors:
  // those of the sources; then nothing has changed, and the next call reads what was missed.
  rca::Result<void> update(std::int64_t now_ms, SignalStore& store, Sources& sources, const std::stop_token& stop);

  // Reads on into the past: about kSamplesPerCycle samples, or all that is left. A read that fails is tried again with
  // a shorter piece by a later call; it never fails a cycle.
  void read_back(Sources& sources, std::int64_t now_ms, const std::stop_token& stop);
  [[nodiscard]] bool complete() const { return back_ms_ <= oldest_wanted_ms_; }

  [[nodiscard]] std::vector<SloStatus> status(std::int64_t now_ms) const;
  // What an interval used of the budget of an SLO by occurrences: its bad events, and the bad events that the budget
  // allows for: (1 − objective) × the events of the budget window, where only a part of it is covered scaled up to the
  // whole. nullopt: no such SLO, no events, or not read back to `from_ms` yet.
  struct Use {
    double bad = 0;
    double budget = 0;
  };
  [[nodiscard]] std::optional<Use> used(const std::string& slo, std::int64_t from_ms, std::int64_t to_ms,
                                        std::int64_t now_ms) const;

  static constexpr std::size_t kSamplesPerCycle = 2'000'000;

 private:
  struct Budget {
    Slo slo;
    EventRing minutes;
    EventRing rows;               // by events: of the evaluation's window
    EventCounter counter;         // by events
    std::int64_t noted_row = -1;  // by timeslices: rows up to here are counted
    std::int64_t first_noted_ms = 0;
    bool complained = false;
  };

  SloBook(const Config& config, EventQueries queries, bool history);
  rca::Result<void> read_events(std::int64_t first_ms, std::int64_t last_ms, std::int64_t now_ms, Sources& sources,
                                const std::stop_token& stop, std::vector<std::vector<StagedSeries>>& by_slo,
                                std::size_t& samples);
  rca::Result<void> read_kept_time(std::int64_t first_ms, std::int64_t last_ms, std::int64_t now_ms, Sources& sources,
                                   const std::stop_token& stop, std::size_t& samples);
  rca::Result<std::size_t> read_piece(std::int64_t now_ms, Sources& sources, const std::stop_token& stop);
  rca::Result<void> take_new(std::int64_t target_ms, std::int64_t now_ms, Sources& sources,
                             const std::stop_token& stop);
  void note_rows(const SignalStore& store);
  void write_indicators(SignalStore& store) const;
  void complain(std::size_t slo, std::int64_t now_ms, Sources& sources, const std::stop_token& stop);

  EventQueries queries_;
  std::vector<Budget> budgets_;
  std::int64_t step_ms_;
  std::int64_t rate_range_ms_;
  std::int64_t lookback_ms_;
  std::int64_t delay_ms_;
  std::int64_t window_ms_;    // of the evaluation
  std::int64_t longest_ms_;   // of the budgets
  std::int64_t live_ms_ = 0;  // events up to here were read
  std::int64_t back_ms_ = 0;  // and from here on
  std::int64_t oldest_wanted_ms_ = 0;
  std::int64_t piece_ms_ = kDayMs;  // of one read into the past
  std::int64_t retry_ms_ = 0;       // no read into the past before
  bool history_;
};

}  // namespace exporter
