// The SLIs: what the users of the service feel, over all entities of a role together or of one.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "exporter/incident/incident.h"
#include "exporter/pipeline/row_ring.h"
#include "exporter/pipeline/row_slab.h"
#include "exporter/pipeline/signal_set.h"

namespace exporter {

// The role whose values, summed over the entities, are the requests per second that Slo::min_request_rate speaks of.
inline constexpr std::string_view kRequestRateRole = "request_rate";

// Rings of the SLIs' values. A latency is the quantile of the summed buckets of all entities, an error ratio the summed
// errors over the summed requests: as if the service were one entity. Not thread-safe.
class ServiceLevels {
 public:
  // `capacity` rows are held.
  ServiceLevels(const std::vector<Slo>& slos, std::size_t capacity, rca::RangeSemantics semantics);
  ServiceLevels(const ServiceLevels&) = delete;
  ServiceLevels& operator=(const ServiceLevels&) = delete;

  // The rows of the read under way. Between SignalSet::compute() and SignalSet::write().
  void compute(const SignalSet& signals, const SeriesTable& table, const ReadSpan& span);
  void clear_rows();
  // Values of an SLI that is computed elsewhere, from row `first_row` on.
  void set(std::size_t slo, std::int64_t first_row, std::span<const double> values) {
    levels_[slo].measured.write(first_row, values);
    levels_[slo].judged.write(first_row, values);
  }

  // Rows [first_row, last_row]. Rows on which fewer than min_request_rate requests arrived are +Inf, which keeps the
  // objective.
  [[nodiscard]] std::vector<SliSeries> series(std::int64_t first_row, std::int64_t last_row,
                                              std::int64_t step_ms) const;
  // As measured; NaN: no data.
  [[nodiscard]] double measured(std::size_t slo, std::int64_t row) const { return levels_[slo].measured.at(row); }
  [[nodiscard]] const std::vector<Slo>& slos() const { return slos_; }

 private:
  struct Level {
    std::string role;
    RowRing measured;
    RowRing judged;
  };
  void compute_one(std::size_t slo, const SignalSet& signals, const SeriesTable& table, std::span<double> out) const;

  std::vector<Slo> slos_;
  RowSlab slab_;
  std::vector<Level> levels_;
  rca::RangeSemantics semantics_;
};

}  // namespace exporter
