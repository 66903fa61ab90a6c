#include "exporter/incident/recurrence.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <utility>

namespace exporter {
namespace {

constexpr std::string_view kDigits = "0123456789";
// What Kubernetes makes names of (k8s.io/apimachinery/pkg/util/rand): no vowels, so that no words arise, and no 0,
// 1, 3.
constexpr std::string_view kSuffixAlphabet = "bcdfghjklmnpqrstvwxz2456789";
constexpr std::size_t kPodSuffixLength = 5;
constexpr std::size_t kShortestHash = 8;
constexpr std::size_t kLongestHash = 10;

bool made_of(std::string_view text, std::string_view alphabet) {
  return !text.empty() && text.find_first_not_of(alphabet) == std::string_view::npos;
}

// The part after the last "-", "_" or ".", and what is before it; empty: there is none.
std::pair<std::string_view, std::string_view> split_last(std::string_view name) {
  const std::size_t at = name.find_last_of("-_.");
  if (at == std::string_view::npos || at == 0) return {name, {}};
  return {name.substr(0, at), name.substr(at + 1)};
}

bool is_hash(std::string_view part) {
  return part.size() >= kShortestHash && part.size() <= kLongestHash && made_of(part, kSuffixAlphabet) &&
         part.find_first_of(kDigits) != std::string_view::npos;
}

std::int64_t end_of(const IncidentSpan& span) {
  return span.resolved_ms == 0 ? std::numeric_limits<std::int64_t>::max() : span.resolved_ms;
}

// Intervals that overlap are one occurrence. `spans` by onset.
std::int64_t occurrences(std::span<const IncidentSpan> spans) {
  std::int64_t count = 0;
  std::int64_t end = std::numeric_limits<std::int64_t>::min();
  for (const IncidentSpan& span : spans) {
    if (span.onset_ms > end) ++count;
    end = std::max(end, end_of(span));
  }
  return count;
}

}  // namespace

std::string entity_class(std::string_view entity, std::string_view peer_group) {
  if (!peer_group.empty()) return std::string(peer_group);
  const auto [front, last] = split_last(entity);
  if (last.size() == kPodSuffixLength && made_of(last, kSuffixAlphabet)) {
    const auto [workload, hash] = split_last(front);
    if (is_hash(hash)) return std::string(workload);
  }
  if (made_of(last, kDigits) || is_hash(last)) return std::string(front);
  return std::string(entity);
}

Recurrence recurrence_of(const Incident& incident, std::span<const IncidentSpan> others) {
  const std::int64_t last = incident.open() ? std::numeric_limits<std::int64_t>::max() : incident.resolved_ms;
  std::vector<IncidentSpan> earlier;
  Recurrence recurrence;
  for (const IncidentSpan& other : others) {
    if (other.id == incident.id) continue;
    if (end_of(other) < incident.onset_ms) {
      earlier.push_back(other);
    } else if (other.onset_ms <= last && recurrence.related.size() < kMaxLinkedIncidents) {
      recurrence.related.push_back(other.id);
    }
  }
  std::sort(recurrence.related.begin(), recurrence.related.end());
  std::sort(earlier.begin(), earlier.end(), [](const IncidentSpan& a, const IncidentSpan& b) {
    return std::pair(a.onset_ms, a.id) < std::pair(b.onset_ms, b.id);
  });
  recurrence.earlier = occurrences(earlier);
  const std::size_t linked = std::min(earlier.size(), kMaxLinkedIncidents);
  for (std::size_t i = 0; i < linked; ++i) recurrence.incidents.push_back(earlier[earlier.size() - 1 - i].id);
  return recurrence;
}

double recurrence_cost(const Incident& incident, std::span<const IncidentSpan> same_kind, std::int64_t now_ms) {
  const double own = incident.budget_consumed();
  if (incident.recurrence.entity_class.empty() || std::isnan(own)) return std::numeric_limits<double>::quiet_NaN();
  std::vector<IncidentSpan> spans{{incident.id, incident.onset_ms, incident.resolved_ms, own}};
  for (const IncidentSpan& span : same_kind) {
    const bool recent = span.onset_ms > now_ms - incident.budget_window_ms;
    if (span.id != incident.id && recent && std::isfinite(span.budget_consumed)) spans.push_back(span);
  }
  std::sort(spans.begin(), spans.end(), [](const IncidentSpan& a, const IncidentSpan& b) {
    return std::pair(a.onset_ms, a.id) < std::pair(b.onset_ms, b.id);
  });
  double cost = 0;
  double dearest = 0;
  std::int64_t end = std::numeric_limits<std::int64_t>::min();
  for (const IncidentSpan& span : spans) {
    if (span.onset_ms > end) cost += std::exchange(dearest, 0);
    dearest = std::max(dearest, span.budget_consumed);
    end = std::max(end, end_of(span));
  }
  return cost + dearest;
}

}  // namespace exporter
