// The observations of every part of every signal, slot by slot: the only history that drift needs, kept small.
#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "common/result.h"
#include "exporter/drift/report.h"
#include "exporter/drift/targets.h"
#include "rca_core/drift/distribution.h"

namespace exporter {

// Slot s ≥ 0 is the time (s × interval, (s + 1) × interval] since the epoch. A slot below 0 is a fixed range, whatever
// its length, or a stretch of one.
using DriftSlot = std::int64_t;
using DriftSlots = std::set<DriftSlot>;

// A bit for each DriftGap.
using DriftGapMask = unsigned;
constexpr DriftGapMask mask_of(DriftGap gap) {
  return 1U << static_cast<unsigned>(gap);
}

// The sum; where bounds differ, only those that all have are left, which is noted. nullopt: none is.
std::optional<rca::BinnedDistribution> add_up(std::vector<rca::BinnedDistribution> parts, DriftGapMask& gaps);

// What one part has in one slot.
struct DriftObservations {
  std::vector<double> coordinates;  // histogram: upper bounds, the last +Inf; else the dimensions (a gauge: one)
  std::vector<double> data;         // histogram: counts; else values, one row of all dimensions after the other
  DriftGapMask gaps = 0;
};

// One part's slots. Counts and values are kept as floats.
class DriftPart {
 public:
  explicit DriftPart(DriftKind kind) : kind_(kind) {}

  // Replaces what the slot had. Observations without data are not kept, unless they have gaps.
  void put(DriftSlot slot, const DriftObservations& observations);
  // Forgets all slots that are not in `keep`.
  void keep_only(const DriftSlots& keep);

  // Makes one slot, `to`, of those in `from`: counts are added up; of rows at most `max_rows` stay, evenly spaced.
  void collapse(const DriftSlots& from, DriftSlot to, std::size_t max_rows);

  [[nodiscard]] bool empty() const { return records_.empty(); }
  [[nodiscard]] DriftKind kind() const { return kind_; }
  [[nodiscard]] std::size_t bytes() const;

  // Histogram: a distribution for each set of bounds that occurs in the slots, in which counts are added up.
  void collect(const DriftSlots& slots, std::vector<rca::BinnedDistribution>& out, DriftGapMask& gaps) const;
  // Of other kinds: the rows of the slots, oldest first, all with the dimensions of the newest; others are left out and
  // noted.
  struct Rows {
    std::size_t dimensions = 0;
    std::vector<double> values;
  };
  [[nodiscard]] Rows rows(const DriftSlots& slots, DriftGapMask& gaps) const;

 private:
  struct Record {
    DriftSlot slot = 0;
    std::uint32_t layout = 0;  // index into layouts_
    std::uint32_t first = 0;   // in data_
    std::uint32_t count = 0;
    DriftGapMask gaps = 0;
  };
  std::uint32_t layout_of(const std::vector<double>& coordinates);
  [[nodiscard]] std::vector<const Record*> records_in(const DriftSlots& slots) const;

  DriftKind kind_;
  std::vector<std::vector<double>> layouts_;
  std::vector<Record> records_;  // by slot
  std::vector<float> data_;
};

// All parts. One thread at a time.
class DriftHistory {
 public:
  // (signal, entity): a target; its parts have the rest of the key.
  using TargetKey = std::pair<std::size_t, std::string>;
  using PartId = std::pair<std::size_t, std::vector<std::string>>;  // preference, attribution values
  using Parts = std::map<PartId, DriftPart>;

  DriftHistory(std::size_t max_targets, std::size_t max_parts) : max_targets_(max_targets), max_parts_(max_parts) {}

  // Error limit: more targets or parts than permitted; names the one that is too many. Nothing is added then.
  rca::Result<void> put(const DriftPartKey& key, DriftKind kind, const std::map<DriftSlot, DriftObservations>& slots);
  void keep_only(const DriftSlots& keep);
  void collapse(const DriftSlots& from, DriftSlot to, std::size_t max_rows);

  [[nodiscard]] const std::map<TargetKey, Parts>& targets() const { return targets_; }
  [[nodiscard]] std::size_t parts() const { return parts_; }
  [[nodiscard]] std::size_t bytes() const;

 private:
  std::size_t max_targets_;
  std::size_t max_parts_;
  std::size_t parts_ = 0;
  std::map<TargetKey, Parts> targets_;
};

}  // namespace exporter
