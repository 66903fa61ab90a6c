#include "tests/testbed/llmsim/scrapes.h"

#include <algorithm>
#include <cmath>
#include <string>

#include "tests/testbed/llmsim/hooks/endpoints.h"
#include "tests/testbed/llmsim/random.h"

namespace llmsim {
namespace {

struct PlannedScrape {
  std::size_t target;
  double offset;  // seconds into the interval
};

std::vector<PlannedScrape> plan_scrapes(const std::vector<Target>& targets, double step) {
  std::vector<PlannedScrape> out;
  for (std::size_t i = 0; i < targets.size(); ++i) {
    const std::string who = targets[i].job + std::string(rca::label_value(targets[i].labels, "instance"));
    const double part = static_cast<double>(hash_text(who) % 4096) / 4096;
    out.push_back({i, std::floor(part * step * 1000) / 1000});
  }
  std::stable_sort(out.begin(), out.end(), [](const auto& a, const auto& b) { return a.offset < b.offset; });
  return out;
}

}  // namespace

rca::Result<ScrapeStats> run_scrapes(Simulation& simulation, const std::vector<Target>& targets,
                                     const ScrapeOptions& options, ScrapeReceiver& receiver) {
  if (!(options.step >= 0.1) || !(options.duration > 0) || options.missing_scrapes < 0 || options.missing_scrapes > 1) {
    return rca::Error{rca::ErrorKind::invalid_argument,
                      "the step must be at least 100 ms, the duration above 0, the share of missing scrapes in 0..1"};
  }
  const std::vector<PlannedScrape> scrapes = plan_scrapes(targets, options.step);
  Random luck(simulation.config().seed, "scrapes");
  ScrapeStats stats;
  const double begin = simulation.now();
  const double end = begin + options.duration;
  bool goes_on = true;
  for (double cycle = begin; cycle < end && goes_on; cycle += options.step) {
    for (const PlannedScrape& scrape : scrapes) {
      const double time = cycle + scrape.offset;
      if (time >= end || !goes_on) break;
      simulation.advance_to(time);
      const Target& target = targets[scrape.target];
      const double delay = target.pod == SIZE_MAX ? 0 : simulation.host_of(target.pod).egress().mean;
      const double duration = 0.002 + 0.002 * luck.uniform() + delay;
      const bool up = luck.uniform() >= options.missing_scrapes && duration < options.step &&
                      endpoint_answers(simulation, target.pod);
      std::size_t samples = 0;
      if (up) {
        ScrapeSink& metrics = receiver.start(scrape.target, false, simulation.unix_now());
        target.exporter->render(simulation, metrics);
        samples = metrics.samples();
      }
      ScrapeSink& about = receiver.start(scrape.target, true, simulation.unix_now());
      about.sample("up", "", up ? 1 : 0);
      about.sample("scrape_duration_seconds", "", duration);
      about.sample("scrape_samples_scraped", "", static_cast<double>(samples));
      ++stats.scrapes;
      stats.samples += samples + 3;
      goes_on = receiver.done();
    }
  }
  simulation.advance_to(end);
  return stats;
}

}  // namespace llmsim
