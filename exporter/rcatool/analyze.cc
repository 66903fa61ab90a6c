// rcatool analyze: the root cause of an incident in any past window of the configured sources.
#include <sys/ioctl.h>
#include <unistd.h>

#include <algorithm>
#include <cstddef>
#include <cstdlib>
#include <iostream>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "exporter/incident/report.h"
#include "exporter/incident/time_text.h"
#include "exporter/pipeline/analysis.h"
#include "exporter/pipeline/daemon.h"
#include "exporter/rcatool/commands.h"
#include "exporter/rcatool/table.h"

namespace rcatool {
namespace {

constexpr const char* kFooter =
    "Times are RFC 3339 (2026-11-22T07:30:00Z) or unix seconds. Exit codes: 0 an incident was found and ranked,\n"
    "1 error, 2 no objective was broken in the window.";

struct Flags {
  std::string config_file = "rca.yml";
  std::string start;
  std::string end;
  std::string onset;
  std::vector<std::string> methods;
  std::string format = "table";
  std::size_t width = 0;  // 0: the terminal's
};

// Of the terminal, else what the shell says, else what most terminals have room for.
std::size_t terminal_width() {
  constexpr std::size_t kDefault = 100;
  winsize size{};
  if (ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) == 0 && size.ws_col > 0) return size.ws_col;
  if (const char* columns = std::getenv("COLUMNS")) {  // NOLINT(concurrency-mt-unsafe): nobody changes it
    if (const long value = std::strtol(columns, nullptr, 10); value > 0) return static_cast<std::size_t>(value);
  }
  return kDefault;
}

std::string as_text(const exporter::Analysis& analysis, const exporter::ReportOptions& options, std::size_t width) {
  std::string out = exporter::report_terminal(*analysis.incident, analysis.changes, options, width);
  for (const exporter::Incident& other : analysis.others) {
    out += "\nAlso in the window: " + plain(exporter::problem_statement(other, options.now_ms)) + "\n";
  }
  return out + "\nRead " + std::to_string(analysis.series) + " series, " + std::to_string(analysis.signals) +
         " signals, " + std::to_string(analysis.rows) + " rows.\n";
}

rca::Result<exporter::AnalysisRequest> request_of(const Flags& flags) {
  exporter::AnalysisRequest request;
  const auto time = [](const char* flag, const std::string& text) -> rca::Result<std::int64_t> {
    auto parsed = exporter::parse_time(text);
    if (!parsed.ok()) return parsed.error().with_context(flag);
    return parsed;
  };
  RCA_ASSIGN(request.start_ms, time("--start", flags.start));
  RCA_ASSIGN(request.end_ms, time("--end", flags.end));
  if (!flags.onset.empty()) {
    RCA_ASSIGN(request.onset_ms, time("--onset", flags.onset));
  }
  request.methods = flags.methods;
  return request;
}

rca::Result<int> run(const Flags& flags) {
  RCA_ASSIGN(const exporter::AnalysisRequest request, request_of(flags));
  RCA_ASSIGN(const exporter::Config config, exporter::load_checked_config(flags.config_file, ":memory:"));
  RCA_ASSIGN(const exporter::Analysis analysis, exporter::analyze_window(config, request));
  for (const exporter::MethodFailure& failure : analysis.failures) {
    std::cerr << "rcatool: method " << failure.method << ": " << failure.error.message << '\n';
  }
  if (!analysis.incident) {
    std::cerr << "rcatool: no objective was broken from " << exporter::format_time(request.start_ms) << " to "
              << exporter::format_time(request.end_ms) << " (" << analysis.series << " series, " << analysis.signals
              << " signals); name the onset with --onset to rank all the same\n";
    return kNoIncident;
  }
  const auto top_k = static_cast<std::size_t>(std::max(config.incidents.top_k, 1));
  const exporter::ReportOptions options{request.end_ms, top_k};
  if (flags.format == "json") {
    std::cout << exporter::report_json(*analysis.incident, analysis.changes, options);
  } else if (flags.format == "md") {
    std::cout << exporter::report_markdown(*analysis.incident, analysis.changes, options);
  } else {
    std::cout << as_text(analysis, options, flags.width > 0 ? flags.width : terminal_width());
  }
  return kFound;
}

}  // namespace

void add_analyze(CLI::App& app, int& exit_code) {
  CLI::App* command = app.add_subcommand("analyze", "Find the root cause of an incident in a past window");
  auto flags = std::make_shared<Flags>();
  command->add_option("--config.file", flags->config_file, "Configuration of rca_exporter")->capture_default_str();
  command->add_option("--start", flags->start, "Start of the window, some time before the incident")->required();
  command->add_option("--end", flags->end, "End of the window")->required();
  command->add_option("--onset", flags->onset,
                      "When the incident began; without it the first objective that is broken tells, by change-point "
                      "detection on its SLI");
  command->add_option("--methods", flags->methods, "Methods to run, separated by commas (default: the configuration's)")
      ->delimiter(',');
  command->add_option("--format", flags->format, "Output format: table (for a terminal), json, md")
      ->check(CLI::IsMember({"table", "json", "md"}))
      ->capture_default_str();
  command->add_option("--width", flags->width, "Columns of the table format (default: the terminal's)")
      ->check(CLI::Range(40, 1000));
  command->footer(kFooter);
  command->callback([flags, &exit_code] {
    const auto code = run(*flags);
    if (!code.ok()) std::cerr << "rcatool: " << code.error().message << '\n';
    exit_code = code.ok() ? *code : kError;
  });
}

}  // namespace rcatool
