#include "tests/evaluation/scenarios/suites.h"

#include <algorithm>
#include <array>
#include <map>
#include <utility>

#include "rca_core/diagnosis/fault_class.h"
#include "tests/testbed/llmsim/faults/fault.h"

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
constexpr const char* kHarmlessDeployment = "harmless_deployment";
constexpr const char* kMemoryLeak = "memory_leak";

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
      spec.group = fault;
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

// A day: the load of the night is a third of that of the day, scrapes fail now and then, and Prometheus is restarted
// and once down for a quarter of an hour.
RunSpec healthy_day(const char* name, SimConfig sim) {
  constexpr double kDay = 86'400;
  RunSpec spec;
  spec.suite = "healthy";
  spec.name = name;
  spec.group = name;
  spec.sim = std::move(sim);
  spec.sim.rate = 3.3;
  spec.sim.swing = 0.5;
  spec.sim.swing_period = kDay;
  spec.warm_up = 300;
  spec.duration = kDay;
  spec.step = 15;
  spec.missing_scrapes = kMissingScrapes;
  spec.outages = {{6 * 3600, 6 * 3600 + 60}, {15 * 3600, 15 * 3600 + 900}};
  return spec;
}

bool there_is(std::string_view fault_type) {
  return llmsim::find_fault_type(fault_type, llmsim::Stack::full).ok();
}

std::vector<RunSpec> healthy(std::uint64_t seed) {
  SimConfig reference;
  reference.seed = stream_seed(seed, 0);
  SimConfig full = llmsim::full_stack_config();
  full.seed = stream_seed(seed, 1);
  std::vector<RunSpec> runs = {healthy_day("day/reference", reference), healthy_day("day/full", full)};
  // A new version every eight hours that does no harm.
  for (double at = 4 * 3600; there_is(kHarmlessDeployment) && at < runs[1].duration; at += 8 * 3600) {
    runs[1].faults.push_back({kHarmlessDeployment, "", at, 3600});
  }
  return runs;
}

// What is harder than the reference's campaign, on its stack.
class HardRuns {
 public:
  explicit HardRuns(std::uint64_t seed) : seed_(seed) {}

  RunSpec& add(std::string name, std::vector<PlannedFault> faults) {
    RunSpec spec;
    spec.suite = "hard";
    spec.group = name;
    spec.name = std::move(name);
    spec.sim = reference_load(seed_, 500 + runs_.size());
    spec.duration = kBegin + kLength;
    spec.missing_scrapes = kMissingScrapes;
    spec.faults = std::move(faults);
    return runs_.emplace_back(std::move(spec));
  }
  // The target changes from seed to seed.
  [[nodiscard]] std::string replica(std::size_t offset = 0) const {
    return kReferenceReplicas[(seed_ + offset) % kReferenceReplicas.size()];
  }
  [[nodiscard]] PlannedFault fault(const char* type, std::size_t offset = 0, double later = 0) const {
    return {type, replica(offset), kBegin + later, kLength - later};
  }
  std::vector<RunSpec> take() { return std::move(runs_); }

  static constexpr double kBegin = 1260;
  static constexpr double kLength = 300;

 private:
  std::uint64_t seed_;
  std::vector<RunSpec> runs_;
};

std::vector<RunSpec> hard(std::uint64_t seed) {
  HardRuns runs(seed);
  runs.add("two-at-once/gpu+network", {runs.fault("gpu"), runs.fault("network", 1)});
  runs.add("two-at-once/cpu+memory", {runs.fault("cpu"), runs.fault("memory", 1)});
  runs.add("one-after-the-other/gpu+cpu", {runs.fault("gpu"), runs.fault("cpu", 1, 60)});
  for (const char* fault : {"gpu", "network"}) {
    RunSpec& low = runs.add(std::string("low-traffic/") + fault, {runs.fault(fault)});
    low.sim.rate = 0.5;
    low.sim.arrival = llmsim::Arrival::poisson;
  }
  runs.add("own-metrics-missing/gpu-without-dcgm", {runs.fault("gpu")}).missing_jobs = {"dcgm"};
  runs.add("own-metrics-missing/cpu-without-cadvisor", {runs.fault("cpu")}).missing_jobs = {"cadvisor"};
  runs.add("own-metrics-missing/network-without-node", {runs.fault("network")}).missing_jobs = {"cadvisor",
                                                                                                "node_exporter"};
  for (const char* fault : {"cpu", "network"}) {
    RunSpec& burst = runs.add(std::string("random-arrivals/") + fault, {runs.fault(fault)});
    burst.sim.arrival = llmsim::Arrival::poisson;
  }
  if (there_is(kMemoryLeak)) {
    RunSpec& leak = runs.add("slow-burn/memory-leak", {{kMemoryLeak, runs.replica(), HardRuns::kBegin, 4 * 3600}});
    leak.sim = llmsim::full_stack_config();
    leak.sim.seed = stream_seed(seed, 600);
    leak.warm_up = 300;
    leak.duration = HardRuns::kBegin + 4 * 3600;
  }
  return runs.take();
}

// The fault types of each class of the table of root causes: the one that is named like the class, else all that have
// it.
std::map<std::string, std::vector<const llmsim::FaultType*>> types_by_class() {
  std::map<std::string, std::vector<const llmsim::FaultType*>> out;
  for (const llmsim::FaultType& type : llmsim::fault_types()) {
    if (rca::find_fault_class(type.fault_class) == nullptr) continue;
    std::vector<const llmsim::FaultType*>& types = out[type.fault_class];
    if (!types.empty() && types.front()->name == type.fault_class) continue;
    if (type.name == type.fault_class) types.clear();
    types.push_back(&type);
  }
  return out;
}

// One scenario for each fault class; where several faults have the class, seeds take turns.
std::vector<RunSpec> catalogue(std::uint64_t seed) {
  constexpr double kWarmUp = 300;
  constexpr double kNormal = 1500;  // the warm-up included
  constexpr double kMostSeconds = 4 * 3600;
  std::vector<RunSpec> runs;
  for (const auto& [fault_class, types] : types_by_class()) {
    const llmsim::FaultType& type = *types[seed % types.size()];
    RunSpec spec;
    spec.suite = "catalogue";
    spec.name = fault_class + "/" + type.name;
    spec.group = fault_class;
    spec.sim = llmsim::full_stack_config();
    spec.sim.seed = stream_seed(seed, 200 + runs.size());
    if (type.configure != nullptr) type.configure(spec.sim);
    const double length = std::min(type.typical_seconds, kMostSeconds);
    spec.warm_up = kWarmUp;
    spec.duration = kNormal + length;
    spec.missing_scrapes = kMissingScrapes;
    spec.faults = {{type.name, type.default_target, kNormal, length}};
    runs.push_back(std::move(spec));
  }
  return runs;
}

struct Suite {
  std::string_view name;
  std::vector<RunSpec> (*runs)(std::uint64_t seed);
  std::size_t most_seeds = SIZE_MAX;
};
constexpr std::array kSuites = {Suite{"reference", reference}, Suite{"campaign", campaign},
                                Suite{"catalogue", catalogue}, Suite{"healthy", healthy, 1}, Suite{"hard", hard}};

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
    for (std::uint64_t seed = first_seed; seed < first_seed + std::min(seeds, suite.most_seeds); ++seed) {
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
