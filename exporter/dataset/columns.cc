#include "exporter/dataset/columns.h"

#include <algorithm>
#include <array>
#include <initializer_list>
#include <map>
#include <set>
#include <tuple>
#include <unordered_set>

#include "exporter/dataset/csv.h"

namespace exporter::dataset {
namespace {

constexpr std::string_view kPercentile90 = "_latency-90";
constexpr std::string_view kLatency = "_latency";

bool contains(std::string_view text, std::string_view part) {
  return text.find(part) != std::string_view::npos;
}

std::string unit_of(std::string_view role) {
  for (const std::string_view unit : {"seconds", "bytes", "ratio"}) {
    if (role == unit || (role.ends_with(unit) && role[role.size() - unit.size() - 1] == '-')) return std::string(unit);
  }
  return "";
}

rca::SignalKind kind_of(std::string_view role) {
  for (const std::string_view suffix : {"latency", "-90", "-95", "-99", "-p90", "-p95", "-p99"}) {
    if (role.ends_with(suffix)) return rca::SignalKind::quantile;
  }
  return rca::SignalKind::gauge;
}

// "ray-replicas-0" → "ray-replicas"; empty: no number at the end.
std::string_view stem_of(std::string_view entity) {
  std::string_view stem = entity;
  while (!stem.empty() && stem.back() >= '0' && stem.back() <= '9') stem.remove_suffix(1);
  if (stem.size() == entity.size()) return "";
  if (stem.ends_with('-')) stem.remove_suffix(1);
  return stem;
}

void join_peers(std::vector<rca::Signal>& signals) {
  constexpr std::size_t kFewest = 3;
  std::map<std::string_view, std::set<std::string_view>> groups;
  for (const rca::Signal& signal : signals) {
    if (const std::string_view stem = stem_of(signal.entity); !stem.empty()) groups[stem].insert(signal.entity);
  }
  for (rca::Signal& signal : signals) {
    const std::string_view stem = stem_of(signal.entity);
    const auto group = groups.find(stem);
    if (group != groups.end() && group->second.size() >= kFewest) signal.peer_group = std::string(stem);
  }
}

std::string rename(std::string_view name, const std::unordered_set<std::string_view>& all) {
  if (!name.ends_with(kPercentile90)) return std::string(name);
  std::string shorter(name.substr(0, name.size() - kPercentile90.size()));
  shorter += kLatency;
  return all.contains(shorter) ? std::string(name) : shorter;
}

// How well a role tells what users feel; 0: not at all. What one caller sees of a callee is not it.
int felt_rank(std::string_view role) {
  if (contains(role, "-from-")) return 0;
  if (role == "latency") return 7;
  if (role.starts_with("latency")) return 6;
  if (contains(role, "latency") || contains(role, "duration")) return 5;
  if (role.starts_with("error")) return 4;
  if (contains(role, "error") || contains(role, "5xx")) return 3;
  if (role == "availability" || role == "success") return 2;
  return contains(role, "availability") || contains(role, "success") ? 1 : 0;
}

}  // namespace

bool is_dropped_column(std::string_view name) {
  constexpr std::array<std::string_view, 3> kParts = {"_pod_", "_node_", "unknown"};
  if (name.empty() || name.starts_with("Unnamed") || name.ends_with("_latency-50")) return true;
  return std::any_of(kParts.begin(), kParts.end(), [&](std::string_view part) { return contains(name, part); });
}

std::pair<std::string, std::string> split_column(std::string_view name) {
  const std::size_t at = name.find('_');
  if (at == 0 || at == std::string_view::npos || at + 1 == name.size()) return {std::string(name), "value"};
  return {std::string(name.substr(0, at)), std::string(name.substr(at + 1))};
}

std::string renamed_column(std::string_view name, const std::vector<std::string>& names) {
  return rename(name, {names.begin(), names.end()});
}

rca::Result<std::vector<rca::Signal>> signals_of_columns(const std::vector<std::string>& names) {
  const std::unordered_set<std::string_view> all(names.begin(), names.end());
  std::vector<rca::Signal> signals;
  std::set<std::pair<std::string, std::string>> seen;
  for (const std::string& name : names) {
    rca::Signal& signal = signals.emplace_back();
    std::tie(signal.entity, signal.role) = split_column(rename(name, all));
    signal.unit = unit_of(signal.role);
    signal.kind = kind_of(signal.role);
    if (!seen.insert({signal.entity, signal.role}).second) {
      return rca::Error{rca::ErrorKind::malformed,
                        "column " + in_quotes(name) + " is the signal of another column as well"};
    }
  }
  join_peers(signals);
  return signals;
}

Eigen::Index felt_signal(const rca::Frame& frame, std::string_view entity) {
  Eigen::Index best = -1;
  int best_rank = 0;
  for (std::size_t i = 0; i < frame.signals.size(); ++i) {
    if (frame.signals[i].entity != entity) continue;
    if (const int rank = felt_rank(frame.signals[i].role); rank > best_rank) {
      best_rank = rank;
      best = static_cast<Eigen::Index>(i);
    }
  }
  return best;
}

rca::SliNature sli_nature_of(std::string_view role) {
  const auto any = [&](std::initializer_list<std::string_view> words) {
    return std::any_of(words.begin(), words.end(), [&](std::string_view word) { return contains(role, word); });
  };
  if (any({"latency", "duration"})) return rca::SliNature::latency;
  if (any({"error", "5xx", "availability", "success"})) return rca::SliNature::failures;
  if (any({"throughput", "workload", "request-rate"})) return rca::SliNature::throughput;
  return rca::SliNature::unknown;
}

}  // namespace exporter::dataset
