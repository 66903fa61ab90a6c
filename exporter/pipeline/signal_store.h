// The history of all signals: kept up to date from the sources, read by read, and never half changed.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <stop_token>
#include <string>
#include <string_view>
#include <unordered_set>
#include <vector>

#include "common/result.h"
#include "exporter/config/config.h"
#include "exporter/pipeline/change_watch.h"
#include "exporter/pipeline/edge_watch.h"
#include "exporter/pipeline/series_table.h"
#include "exporter/pipeline/service_level.h"
#include "exporter/pipeline/signal_set.h"
#include "exporter/pipeline/sources.h"
#include "exporter/pipeline/traffic_watch.h"
#include "exporter/signals/resolver.h"

namespace exporter {

struct HistoryOptions {
  // Samples that are at most so much older than the newest row are read again in the next cycle, and the rows from
  // there on computed anew: a scrape's samples carry the time at which it began, but can be read only when it is over.
  std::int64_t overlap_ms = 15'000;
  // Rows per read: bounds the memory that one read takes. Longer stretches (the first cycle, or the one after an
  // outage) are read in several steps, each of which is kept.
  std::int64_t rows_per_read = 180;
  // Reads per update(), which then ends before the newest row; the next one goes on. 0: as many as it takes.
  std::int64_t reads_per_update = 0;
  // When the newest sample of all sources is so old, the cycle fails; 0: rate_range, or two intervals where these are
  // longer.
  std::int64_t longest_silence_ms = 0;
};

// Incremental: update() asks only for what is new. A read that fails leaves everything as it was; the next update()
// asks for what was missed. Memory: one double per row and signal, and the few newest samples of each series. Not
// thread-safe.
class SignalStore {
 public:
  SignalStore(const Config& config, std::shared_ptr<const Resolver> resolver, rca::RangeSemantics semantics,
              HistoryOptions options = {});

  // Brings the rows up to `now_ms` − ingestion_delay. Does nothing when there is no new row. Errors: those of the
  // sources; limit (more signals than max_signals); not_found (nothing for longest_silence_ms).
  rca::Result<void> update(std::int64_t now_ms, Sources& sources, const std::stop_token& stop);

  // No rows yet: nullopt.
  [[nodiscard]] std::optional<std::int64_t> last_row() const { return last_row_; }
  [[nodiscard]] std::int64_t first_row() const;  // oldest held; requires last_row()
  [[nodiscard]] std::int64_t step_ms() const { return table_options_.step_ms; }

  [[nodiscard]] const std::vector<Column>& columns() { return signals_.columns(); }
  // Rows [first_row, last_row] of all columns; both must be held.
  [[nodiscard]] rca::Frame frame(std::int64_t first_row, std::int64_t last_row) {
    return make_frame(signals_.columns(), first_row, last_row, step_ms());
  }
  // Of the rows with first_ms < time ≤ last_ms that are held, NaN = missing; empty: there is no such signal.
  [[nodiscard]] std::vector<double> values(std::string_view entity, std::string_view role, std::int64_t first_ms,
                                           std::int64_t last_ms);
  [[nodiscard]] const SignalSet& signal_set() const { return signals_; }
  [[nodiscard]] const ServiceLevels& levels() const { return levels_; }
  // The values of an SLI that the catalogue's signals do not give. Requires rows that are held.
  void set_indicator(std::size_t slo, std::int64_t first_row, std::span<const double> values) {
    levels_.set(slo, first_row, values);
  }
  [[nodiscard]] rca::EntityGraph graph() const;
  // The changes that the series held show, shifts of the traffic among them, oldest first.
  [[nodiscard]] std::vector<rca::ChangeEvent> changes() const;

  [[nodiscard]] std::size_t signals() const { return signals_.size(); }
  [[nodiscard]] std::size_t series() const { return table_.size(); }

 private:
  [[nodiscard]] std::int64_t first_ms(std::int64_t target) const;
  rca::Result<SeriesUse> bind(SeriesId id, const rca::Labels& labels);
  [[nodiscard]] ReadSpan next_span(std::int64_t target, bool& gap) const;
  rca::Result<void> read(const ReadSpan& span, std::int64_t now_ms, Sources& sources, const std::stop_token& stop);
  void commit(const ReadSpan& span, bool gap);
  void rollback();
  void forget_old();

  Config config_;
  std::shared_ptr<const Resolver> resolver_;
  SeriesTableOptions table_options_;
  HistoryOptions options_;
  std::int64_t capacity_;  // rows
  SeriesTable table_;
  SignalSet signals_;
  ServiceLevels levels_;
  EdgeWatch edges_;
  ChangeWatch changes_;
  TrafficWatch traffic_;
  std::vector<std::vector<SeriesMatch>> staged_matches_;  // by SeriesId, of series that are not committed
  std::unordered_set<std::string> staged_signals_;
  std::optional<std::int64_t> last_row_;
  std::int64_t settled_ms_ = 0;
};

}  // namespace exporter
