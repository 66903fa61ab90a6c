// rcatool check config|catalog: every mistake of the files at once, by file and line.
#include <iostream>
#include <memory>
#include <string>
#include <vector>

#include "exporter/config/config.h"
#include "exporter/rcatool/commands.h"
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
  return report(file, exporter::check_config_file(file, checks), "valid configuration");
}

bool check_catalog(const std::string& file) {
  const exporter::CatalogResult result = exporter::check_catalog_file(file);
  const std::string summary = result.catalog ? std::to_string(result.catalog->signals.size()) + " signals, " +
                                                   std::to_string(result.catalog->edges.size()) + " edges"
                                             : "";
  return report(file, result.diagnostics, summary);
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
  CLI::App* command = app.add_subcommand("check", "Check files; all mistakes are shown, with file and line");
  command->require_subcommand(1);
  add_file_check(*command, "config", "A configuration of rca_exporter, and the catalogues that it names", check_config,
                 exit_code);
  add_file_check(*command, "catalog", "A signal catalogue", check_catalog, exit_code);
}

}  // namespace rcatool
