// rcatool import: SLOs of other tools as `slos:` of the configuration.
#include "exporter/slo/import.h"

#include <iostream>
#include <memory>
#include <string>

#include "exporter/config/yaml_tree.h"
#include "exporter/rcatool/commands.h"

namespace rcatool {
namespace {

using Import = exporter::ImportResult (*)(const std::string& text, const std::string& file_name);

int run(const std::string& file, Import import) {
  std::string error;
  const auto text = exporter::read_text_file(file, exporter::kMaxYamlBytes, error);
  if (!text) {
    std::cerr << "rcatool: " << file << ": " << error << '\n';
    return kError;
  }
  const exporter::ImportResult result = import(*text, file);
  std::cout << result.yaml;
  if (result.diagnostics.empty()) return kFound;
  std::cerr << exporter::to_string(result.diagnostics) << '\n';
  return kError;
}

void add_format(CLI::App& parent, const std::string& name, const std::string& what, Import import, int& exit_code) {
  CLI::App* command = parent.add_subcommand(name, what);
  const auto file = std::make_shared<std::string>();
  command->add_option("file", *file, "The file to read")->required();
  command->footer(
      "Prints what can be carried over; the rest is named on standard error with file and line, and the exit "
      "code is 1.");
  command->callback([file, import, &exit_code] { exit_code = run(*file, import); });
}

}  // namespace

void add_import(CLI::App& app, int& exit_code) {
  CLI::App* command = app.add_subcommand("import", "Print SLOs of other tools as part of a configuration");
  command->require_subcommand(1);
  add_format(*command, "sloth", "A file of Sloth: prometheus/v1 or PrometheusServiceLevel", exporter::import_sloth,
             exit_code);
  add_format(*command, "openslo", "A file of OpenSLO: openslo/v1", exporter::import_openslo, exit_code);
}

}  // namespace rcatool
