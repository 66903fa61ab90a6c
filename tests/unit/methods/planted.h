// An incident whose cause is known: the disk of one node slows its worker's queue, and that the front's latency.
#pragma once

#include "tests/unit/rca_core/frames.h"

namespace rca::testing {

struct PlantedIncident {
  static constexpr Eigen::Index kOnset = 240;
  static constexpr Eigen::Index kRows = 300;
  static constexpr Eigen::Index kSli = 0;  // latency of front

  Frame frame;
  [[nodiscard]] IncidentView view() const { return {frame, kOnset, kSli}; }
};

// Columns: front latency (SLI), front requests, worker queue, node disk, other load, other noise. The disk of "node"
// changes at the onset by `shift` of its standard deviations; queue and latency follow it.
inline PlantedIncident planted_incident(double shift = 12) {
  Noise noise(17);
  std::vector<std::vector<double>> columns(6);
  for (Eigen::Index row = 0; row < PlantedIncident::kRows; ++row) {
    const double requests = 50 + noise(5);
    const double disk = 10 + noise(1) + (row >= PlantedIncident::kOnset ? shift : 0);
    const double queue = 3 * disk + 0.4 * requests + noise(1.5);
    const double latency = 2 * queue + 0.5 * requests + noise(2);
    const double load = 20 + 0.1 * requests + noise(1);
    const std::vector<double> values = {latency, requests, queue, disk, load, noise(1)};
    for (std::size_t i = 0; i < values.size(); ++i) columns[i].push_back(values[i]);
  }
  const std::vector<std::pair<std::string, std::string>> names = {{"front", "latency"}, {"front", "requests"},
                                                                  {"worker", "queue"},  {"node", "disk"},
                                                                  {"other", "load"},    {"other", "noise"}};
  FrameBuilder builder(PlantedIncident::kRows);
  for (std::size_t i = 0; i < names.size(); ++i) {
    builder.add(names[i].first, names[i].second, "",
                [&](Eigen::Index row) { return columns[i][static_cast<std::size_t>(row)]; });
  }
  return {builder.frame()};
}

}  // namespace rca::testing
