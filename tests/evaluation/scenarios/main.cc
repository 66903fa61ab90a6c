// scenario_eval: how good the diagnosis is on simulated incidents. See docs/evaluation.md.
#include <CLI/CLI.hpp>
#include <atomic>
#include <ctime>
#include <iostream>
#include <mutex>
#include <thread>

#include "tests/evaluation/scenarios/dump.h"
#include "tests/evaluation/scenarios/suites.h"
#include "tests/evaluation/scenarios/summary.h"

namespace scenarios {
namespace {

struct Options {
  std::vector<std::string> suites = {"reference"};
  std::vector<std::string> methods = {"consensus", "budget_attribution", "peer_deviation", "baro",
                                      "nsigma",    "max_abs_z",          "count_signals",  "dummy"};
  std::string config_dir = SCENARIO_CONFIG_DIR;
  std::string only;
  std::string format = "md";
  std::string dump;
  std::size_t seeds = 10;
  std::uint64_t first_seed = kFirstReportedSeed;
  std::size_t jobs = 1;
  bool quiet = false;
};

double cpu_seconds() {
  timespec now{};
  clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &now);
  return static_cast<double>(now.tv_sec) + 1e-9 * static_cast<double>(now.tv_nsec);
}

// All runs, `jobs` at a time, in the order of `specs`. Error: the first in that order.
rca::Result<std::vector<RunResult>> run_all(const Setup& setup, const std::vector<RunSpec>& specs, const Options& o) {
  std::vector<std::optional<rca::Result<RunResult>>> results(specs.size());
  std::atomic<std::size_t> next{0};
  std::mutex mutex;
  std::size_t done = 0;
  const ViewSink sink = o.dump.empty() ? ViewSink() : dump_to(o.dump);
  const auto work = [&] {
    for (std::size_t i = next++; i < specs.size(); i = next++) {
      results[i] = run_one(setup, specs[i], sink);
      const std::lock_guard lock(mutex);
      if (!o.quiet) std::cerr << ++done << "/" << specs.size() << " " << specs[i].name << "\n";
    }
  };
  {
    std::vector<std::jthread> threads;
    for (std::size_t i = 1; i < o.jobs; ++i) threads.emplace_back(work);
    work();
  }
  std::vector<RunResult> out;
  for (std::size_t i = 0; i < specs.size(); ++i) {
    if (!results[i]->ok()) return results[i]->error().with_context(specs[i].suite + " " + specs[i].name);
    out.push_back(std::move(*results[i]).value());
  }
  return out;
}

rca::Result<void> run(const Options& o) {
  RCA_ASSIGN(const Setup setup, make_setup(o.config_dir, o.methods));
  std::vector<RunSpec> specs;
  for (const std::string& suite : o.suites) {
    RCA_ASSIGN(const std::vector<RunSpec> more, make_suite(suite, o.first_seed, o.seeds));
    for (const RunSpec& spec : more) {
      if (spec.name.find(o.only) != std::string::npos) specs.push_back(spec);
    }
  }
  const double before = cpu_seconds();
  RCA_ASSIGN(const std::vector<RunResult> results, run_all(setup, specs, o));
  std::cerr << specs.size() << " runs, "
            << (cpu_seconds() - before) / static_cast<double>(std::max<std::size_t>(specs.size(), 1))
            << " s of CPU time a run\n";
  std::vector<SuiteSummary> summaries;
  summaries.reserve(o.suites.size());
  for (const std::string& suite : o.suites) summaries.push_back(summarize(suite, results));
  if (o.format == "json") {
    std::cout << to_json(summaries, results);
  } else {
    std::cout << to_markdown(summaries, results);
  }
  return {};
}

int main_of(int argc, char** argv) {
  CLI::App app{"Measures the diagnosis on simulated incidents: simulator, pipeline and ranking in one process"};
  Options o;
  app.add_option("--suite", o.suites, "Suites, separated by commas")
      ->delimiter(',')
      ->check(CLI::IsMember(suite_names()));
  app.add_option("--methods", o.methods, "Methods beside each other; those that do not exist are left out")
      ->delimiter(',');
  app.add_option("--config.dir", o.config_dir,
                 "Folder with reference.yml and full.yml, the configurations of the product for the two stacks")
      ->capture_default_str();
  app.add_option("--only", o.only, "Only the scenarios whose name contains this");
  app.add_option("--seeds", o.seeds, "Seeds of each scenario")->check(CLI::Range(1, 1000));
  app.add_option("--first-seed", o.first_seed,
                 "The first of them; 1 and up are for figures, 100001 and up for training")
      ->capture_default_str();
  app.add_option("--jobs", o.jobs, "Runs at a time")->check(CLI::Range(1, 256));
  app.add_option("--format", o.format, "Output format")->check(CLI::IsMember({"md", "json"}))->capture_default_str();
  app.add_option("--dump", o.dump,
                 "Also write each run with a fault as a case that `rcatool eval` reads, below this folder");
  app.add_flag("--quiet", o.quiet, "No progress on standard error");
  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError& error) {
    return app.exit(error) == 0 ? 0 : 1;
  }
  const auto done = run(o);
  if (!done.ok()) std::cerr << "scenario_eval: " << done.error().message << "\n";
  return done.ok() ? 0 : 1;
}

}  // namespace
}  // namespace scenarios

int main(int argc, char** argv) {
  try {
    return scenarios::main_of(argc, argv);
  } catch (const std::exception& error) {
    std::cerr << "scenario_eval: " << error.what() << "\n";
    return 1;
  }
}
