// One run: a stack is simulated with its faults, scraped into memory, and analysed as `rcatool analyze` does it.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "common/result.h"
#include "exporter/config/config.h"
#include "exporter/pipeline/analysis.h"
#include "exporter/signals/resolver.h"
#include "tests/testbed/llmsim/config.h"

namespace scenarios {

struct PlannedFault {
  std::string type;
  std::string target;  // as the simulator knows it
  double at = 0;       // seconds after the start
  double duration = 0;
};

struct RunSpec {
  std::string suite;
  std::string name;        // unique within the suite and seed: "gpu/ray-replicas-1"
  std::string group;       // runs whose figures are added up: "gpu"
  std::uint64_t seed = 1;  // of the scenario; the simulation's is made of it
  llmsim::SimConfig sim;
  double warm_up = 60;  // seconds before the window begins: rates need a range, the engine a batch
  double duration = 0;  // seconds, all in all
  double step = 5;      // scrape interval, seconds
  double missing_scrapes = 0;
  std::vector<PlannedFault> faults;
  std::vector<std::string> missing_jobs;  // exporters that are not scraped
  struct Outage {
    double begin = 0;  // seconds after the start
    double end = 0;
  };
  std::vector<Outage> outages;  // Prometheus is down
};

// What was at fault, in the words of the product: entities named by the configuration's rules.
struct TrueFault {
  std::string type;
  std::string entity;
  std::string fault_class;
  std::int64_t begin_ms = 0;
};

// One method's ranking beside the truth.
struct MethodScore {
  std::string method;
  bool ranked = false;
  std::string reason;     // why it is not
  std::string first;      // the entity that it names
  std::size_t place = 0;  // of the first true entity, from 1; 0: not ranked
};

// The diagnosis: the most probable entity with its fault class.
struct Answer {
  std::string entity;
  std::string fault_class;
  double probability = 0;  // of both
  double confidence = 0;   // of the most probable entity, whatever its class
  bool unknown = false;    // it says that it cannot tell
  bool entity_right = false;
  bool class_right = false;
  bool pair_right = false;       // the entity, and its class
  std::size_t place = 0;         // of the first true entity, from 1; 0: not named
  std::size_t second_place = 0;  // of the second true one, when two are at fault
  // Who is named as a root cause, with the class that is named, each entity once, in the order of the findings.
  std::vector<std::pair<std::string, std::string>> root_causes;
  bool all_named = false;  // every entity that is at fault is among them
  bool needless = false;   // one of them other than the first is not at fault
};

// An incident that the pipeline opened; times in seconds after the start of the simulation.
struct FoundIncident {
  std::string slo;
  double onset = 0;
  double detected = 0;
  double resolved = 0;  // 0: open at the end
  double worst = 0;     // value of the SLI
};

struct RunResult {
  std::string suite;
  std::string name;
  std::string group;
  std::uint64_t seed = 0;
  double hours = 0;  // of the window
  std::vector<TrueFault> truth;
  std::vector<FoundIncident> incidents;  // the one that was ranked first
  std::size_t early = 0;                 // incidents that were detected before anything was at fault
  bool detected = false;  // an incident while something was at fault, and none before; only then the rest is set
  std::string slo;
  double delay_seconds = 0;        // from the fault's begin to the detection
  double onset_error_seconds = 0;  // estimated onset less the fault's begin
  std::vector<MethodScore> methods;
  Answer answer;
  // As `methods`, with the fault's begin given as the onset, as the reference evaluates: of every run with a fault.
  std::vector<MethodScore> given;
  Answer given_answer;
  std::string failure;  // why the window could not be analysed
  std::size_t signals = 0;
  std::size_t series = 0;
};

// The product as it is configured for one stack.
struct Product {
  exporter::Config config;
  std::shared_ptr<const exporter::Resolver> resolver;
};

// What all runs share. Immutable.
struct Setup {
  Product reference;
  Product full;
  std::vector<std::string> methods;

  [[nodiscard]] const Product& of(llmsim::Stack stack) const { return stack == llmsim::Stack::full ? full : reference; }
};

// Reads reference.yml and full.yml in `config_dir`. `methods` that no one registered are left out. Errors: of the
// configurations, of the catalogue.
rca::Result<Setup> make_setup(const std::string& config_dir, const std::vector<std::string>& methods);

// Sees the window that methods rank, together with the truth: of the incident that was found, else of the one that is
// analysed with the fault's begin as its onset.
using ViewSink = std::function<rca::Result<void>(const RunSpec& spec, const std::vector<TrueFault>& truth,
                                                 const rca::IncidentView& view)>;

// Depends on nothing but its arguments. An incident that is not found is a result, not an error. Errors: a fault that
// cannot be injected, those of the pipeline and of `sink`.
rca::Result<RunResult> run_one(const Setup& setup, const RunSpec& spec, const ViewSink& sink = {});

}  // namespace scenarios
