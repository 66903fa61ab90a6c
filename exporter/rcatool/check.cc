// rcatool check config|catalog: every mistake of the files at once, by file and line; check telemetry: what is missing.
#include <chrono>
#include <cstdint>
#include <iostream>
#include <memory>
#include <string>
#include <vector>

#include "exporter/config/config.h"
#include "exporter/drift/golden.h"
#include "exporter/incident/time_text.h"
#include "exporter/pipeline/analysis.h"
#include "exporter/pipeline/daemon.h"
#include "exporter/rcatool/commands.h"
#include "exporter/rcatool/table.h"
#include "exporter/signals/catalog.h"
#include "rca_core/methods/registry.h"

namespace rcatool {
namespace {

bool report(const std::string& file, const std::vector<exporter::Diagnostic>& diagnostics, const std::string& summary) {
  if (diagnostics.empty()) {
    std::cout << file << ": " << summary << '\n';
    return true;
  }
  std::cerr << exporter::to_string(diagnostics) << '\n';
  return false;
}

bool check_config(const std::string& file) {
  exporter::ConfigChecks checks;
  for (const rca::Method* method : rca::all_methods()) checks.known_methods.emplace_back(method->name());
  checks.known_exporters = exporter::builtin_exporters();
  checks.known_statistics = exporter::known_statistics();
  std::vector<exporter::Diagnostic> diagnostics = exporter::check_config_file(file, checks);
  if (diagnostics.empty()) {
    const exporter::ConfigResult result = exporter::load_config(file, checks);
    if (result.config) diagnostics = exporter::check_golden_files(*result.config);
  }
  return report(file, diagnostics, "valid configuration");
}

bool check_catalog(const std::string& file) {
  const exporter::CatalogResult result = exporter::check_catalog_file(file);
  const std::string summary = result.catalog ? std::to_string(result.catalog->signals.size()) + " signals, " +
                                                   std::to_string(result.catalog->edges.size()) + " edges"
                                             : "";
  return report(file, result.diagnostics, summary);
}

std::int64_t now_ms() {
  const auto now = std::chrono::system_clock::now().time_since_epoch();
  return std::chrono::duration_cast<std::chrono::milliseconds>(now).count();
}

rca::Result<int> check_telemetry(const std::string& config_file, const std::string& at) {
  std::int64_t end = now_ms();
  if (!at.empty()) {
    RCA_ASSIGN(end, exporter::parse_time(at));
  }
  RCA_ASSIGN(const exporter::Config config, exporter::load_checked_config(config_file, ":memory:"));
  RCA_ASSIGN(const exporter::TelemetryAudit audit, exporter::audit_telemetry(config, end));
  std::vector<std::vector<std::string>> rows;
  for (const rca::ObservabilityGap& gap : audit.gaps) rows.push_back({gap.entity, gap.signal, gap.kind, gap.text});
  if (!rows.empty()) std::cout << table({"ENTITY", "SIGNAL", "KIND", "WHAT IS MISSING"}, rows) << '\n';
  std::cout << audit.gaps.size() << " gaps in " << audit.signals << " signals of " << audit.entities << " entities\n";
  return audit.gaps.empty() ? kFound : kGaps;
}

void add_telemetry_check(CLI::App& parent, int& exit_code) {
  CLI::App* command = parent.add_subcommand(
      "telemetry", "What arrives against what the catalogue and the peers let expect, before any incident");
  auto config_file = std::make_shared<std::string>("rca.yml");
  auto at = std::make_shared<std::string>();
  command->add_option("--config.file", *config_file, "Configuration of rca_exporter")->capture_default_str();
  command->add_option("--time", *at, "End of the window that is looked at (default: now)");
  command->footer("Exit codes: 0 nothing is missing, 1 error, 2 there are gaps.");
  command->callback([config_file, at, &exit_code] {
    const auto code = check_telemetry(*config_file, *at);
    if (!code.ok()) std::cerr << "rcatool: " << code.error().message << '\n';
    exit_code = code.ok() ? *code : kError;
  });
}

void add_file_check(CLI::App& parent, const std::string& name, const std::string& help,
                    bool (*check)(const std::string&), int& exit_code) {
  CLI::App* command = parent.add_subcommand(name, help);
  auto files = std::make_shared<std::vector<std::string>>();
  command->add_option("FILE", *files, "The files to check")->required();
  command->callback([files, check, &exit_code] {
    exit_code = kFound;
    for (const std::string& file : *files) {
      if (!check(file)) exit_code = kError;
    }
  });
}

}  // namespace

void add_check(CLI::App& app, int& exit_code) {
  CLI::App* command =
      app.add_subcommand("check", "Check files, all mistakes with file and line; or what telemetry arrives");
  command->require_subcommand(1);
  add_file_check(*command, "config", "A configuration of rca_exporter, and the catalogues that it names", check_config,
                 exit_code);
  add_telemetry_check(*command, exit_code);
  add_file_check(*command, "catalog", "A signal catalogue", check_catalog, exit_code);
}

}  // namespace rcatool
