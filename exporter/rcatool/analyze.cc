// rcatool analyze: the root cause of an incident in any past window of the configured sources.
#include <algorithm>
#include <iostream>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "exporter/incident/report.h"
#include "exporter/incident/score.h"
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
};

std::string candidates_table(const std::vector<rca::Candidate>& candidates, std::size_t top_k) {
  const std::vector<double> shares = exporter::score_shares(candidates, top_k);
  std::vector<std::vector<std::string>> rows;
  for (std::size_t i = 0; i < shares.size(); ++i) {
    const rca::Candidate& candidate = candidates[i];
    rows.push_back({std::to_string(i + 1), candidate.entity, candidate.signal, number(shares[i]),
                    number(candidate.score), candidate.evidence.text});
  }
  return table({"RANK", "ENTITY", "SIGNAL", "SHARE", "SCORE", "EVIDENCE"}, rows);
}

std::string ranking_text(const rca::Ranking& ranking, bool answers, std::size_t top_k) {
  std::string out = "Method " + ranking.method + (answers ? " (names the answer)" : "") + "\n";
  if (ranking.entities.empty()) return out + "no candidates\n";
  return out + candidates_table(ranking.entities, top_k) + "\nSignals\n" + candidates_table(ranking.signals, top_k);
}

std::string as_table(const exporter::Analysis& analysis, std::int64_t now_ms, std::size_t top_k) {
  const exporter::Incident& incident = *analysis.incident;
  std::string out = plain(exporter::problem_statement(incident, now_ms)) + "\n";
  if (const rca::Candidate* answer = incident.answer()) {
    out += "Root cause: " + plain(answer->entity) + ", by its " + plain(answer->signal) + " (method " +
           incident.answer_method + "): " + plain(answer->evidence.text) + "\n";
  }
  out += "Read " + std::to_string(analysis.series) + " series, " + std::to_string(analysis.signals) + " signals, " +
         std::to_string(analysis.rows) + " rows.\n";
  for (const exporter::Incident& other : analysis.others) {
    out += "Also: " + plain(exporter::problem_statement(other, now_ms)) + "\n";
  }
  for (const rca::Ranking& ranking : incident.rankings) {
    out += "\n" + ranking_text(ranking, ranking.method == incident.answer_method, top_k);
  }
  return out;
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
    std::cout << exporter::report_json(*analysis.incident, {}, options);
  } else if (flags.format == "md") {
    std::cout << exporter::report_markdown(*analysis.incident, {}, options);
  } else {
    std::cout << as_table(analysis, request.end_ms, top_k);
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
  command->add_option("--format", flags->format, "Output format: table, json, md")
      ->check(CLI::IsMember({"table", "json", "md"}))
      ->capture_default_str();
  command->footer(kFooter);
  command->callback([flags, &exit_code] {
    const auto code = run(*flags);
    if (!code.ok()) std::cerr << "rcatool: " << code.error().message << '\n';
    exit_code = code.ok() ? *code : kError;
  });
}

}  // namespace rcatool
