// drift_eval: which planted drifts are detected, how soon, and whether a day without drift stays quiet. See
// docs/drift.md.
#include <CLI/CLI.hpp>
#include <exception>
#include <iostream>
#include <string>
#include <vector>

#include "tests/evaluation/drift/page.h"

namespace drift_eval {
namespace {

rca::Result<void> evaluate(std::uint64_t seeds, const std::string& only, bool verbose) {
  const Timing timing;
  std::vector<ScenarioRuns> all;
  for (const Scenario& scenario : scenarios()) {
    if (scenario.name.find(only) == std::string::npos) continue;
    ScenarioRuns runs{&scenario, {}};
    for (std::uint64_t seed = 1; seed <= seeds; ++seed) {
      rca::Result<RunResult> result = run(scenario, timing, seed);
      if (!result) return result.error().with_context(scenario.name);
      if (verbose) {
        std::cerr << scenario.name << ", seed " << seed << ": " << result->comparisons << " comparisons, early "
                  << result->early << ", largest " << result->largest << " " << result->largest_at << "\n";
        for (const Detection& one : result->detections) {
          std::cerr << "  " << one.after << " s " << one.signal << " of " << one.entity << " by " << one.statistic
                    << " " << one.effect << " / " << one.threshold << " " << one.attributed << " " << one.attribution
                    << "\n";
        }
        for (const std::string& chart : result->alarmed) std::cerr << "  chart alarm: " << chart << "\n";
      }
      runs.runs.push_back(*std::move(result));
    }
    all.push_back(std::move(runs));
  }
  std::cout << to_markdown(all, timing);
  return {};
}

int main_of(int argc, char** argv) {
  CLI::App app{
      "Measures drift detection on a simulated stack: simulator, remote read and drift evaluation in one process"};
  std::uint64_t seeds = 1;
  std::string only;
  bool verbose = false;
  app.add_option("--seeds", seeds, "Runs of each scenario")->check(CLI::Range(1, 100));
  app.add_option("--only", only, "Only scenarios whose name contains this");
  app.add_flag("--verbose", verbose, "Every detection on standard error");
  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError& error) {
    return app.exit(error) == 0 ? 0 : 1;
  }
  const auto done = evaluate(seeds, only, verbose);
  if (!done.ok()) std::cerr << "drift_eval: " << done.error().message << "\n";
  return done.ok() ? 0 : 1;
}

}  // namespace
}  // namespace drift_eval

int main(int argc, char** argv) {
  try {
    return drift_eval::main_of(argc, argv);
  } catch (const std::exception& error) {
    std::cerr << "drift_eval: " << error.what() << "\n";
    return 1;
  }
}
