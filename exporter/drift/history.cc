#include "exporter/drift/history.h"

#include <algorithm>
#include <iterator>
#include <utility>

namespace exporter {
namespace {

bool says_nothing(DriftKind kind, const DriftObservations& observations) {
  if (observations.gaps != 0) return false;
  const auto& data = observations.data;
  return kind == DriftKind::histogram ? std::all_of(data.begin(), data.end(), [](double count) { return count == 0; })
                                      : data.empty();
}

}  // namespace

std::optional<rca::BinnedDistribution> add_up(std::vector<rca::BinnedDistribution> parts, DriftGapMask& gaps) {
  if (parts.empty()) return std::nullopt;
  if (parts.size() == 1) return std::move(parts.front());
  auto sum = rca::merge(parts);
  if (!sum.ok()) {
    gaps |= mask_of(DriftGap::bounds_changed);
    return std::nullopt;
  }
  return std::move(sum).value();
}

std::uint32_t DriftPart::layout_of(const std::vector<double>& coordinates) {
  // The newest first: bounds hardly ever change.
  const auto found = std::find(layouts_.rbegin(), layouts_.rend(), coordinates);
  if (found != layouts_.rend()) return static_cast<std::uint32_t>(layouts_.rend() - found - 1);
  layouts_.push_back(coordinates);
  return static_cast<std::uint32_t>(layouts_.size() - 1);
}

void DriftPart::put(DriftSlot slot, const DriftObservations& observations) {
  if (says_nothing(kind_, observations)) return;
  Record record;
  record.slot = slot;
  record.layout = layout_of(observations.coordinates);
  record.first = static_cast<std::uint32_t>(data_.size());
  record.count = static_cast<std::uint32_t>(observations.data.size());
  record.gaps = observations.gaps;
  for (const double value : observations.data) data_.push_back(static_cast<float>(value));
  const auto at = std::lower_bound(records_.begin(), records_.end(), slot,
                                   [](const Record& one, DriftSlot wanted) { return one.slot < wanted; });
  if (at != records_.end() && at->slot == slot) {
    *at = record;
  } else {
    records_.insert(at, record);
  }
}

void DriftPart::keep_only(const DriftSlots& keep) {
  const auto gone = std::count_if(records_.begin(), records_.end(),
                                  [&](const Record& record) { return !keep.contains(record.slot); });
  if (gone == 0) return;
  DriftPart rest(kind_);
  for (const Record& record : records_) {
    if (!keep.contains(record.slot)) continue;
    Record moved = record;
    moved.layout = rest.layout_of(layouts_[record.layout]);
    moved.first = static_cast<std::uint32_t>(rest.data_.size());
    const auto first = data_.begin() + static_cast<std::ptrdiff_t>(record.first);
    rest.data_.insert(rest.data_.end(), first, first + static_cast<std::ptrdiff_t>(record.count));
    rest.records_.push_back(moved);
  }
  *this = std::move(rest);
}

void DriftPart::collapse(const DriftSlots& from, DriftSlot to, std::size_t max_rows) {
  DriftObservations sum;
  if (kind_ == DriftKind::histogram) {
    std::vector<rca::BinnedDistribution> parts;
    collect(from, parts, sum.gaps);
    if (auto total = add_up(std::move(parts), sum.gaps)) {
      sum.coordinates = std::move(total->upper_bounds);
      sum.data = std::move(total->counts);
    }
  } else {
    const Rows all = rows(from, sum.gaps);
    for (std::size_t i = 0; i < all.dimensions; ++i) sum.coordinates.push_back(static_cast<double>(i));
    const std::size_t count = all.dimensions == 0 ? 0 : all.values.size() / all.dimensions;
    const std::size_t kept = std::min(count, max_rows);
    for (std::size_t i = 0; i < kept; ++i) {
      const auto first = all.values.begin() + static_cast<std::ptrdiff_t>(i * count / kept * all.dimensions);
      sum.data.insert(sum.data.end(), first, first + static_cast<std::ptrdiff_t>(all.dimensions));
    }
  }
  DriftSlots others;
  for (const Record& record : records_) {
    if (!from.contains(record.slot)) others.insert(record.slot);
  }
  keep_only(others);
  put(to, sum);
}

std::size_t DriftPart::bytes() const {
  std::size_t total = records_.capacity() * sizeof(Record) + data_.capacity() * sizeof(float);
  for (const auto& layout : layouts_) total += layout.capacity() * sizeof(double);
  return total;
}

std::vector<const DriftPart::Record*> DriftPart::records_in(const DriftSlots& slots) const {
  std::vector<const Record*> found;
  for (const Record& record : records_) {
    if (slots.contains(record.slot)) found.push_back(&record);
  }
  return found;
}

void DriftPart::collect(const DriftSlots& slots, std::vector<rca::BinnedDistribution>& out, DriftGapMask& gaps) const {
  std::vector<rca::BinnedDistribution> sums(layouts_.size());
  for (const Record* record : records_in(slots)) {
    gaps |= record->gaps;
    if (record->count == 0) continue;
    rca::BinnedDistribution& sum = sums[record->layout];
    if (sum.counts.empty()) {
      sum.upper_bounds = layouts_[record->layout];
      sum.counts.resize(record->count);
    }
    for (std::size_t i = 0; i < record->count; ++i) sum.counts[i] += static_cast<double>(data_[record->first + i]);
  }
  for (rca::BinnedDistribution& sum : sums) {
    if (!sum.counts.empty()) out.push_back(std::move(sum));
  }
}

DriftPart::Rows DriftPart::rows(const DriftSlots& slots, DriftGapMask& gaps) const {
  Rows out;
  const std::vector<const Record*> found = records_in(slots);
  if (found.empty()) return out;
  const std::uint32_t layout = found.back()->layout;
  out.dimensions = layouts_[layout].size();
  for (const Record* record : found) {
    gaps |= record->gaps;
    if (record->layout != layout) {
      gaps |= mask_of(DriftGap::dimensions_changed);
      continue;
    }
    for (std::size_t i = 0; i < record->count; ++i) out.values.push_back(static_cast<double>(data_[record->first + i]));
  }
  return out;
}

rca::Result<void> DriftHistory::put(const DriftPartKey& key, DriftKind kind,
                                    const std::map<DriftSlot, DriftObservations>& slots) {
  const TargetKey target_key(key.signal, key.entity);
  auto target = targets_.find(target_key);
  const PartId id(key.preference, key.values);
  if (target == targets_.end() || !target->second.contains(id)) {
    if (std::all_of(slots.begin(), slots.end(), [&](const auto& slot) { return says_nothing(kind, slot.second); })) {
      return {};
    }
    const auto too_many = [&](std::size_t limit, const char* what) {
      return rca::Error{rca::ErrorKind::limit, "more than drift.limits." + std::string(what) + " (" +
                                                   std::to_string(limit) + "), the first beyond it of entity '" +
                                                   key.entity + "'"};
    };
    if (target == targets_.end() && targets_.size() >= max_targets_) return too_many(max_targets_, "comparisons");
    if (parts_ >= max_parts_) return too_many(max_parts_, "parts");
    if (target == targets_.end()) target = targets_.emplace(target_key, Parts()).first;
    ++parts_;
  }
  DriftPart& part = target->second.try_emplace(id, kind).first->second;
  for (const auto& [slot, observations] : slots) part.put(slot, observations);
  return {};
}

void DriftHistory::keep_only(const DriftSlots& keep) {
  for (auto target = targets_.begin(); target != targets_.end();) {
    for (auto part = target->second.begin(); part != target->second.end();) {
      part->second.keep_only(keep);
      if (part->second.empty()) {
        part = target->second.erase(part);
        --parts_;
      } else {
        ++part;
      }
    }
    target = target->second.empty() ? targets_.erase(target) : std::next(target);
  }
}

void DriftHistory::collapse(const DriftSlots& from, DriftSlot to, std::size_t max_rows) {
  for (auto& [key, parts] : targets_) {
    for (auto& [id, part] : parts) part.collapse(from, to, max_rows);
  }
}

std::size_t DriftHistory::bytes() const {
  std::size_t total = 0;
  for (const auto& [key, parts] : targets_) {
    for (const auto& [id, part] : parts) total += part.bytes();
  }
  return total;
}

}  // namespace exporter
