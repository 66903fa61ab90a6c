#include "exporter/drift/windows.h"

#include <algorithm>
#include <cmath>

namespace exporter {
namespace {

constexpr std::int64_t kMsPerDay = 86'400'000;
constexpr std::int64_t kStretchesPerReference = 1'000'000;

DriftSlots slots_up_to(DriftSlot last, std::int64_t count) {
  DriftSlots slots;
  for (DriftSlot slot = std::max<DriftSlot>(0, last - count + 1); slot <= last; ++slot) {
    slots.insert(slots.end(), slot);
  }
  return slots;
}

}  // namespace

DriftSlot fixed_slot(std::size_t reference) {
  return -1 - static_cast<DriftSlot>(reference) * kStretchesPerReference;
}

DriftWindows drift_windows(const DriftConfig& config, DriftSlot last) {
  const std::int64_t interval = config.interval.count();
  const std::int64_t length = std::max<std::int64_t>(1, config.window / config.interval);
  const std::int64_t end_ms = (last + 1) * interval;
  DriftWindows windows;
  windows.current = slots_up_to(last, length);
  for (std::size_t i = 0; i < config.references.size(); ++i) {
    const DriftReference& reference = config.references[i];
    DriftSlots slots;
    std::int64_t newest_ms = end_ms;
    switch (reference.kind) {
      case ReferenceKind::same_hour:
        for (int day = 1; day <= reference.days; ++day) {
          // An interval that does not divide a day: the nearest slot.
          const DriftSlot shift = (day * kMsPerDay + interval / 2) / interval;
          slots.merge(slots_up_to(last - shift, length));
          if (day == 1) newest_ms = (last - shift + 1) * interval;
        }
        break;
      case ReferenceKind::rolling: {
        const DriftSlot newest = last - length - (reference.gap.count() + interval - 1) / interval;
        slots = slots_up_to(newest, std::max<std::int64_t>(1, reference.window / config.interval));
        newest_ms = (newest + 1) * interval;
        break;
      }
      case ReferenceKind::fixed:
        slots.insert(fixed_slot(i));
        newest_ms = reference.end_ms;
        break;
      case ReferenceKind::pinned: break;
    }
    // A slot of both would be compared with itself.
    for (const DriftSlot slot : windows.current) slots.erase(slot);
    windows.references.push_back(std::move(slots));
    windows.ages_seconds.push_back(static_cast<double>(end_ms - newest_ms) / 1000);
  }
  return windows;
}

std::vector<std::vector<DriftStretch>> runs_of(const DriftSlots& missing, std::int64_t interval_ms,
                                               std::int64_t longest_ms) {
  const auto most = static_cast<std::size_t>(std::max<std::int64_t>(1, longest_ms / interval_ms));
  std::vector<std::vector<DriftStretch>> runs;
  for (const DriftSlot slot : missing) {
    if (slot < 0) continue;
    if (runs.empty() || runs.back().back().slot + 1 != slot || runs.back().size() >= most) runs.emplace_back();
    DriftStretch stretch;
    stretch.slot = slot;
    stretch.start_ms = slot * interval_ms;
    stretch.end_ms = stretch.start_ms + interval_ms;
    runs.back().push_back(stretch);
  }
  std::reverse(runs.begin(), runs.end());
  return runs;
}

std::vector<DriftStretch> stretches_of(std::size_t reference, std::int64_t start_ms, std::int64_t end_ms,
                                       std::int64_t longest_ms) {
  std::vector<DriftStretch> stretches;
  DriftSlot slot = fixed_slot(reference);
  for (std::int64_t start = start_ms; start < end_ms; start += longest_ms) {
    DriftStretch stretch;
    stretch.slot = --slot;
    stretch.start_ms = start;
    stretch.end_ms = std::min(end_ms, start + longest_ms);
    stretches.push_back(stretch);
  }
  return stretches;
}

}  // namespace exporter
