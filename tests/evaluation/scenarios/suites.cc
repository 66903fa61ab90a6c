#include "tests/evaluation/scenarios/suites.h"

#include <array>

namespace scenarios {
namespace {

using llmsim::SimConfig;

// Every run has a random stream of its own, whatever suite, scenario and seed.
std::uint64_t stream_seed(std::uint64_t seed, std::size_t scenario) {
  return seed * 1000 + scenario;
}

// The reference's load, changed from iteration to iteration: full or somewhat less, steady or swinging by a tenth over
// ten minutes.
SimConfig reference_load(std::uint64_t seed, std::size_t scenario) {
  SimConfig sim;
  sim.seed = stream_seed(seed, scenario);
  const bool swings = (seed / 2) % 2 == 0;
  sim.rate = seed % 2 == 0 ? 4 : 5;
  if (swings) {
    sim.rate *= 0.9;
    sim.swing = 0.1;
    sim.swing_period = 600;
  }
  return sim;
}

constexpr std::array kReferenceFaults = {"cpu", "gpu", "memory", "network"};
constexpr std::array kReferenceReplicas = {"ray-replicas-0", "ray-replicas-1", "ray-replicas-2"};
constexpr double kMissingScrapes = 0.02;

struct Timing {
  double warm_up = 60;
  double normal = 0;  // seconds before the fault, the warm-up included
  double fault = 0;
};

std::vector<RunSpec> reference_runs(std::string_view suite, const Timing& timing, std::uint64_t seed) {
  std::vector<RunSpec> runs;
  for (const char* fault : kReferenceFaults) {
    for (const char* replica : kReferenceReplicas) {
      RunSpec spec;
      spec.suite = suite;
      spec.name = std::string(fault) + "/" + replica;
      spec.sim = reference_load(seed, runs.size());
      spec.warm_up = timing.warm_up;
      spec.duration = timing.normal + timing.fault;
      spec.missing_scrapes = kMissingScrapes;
      spec.faults = {{fault, replica, timing.normal, timing.fault}};
      runs.push_back(std::move(spec));
    }
  }
  return runs;
}

std::vector<RunSpec> reference(std::uint64_t seed) {
  return reference_runs("reference", {60, 1260, 300}, seed);
}

// The timing of the reference's campaign: load for 285 s, then 60 s of the fault.
std::vector<RunSpec> campaign(std::uint64_t seed) {
  return reference_runs("campaign", {30, 285, 60}, seed);
}

struct Suite {
  std::string_view name;
  std::vector<RunSpec> (*runs)(std::uint64_t seed);
};
constexpr std::array kSuites = {Suite{"reference", reference}, Suite{"campaign", campaign}};

}  // namespace

std::vector<std::string> suite_names() {
  std::vector<std::string> names;
  for (const Suite& suite : kSuites) names.emplace_back(suite.name);
  return names;
}

rca::Result<std::vector<RunSpec>> make_suite(std::string_view name, std::uint64_t first_seed, std::size_t seeds) {
  for (const Suite& suite : kSuites) {
    if (suite.name != name) continue;
    std::vector<RunSpec> all;
    for (std::uint64_t seed = first_seed; seed < first_seed + seeds; ++seed) {
      for (RunSpec& spec : suite.runs(seed)) {
        spec.seed = seed;
        all.push_back(std::move(spec));
      }
    }
    return all;
  }
  std::string known;
  for (const std::string& one : suite_names()) known += (known.empty() ? "" : ", ") + one;
  return rca::Error{rca::ErrorKind::invalid_argument, "no suite '" + std::string(name) + "'; there are: " + known};
}

}  // namespace scenarios
