#include "rca_core/methods/call_quality.h"

#include <algorithm>
#include <array>
#include <cctype>
#include <map>
#include <span>
#include <string>
#include <tuple>
#include <utility>

#include "rca_core/methods/signal_nature.h"

namespace rca {
namespace {

const Signal& signal_at(const Frame& frame, Eigen::Index column) {
  return frame.signals[static_cast<std::size_t>(column)];
}

bool is_one_of(const std::string& word, std::span<const std::string_view> known) {
  return std::find(known.begin(), known.end(), word) != known.end();
}

bool is_number(std::string_view word) {
  return !word.empty() && std::all_of(word.begin(), word.end(), [](unsigned char c) { return std::isdigit(c) != 0; });
}

// "p99", "99" → 99; "median" → 50; the mean is below all of them, a role that names no statistic just above it.
int statistic_of(const std::string& word) {
  constexpr std::array<std::string_view, 2> kMean = {"avg", "mean"};
  if (is_one_of(word, kMean)) return -1;
  if (word == "median") return 50;
  if (word == "max") return 100;
  const std::string_view digits = !word.empty() && word.front() == 'p' ? std::string_view(word).substr(1) : word;
  if (is_number(digits) && digits.size() <= 4) {
    return std::stoi(std::string(digits.substr(0, 2)));  // "p999" is above "p99" by less than matters
  }
  return -2;  // no statistic
}

struct RoleName {
  std::string stem;   // the quantity: the role's words without the statistic
  int statistic = 0;  // -1 mean, 0 not named, else per cent
};

RoleName parse_role(std::string_view role) {
  RoleName out;
  for (const std::string& word : role_words(role)) {
    if (const int statistic = statistic_of(word); statistic != -2) {
      out.statistic = statistic < 0 ? statistic : std::max(out.statistic, statistic);
    } else {
      out.stem += (out.stem.empty() ? "" : " ") + word;
    }
  }
  return out;
}

// Requests before anything that only grows with them; -1: no measure of how many calls there are.
int traffic_rank(const Signal& signal) {
  if (nature_of(signal) != SignalNature::traffic || !caller_in_role(signal.role).empty()) return -1;
  constexpr std::array<std::string_view, 7> kCalls = {"workload", "request", "requests", "calls",
                                                      "qps",      "rps",     "traffic"};
  constexpr std::array<std::string_view, 12> kOther = {"queue",   "queued", "waiting", "running",  "token", "tokens",
                                                       "ongoing", "depth",  "n",       "capacity", "size",  "latency"};
  int rank = -1;
  for (const std::string& word : role_words(signal.role)) {
    if (is_one_of(word, kOther)) return -1;
    if (is_one_of(word, kCalls)) rank = 1;
  }
  return rank;
}

std::string letters_of(std::string_view name) {
  std::string out;
  for (const char c : name) {
    const auto byte = static_cast<unsigned char>(c);
    if (std::isalnum(byte) != 0 || byte >= 0x80U) out += static_cast<char>(std::tolower(byte));
  }
  return out;
}

// What Kubernetes appends to a workload's name: an ordinal, or the hashes of a ReplicaSet and a pod.
bool is_replica_suffix(std::string_view rest) {
  constexpr std::size_t kLongestHash = 10;
  constexpr std::ptrdiff_t kMostParts = 2;
  if (rest.size() < 2 || rest.front() != '-' || std::count(rest.begin(), rest.end(), '-') > kMostParts) return false;
  bool digit = false;
  std::size_t part = 0;
  for (const char c : rest) {
    if (c == '-') {
      part = 0;
      continue;
    }
    const auto byte = static_cast<unsigned char>(c);
    if (std::islower(byte) == 0 && std::isdigit(byte) == 0) return false;
    digit = digit || std::isdigit(byte) != 0;
    if (++part > kLongestHash) return false;
  }
  return digit;
}

}  // namespace

bool is_count_of_failures(const Signal& signal) {
  if (signal.unit == "per_second" || signal.unit == "count") return true;
  constexpr std::array<std::string_view, 6> kCounts = {"total", "sec", "count", "second", "minute", "min"};
  constexpr std::array<std::string_view, 4> kShares = {"ratio", "pct", "percent", "share"};
  bool count = false;
  for (const std::string& word : role_words(signal.role)) {
    if (is_one_of(word, kShares)) return false;
    count = count || is_one_of(word, kCounts);
  }
  return count;
}

SliNature sli_nature_of(const IncidentView& view) {
  if (view.sli_nature != SliNature::unknown) return view.sli_nature;
  if (!view.sli_column || *view.sli_column < 0 || *view.sli_column >= view.frame.values.cols()) {
    return SliNature::unknown;
  }
  switch (nature_of(signal_at(view.frame, *view.sli_column))) {
    case SignalNature::latency: return SliNature::latency;
    case SignalNature::failures: return SliNature::failures;
    case SignalNature::traffic: return SliNature::throughput;
    case SignalNature::internal: break;
  }
  return SliNature::unknown;
}

std::string_view caller_in_role(std::string_view role) {
  for (const std::string_view from : {"-from-", "_from_"}) {
    const std::size_t at = role.find(from);
    if (at != std::string_view::npos) return role.substr(at + from.size());
  }
  return {};
}

bool is_of_nature(const Signal& signal, SliNature nature) {
  Signal quantity;
  quantity.unit = signal.unit;
  quantity.role = signal.role;
  if (const std::string_view caller = caller_in_role(signal.role); !caller.empty()) {
    quantity.role.resize(signal.role.size() - caller.size());
  }
  const SignalNature found = nature_of(quantity);
  return (nature == SliNature::latency && found == SignalNature::latency) ||
         (nature == SliNature::failures && found == SignalNature::failures);
}

bool falls_when_bad(std::string_view role) {
  constexpr std::array<std::string_view, 5> kGood = {"success", "successes", "availability", "available", "ok"};
  const std::vector<std::string> words = role_words(role);
  return std::any_of(words.begin(), words.end(), [&](const std::string& word) { return is_one_of(word, kGood); });
}

std::optional<CallQuality> call_quality(const IncidentView& view, const std::vector<Eigen::Index>& columns,
                                        SliNature nature) {
  RoleName felt;
  if (view.sli_column && *view.sli_column >= 0 && *view.sli_column < view.frame.values.cols()) {
    felt = parse_role(signal_at(view.frame, *view.sli_column).role);
  }
  std::optional<CallQuality> out;
  std::tuple<bool, bool, std::size_t, int> best;
  std::optional<Eigen::Index> traffic;
  std::map<std::string, std::pair<int, Eigen::Index>> by_stem;  // statistic, column
  for (const Eigen::Index column : columns) {
    const Signal& signal = signal_at(view.frame, column);
    if (!traffic && traffic_rank(signal) > 0) traffic = column;
    if (!is_of_nature(signal, nature) || !caller_in_role(signal.role).empty()) continue;
    const RoleName name = parse_role(signal.role);
    const std::tuple<bool, bool, std::size_t, int> rank{
        !felt.stem.empty() && name.stem != felt.stem, nature == SliNature::failures && is_count_of_failures(signal),
        static_cast<std::size_t>(std::count(name.stem.begin(), name.stem.end(), ' ')), name.statistic};
    const auto [of_stem, added] = by_stem.try_emplace(name.stem, name.statistic, column);
    if (!added && name.statistic < of_stem->second.first) of_stem->second = {name.statistic, column};
    if (out && rank >= best) continue;
    best = rank;
    out = CallQuality{column, std::nullopt, {}};
  }
  if (!out) return out;
  out->traffic = traffic;
  for (const auto& [stem, statistic_and_column] : by_stem) {
    if (statistic_and_column.second != out->column) out->others.push_back(statistic_and_column.second);
  }
  return out;
}

std::optional<EntityGraph::Node> node_of_entity(const EntityGraph& graph, std::string_view entity) {
  if (const auto same = graph.find(entity)) return same;
  const std::string letters = letters_of(entity);
  std::optional<EntityGraph::Node> service;
  for (EntityGraph::Node node = 0; node < graph.size(); ++node) {
    const std::string& name = graph.name(node);
    if (!letters.empty() && letters_of(name) == letters) return node;
    if (entity.starts_with(name) && is_replica_suffix(entity.substr(name.size())) &&
        (!service || name.size() > graph.name(*service).size())) {
      service = node;
    }
  }
  return service;
}

}  // namespace rca
