#include "exporter/pipeline/change_watch.h"

#include <algorithm>
#include <array>
#include <cstdio>
#include <tuple>
#include <utility>

#include "exporter/incident/recurrence.h"

namespace exporter {
namespace {

// Targets are not all scraped at once: what begins so soon after the history's begin was there before.
constexpr std::int64_t kSettlingMs = 120'000;
// A series that had its last sample so long ago is gone; scrapes are rarely further apart.
constexpr std::int64_t kGoneMs = 120'000;

std::string text_of(double value) {
  std::array<char, 32> buffer{};
  std::snprintf(buffer.data(), buffer.size(), "%.10g", value);
  return buffer.data();
}

bool before(const rca::ChangeEvent& a, const rca::ChangeEvent& b) {
  return std::tie(a.time_ms, a.kind, a.entity, a.from, a.to) < std::tie(b.time_ms, b.kind, b.entity, b.from, b.to);
}

}  // namespace

std::vector<rca::ChangeEvent> label_changes(std::vector<ValueSpan> spans, const std::string& kind,
                                            std::int64_t since_ms) {
  std::sort(spans.begin(), spans.end(), [](const ValueSpan& a, const ValueSpan& b) {
    return std::tie(a.first_ms, a.entity, a.value) < std::tie(b.first_ms, b.entity, b.value);
  });
  std::vector<rca::ChangeEvent> events;
  for (std::size_t i = 0; i < spans.size(); ++i) {
    const ValueSpan& span = spans[i];
    if (span.first_ms <= since_ms + kSettlingMs) continue;
    const ValueSpan* old = nullptr;
    bool alive = false;
    for (std::size_t j = 0; j < i; ++j) {
      const ValueSpan& other = spans[j];
      if (other.value == span.value) {
        alive = alive || other.last_ms + kGoneMs >= span.first_ms;
      } else if (other.first_ms < span.first_ms && (old == nullptr || other.last_ms >= old->last_ms)) {
        old = &other;
      }
    }
    if (old != nullptr && !alive) events.push_back({span.first_ms, kind, span.entity, old->value, span.value});
  }
  return events;
}

void ChangeWatch::Seen::take(const ChangeMatch& match, const ChangeSpec& spec, std::int64_t time_ms, double sample) {
  if (rca::is_stale(sample) || time_ms <= last_ms) return;
  if (match.value.empty() && first_ms != 0 && sample != value && events.size() < kMaxChangesOfSeries) {
    events.push_back({time_ms, spec.kind, match.entity, text_of(value), text_of(sample)});
  }
  if (first_ms == 0) first_ms = time_ms;
  last_ms = time_ms;
  value = sample;
}

void ChangeWatch::bind(SeriesId series, std::vector<ChangeMatch> matches) {
  std::vector<Series>& staged = staged_[series];
  staged.clear();
  for (ChangeMatch& match : matches) staged.push_back({std::move(match), {}, {}});
}

void ChangeWatch::observe(SeriesId series, rca::SampleView samples) {
  const auto fresh = staged_.find(series);
  const auto known = series_.find(series);
  if (fresh == staged_.end() && known == series_.end()) return;
  for (Series& one : fresh != staged_.end() ? fresh->second : known->second) {
    one.staged = one.seen;
    const ChangeSpec& spec = resolver_->catalog().changes[one.match.spec];
    for (std::size_t i = 0; i < samples.times.size(); ++i) {
      one.staged.take(one.match, spec, samples.times[i], samples.values[i]);
    }
  }
}

void ChangeWatch::commit(const std::vector<SeriesId>& added, std::int64_t settled_ms) {
  if (since_ms_ == 0) since_ms_ = settled_ms;
  for (const SeriesId id : added) {
    if (const auto fresh = staged_.find(id); fresh != staged_.end()) series_[id] = std::move(fresh->second);
  }
  staged_.clear();
  for (auto& [id, all] : series_) {
    for (Series& one : all) {
      if (one.staged.last_ms > one.seen.last_ms) one.seen = std::move(one.staged);
      one.staged = {};
    }
  }
}

void ChangeWatch::rollback() {
  staged_.clear();
  for (auto& [id, all] : series_) {
    for (Series& one : all) one.staged = {};
  }
}

void ChangeWatch::remove(const std::vector<SeriesId>& series) {
  for (const SeriesId id : series) series_.erase(id);
}

std::vector<rca::ChangeEvent> ChangeWatch::events() const {
  std::vector<rca::ChangeEvent> events;
  std::map<std::tuple<std::size_t, std::string, std::string>, std::vector<ValueSpan>> groups;
  for (const auto& [id, all] : series_) {
    for (const Series& one : all) {
      if (one.seen.first_ms == 0) continue;
      events.insert(events.end(), one.seen.events.begin(), one.seen.events.end());
      if (one.match.value.empty()) continue;
      groups[{one.match.spec, entity_class(one.match.entity, ""), one.match.key}].push_back(
          {one.match.entity, one.match.value, one.seen.first_ms, one.seen.last_ms});
    }
  }
  for (auto& [key, spans] : groups) {
    const std::string& kind = resolver_->catalog().changes[std::get<0>(key)].kind;
    std::vector<rca::ChangeEvent> found = label_changes(std::move(spans), kind, since_ms_);
    events.insert(events.end(), found.begin(), found.end());
  }
  std::sort(events.begin(), events.end(), before);
  const auto same = [](const rca::ChangeEvent& a, const rca::ChangeEvent& b) { return !before(a, b) && !before(b, a); };
  events.erase(std::unique(events.begin(), events.end(), same), events.end());
  return events;
}

}  // namespace exporter
