#include <cstdio>
#include <cstdlib>
#include <map>
#include <string>
#include <utility>

#include "rca_core/drift/statistic.h"

namespace rca {
namespace {

using StatisticsByName = std::map<std::string, std::unique_ptr<DriftStatistic>, std::less<>>;

// Made at its first use: registrations run before main(), in no order that can be relied on.
StatisticsByName& statistics_by_name() {
  static StatisticsByName statistics;
  return statistics;
}

}  // namespace

std::vector<const DriftStatistic*> all_drift_statistics() {
  std::vector<const DriftStatistic*> all;
  for (const auto& [name, statistic] : statistics_by_name()) all.push_back(statistic.get());
  return all;
}

Result<const DriftStatistic*> find_drift_statistic(std::string_view name) {
  const StatisticsByName& statistics = statistics_by_name();
  if (const auto it = statistics.find(name); it != statistics.end()) return it->second.get();
  std::string known;
  for (const auto& [known_name, statistic] : statistics) known += (known.empty() ? "" : ", ") + known_name;
  return Error{ErrorKind::not_found, "unknown drift statistic \"" + std::string(name) + "\"; known are " + known};
}

DriftStatisticRegistration::DriftStatisticRegistration(std::unique_ptr<DriftStatistic> statistic) {
  const std::string name(statistic->name());
  if (!statistics_by_name().emplace(name, std::move(statistic)).second) {
    std::fprintf(stderr, "two drift statistics are registered as \"%s\"\n", name.c_str());
    std::abort();
  }
}

}  // namespace rca
