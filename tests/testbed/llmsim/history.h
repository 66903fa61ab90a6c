// The past of a simulated stack, as Prometheus would have scraped it.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "common/result.h"
#include "tests/testbed/llmsim/exporters/exporter.h"
#include "tests/testbed/llmsim/simulation.h"

namespace llmsim {

struct HistoryOptions {
  double duration = 0;         // seconds, from the simulation's now()
  double step = 5;             // scrape interval, seconds
  double missing_scrapes = 0;  // 0..1: share of the scrapes that fail
  std::string file;            // written whole or not at all
};

struct HistoryStats {
  std::uint64_t samples = 0;
  std::uint64_t scrapes = 0;
  std::uint64_t bytes = 0;
};

// Advances `simulation` by the duration and writes what each target shows at its scrapes (each target has its own
// offset in the interval, as Prometheus spreads them), with `up`, scrape_duration_seconds and scrape_samples_scraped,
// as OpenMetrics text for `promtool tsdb create-blocks-from openmetrics`: scrape after scrape, no metadata, # EOF at
// the end. Errors: a bad option, or the file cannot be written.
rca::Result<HistoryStats> write_history(Simulation& simulation, std::vector<Target>& targets,
                                        const HistoryOptions& options);

}  // namespace llmsim
