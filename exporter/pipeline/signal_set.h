// The signals that the series make: which series belong to which, and their values on the newest rows.
#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <memory>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "exporter/pipeline/aggregate.h"
#include "exporter/pipeline/row_arena.h"
#include "exporter/pipeline/row_ring.h"
#include "exporter/pipeline/row_slab.h"
#include "exporter/pipeline/series_table.h"
#include "exporter/signals/resolver.h"
#include "rca_core/frame/frame.h"
#include "rca_core/frame/promql.h"

namespace exporter {

// One series as an input of a signal.
struct Member {
  SeriesId series = 0;
  SeriesPart part = SeriesPart::value;
  double upper_bound = 0;  // part bucket
};

// One signal as one candidate metric gives it. Of the variants of an (entity, role) the one with the smallest
// preference is used.
struct SignalVariant {
  std::size_t spec = 0;
  std::size_t preference = 0;
  std::string entity;
  std::string peer_group;
  std::vector<Member> members;  // by upper bound, then by the series' key: sums do not depend on the order of arrival
  RowRing ring;
  // Of the read under way, before the division: own_rows or, where one series is the signal, that series' staged rows.
  Rows raw;
  std::span<double> own_rows;
};

// A signal that methods see.
struct Column {
  rca::Signal signal;
  const RowRing* ring = nullptr;
};

// Not thread-safe; compute() runs on all cores.
class SignalSet {
 public:
  // `capacity` rows are held.
  SignalSet(std::shared_ptr<const Resolver> resolver, std::size_t capacity, rca::RangeSemantics semantics);
  SignalSet(const SignalSet&) = delete;
  SignalSet& operator=(const SignalSet&) = delete;

  using Key = std::pair<std::string, std::string>;  // entity, role

  // Whether adding the match would add a variant.
  [[nodiscard]] bool knows(const SeriesMatch& match) const;
  void add(SeriesId series, const SeriesMatch& match);
  void remove(std::span<const SeriesId> series);
  // Puts the members in order; after add() and before compute().
  void settle(const SeriesTable& table);

  // The raw rows of every variant from the staged rows of its series, then the rings' rows.
  void compute(const SeriesTable& table, const ReadSpan& span);
  void write(const ReadSpan& span);
  void clear_rows();

  [[nodiscard]] std::size_t size() const { return count_; }
  // The variants that are used, by entity and role.
  [[nodiscard]] std::vector<const SignalVariant*> preferred() const;
  // The best variant that one spec gives; nullptr: none.
  [[nodiscard]] const SignalVariant* variant_of(std::size_t spec, const std::string& entity) const;
  // The signals that are no mere inputs, by entity and role; holds until the next add, remove or settle.
  [[nodiscard]] const std::vector<Column>& columns();
  [[nodiscard]] const Resolver& resolver() const { return *resolver_; }

 private:
  [[nodiscard]] const SignalSpec& spec_of(const SignalVariant& variant) const {
    return resolver_->catalog().signals[variant.spec];
  }
  void list_variants();
  // The staged rows of the series that is the signal as it stands; empty: the rows have to be computed.
  [[nodiscard]] Rows rows_as_staged(const SignalVariant& variant, const SeriesTable& table) const;
  void compute_one(SignalVariant& variant, const SeriesTable& table, std::size_t rows) const;

  std::shared_ptr<const Resolver> resolver_;
  rca::RangeSemantics semantics_;
  RowSlab slab_;
  // Candidates of a signal, by preference; never empty.
  std::map<Key, std::vector<std::unique_ptr<SignalVariant>>> signals_;
  std::vector<std::vector<SignalVariant*>>
      users_;  // by SeriesId: ids are small, and those of forgotten series come again
  std::vector<SignalVariant*> unsettled_;
  std::vector<SignalVariant*> variants_;  // all, in the order of signals_
  bool variants_valid_ = false;
  std::vector<Column> columns_;
  bool columns_valid_ = false;
  std::size_t count_ = 0;
  RowArena arena_;
};

// Columns over the rows [first_row, last_row] of the grid with `step_ms`.
rca::Frame make_frame(const std::vector<Column>& columns, std::int64_t first_row, std::int64_t last_row,
                      std::int64_t step_ms);

}  // namespace exporter
