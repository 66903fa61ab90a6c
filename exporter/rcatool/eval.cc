// rcatool eval: methods on labelled incidents, scored as the literature does.
#include <unistd.h>

#include <algorithm>
#include <cstdint>
#include <filesystem>
#include <iostream>
#include <memory>
#include <string>
#include <thread>
#include <vector>

#include "exporter/dataset/walk.h"
#include "exporter/evaluation/output.h"
#include "exporter/evaluation/ranking_files.h"
#include "exporter/evaluation/run.h"
#include "exporter/evaluation/summary.h"
#include "exporter/rcatool/commands.h"
#include "exporter/rcatool/table.h"
#include "rca_core/methods/registry.h"

namespace rcatool {
namespace {

namespace evaluation = exporter::evaluation;
namespace dataset = exporter::dataset;

constexpr const char* kFooter =
    "A case is a directory <dataset>/<service>_<fault>/<case> with data.csv and inject_time.txt, and where there are "
    "any\n"
    "mpg.csv, latency_merged_90.csv, traces.csv, logs.csv, logts.csv, tracets_lat.csv, tracets_err.csv, truth.json.\n"
    "A method that fails counts as a miss; one whose input is not in the case is not applicable (n/a) there.\n"
    "CHANCE and 95 % (bootstrap) belong to Avg@5; JSON and CSV have them for every measure.\n"
    "Exit codes: 0 every case was scored, 1 wrong usage, or some cases could not be read (the others are reported).";

struct Flags {
  std::vector<std::string> directories;
  std::vector<std::string> methods = {"all"};
  std::string format = "table";
  std::string granularity = "entity";
  std::string rankings;
  std::size_t jobs = 0;
  std::uint64_t seed = 1;
  std::int64_t normal_rows = 0;
  std::int64_t anomalous_rows = 0;
};

rca::Result<std::vector<const rca::Method*>> methods_of(const std::vector<std::string>& names) {
  if (std::find(names.begin(), names.end(), "all") != names.end()) return rca::all_methods();
  std::vector<const rca::Method*> out;
  for (const std::string& name : names) {
    RCA_ASSIGN(const rca::Method* method, rca::find_method(name));
    if (std::find(out.begin(), out.end(), method) == out.end()) out.push_back(method);
  }
  return out;
}

// "[#####     ] 12/182 petshop/…" on one line of the terminal.
void show_progress(std::size_t done, std::size_t all, const dataset::CaseFolder& last) {
  constexpr std::size_t kWidth = 30;
  constexpr std::size_t kNameWidth = 40;
  const std::size_t filled = done * kWidth / all;
  std::string name = plain(last.dataset + "/" + last.id).substr(0, kNameWidth);
  name.resize(kNameWidth, ' ');
  std::cerr << "\r[" << std::string(filled, '#') << std::string(kWidth - filled, ' ') << "] " << done << "/" << all
            << " " << name << std::flush;
  if (done == all) std::cerr << "\r" << std::string(kWidth + kNameWidth + 20, ' ') << "\r" << std::flush;
}

void print(const evaluation::Summary& summary, const std::string& format) {
  if (format == "json") {
    std::cout << evaluation::to_json(summary);
  } else if (format == "csv") {
    std::cout << evaluation::to_csv(summary);
  } else {
    for (const evaluation::TextTable& one : evaluation::to_tables(summary)) {
      std::cout << plain(one.title) << "\n" << table(one.head, one.rows) << "\n";
    }
  }
}

rca::Result<int> run(const Flags& flags) {
  evaluation::Request request;
  RCA_ASSIGN(request.methods, methods_of(flags.methods));
  request.options = {flags.seed, flags.normal_rows, flags.anomalous_rows};
  request.granularity =
      flags.granularity == "signal" ? evaluation::Granularity::signal : evaluation::Granularity::entity;
  request.jobs = flags.jobs != 0 ? flags.jobs : std::max(1U, std::thread::hardware_concurrency());
  const std::vector<std::filesystem::path> roots(flags.directories.begin(), flags.directories.end());
  RCA_ASSIGN(const auto cases, dataset::find_cases(roots));
  evaluation::RankingSink sink;
  if (!flags.rankings.empty()) sink = evaluation::write_rankings_to(flags.rankings);
  evaluation::Progress progress;
  if (isatty(STDERR_FILENO) != 0) {
    progress = [&](std::size_t done, const dataset::CaseFolder& last) { show_progress(done, cases.size(), last); };
  }
  RCA_ASSIGN(const auto outcomes, evaluation::run(request, cases, sink, progress));
  const evaluation::Summary summary = evaluation::summarize(request, outcomes);
  print(summary, flags.format);
  for (const evaluation::Failure& skipped : summary.skipped) {
    std::cerr << "rcatool: skipped " << plain(skipped.case_id) << ": " << plain(skipped.reason) << '\n';
  }
  return summary.skipped.empty() ? kFound : kError;
}

}  // namespace

void add_eval(CLI::App& app, int& exit_code) {
  CLI::App* command = app.add_subcommand("eval", "Score methods on labelled incidents: AC@k, Avg@k, seconds per case");
  auto flags = std::make_shared<Flags>();
  command->add_option("DIR", flags->directories, "Directories with cases at any depth")->required();
  command->add_option("--methods", flags->methods, "Methods to run, separated by commas, or all")
      ->delimiter(',')
      ->capture_default_str();
  command->add_option("--format", flags->format, "Output format: table, json, csv")
      ->check(CLI::IsMember({"table", "json", "csv"}))
      ->capture_default_str();
  command
      ->add_option("--jobs", flags->jobs,
                   "Cases at a time (0: one per core); the seconds are only worth something with 1")
      ->check(CLI::Range(std::size_t{0}, std::size_t{1024}))
      ->capture_default_str();
  command->add_option("--seed", flags->seed, "Seed of methods that draw random numbers, and of the intervals")
      ->capture_default_str();
  command->add_option("--granularity", flags->granularity, "What is scored: entity or signal at fault")
      ->check(CLI::IsMember({"entity", "signal"}))
      ->capture_default_str();
  const auto rows = CLI::Range(std::int64_t{0}, std::int64_t{1} << 40U);
  command->add_option("--normal-rows", flags->normal_rows, "Rows before the onset that methods see (0: all)")
      ->check(rows)
      ->capture_default_str();
  command->add_option("--anomalous-rows", flags->anomalous_rows, "Rows from the onset that methods see (0: all)")
      ->check(rows)
      ->capture_default_str();
  command->add_option("--rankings", flags->rankings, "Directory to write each case's full ranking to, as JSON");
  command->footer(kFooter);
  command->callback([flags, &exit_code] {
    const auto code = run(*flags);
    if (!code.ok()) std::cerr << "rcatool: " << code.error().message << '\n';
    exit_code = code.ok() ? *code : kError;
  });
}

}  // namespace rcatool
