// The scrapes of a simulated stack, as Prometheus would have done them.
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "common/result.h"
#include "tests/testbed/llmsim/exporters/exporter.h"
#include "tests/testbed/llmsim/simulation.h"

namespace llmsim {

struct ScrapeOptions {
  double duration = 0;         // seconds, from the simulation's now()
  double step = 5;             // scrape interval, seconds
  double missing_scrapes = 0;  // 0..1: share of the scrapes that fail
};

struct ScrapeStats {
  std::uint64_t samples = 0;
  std::uint64_t scrapes = 0;
};

// Who keeps what is scraped.
class ScrapeReceiver {
 public:
  virtual ~ScrapeReceiver() = default;
  // Starts the samples of one scrape of target number `target`; the sink takes them until the next call. `about`: up
  // and friends, which carry only the target's labels.
  virtual ScrapeSink& start(std::size_t target, bool about, double unix_time) = 0;
  // The scrape is complete. False: stop here.
  virtual bool done() { return true; }
};

// Advances `simulation` by the duration and hands on what each target shows at its scrapes (each target has its own
// offset in the interval, as Prometheus spreads them), with `up`, scrape_duration_seconds and scrape_samples_scraped.
// Error: a bad option.
rca::Result<ScrapeStats> run_scrapes(Simulation& simulation, const std::vector<Target>& targets,
                                     const ScrapeOptions& options, ScrapeReceiver& receiver);

}  // namespace llmsim
