// rcatool generate: files for other programs, made from the configuration.
#include <iostream>
#include <memory>
#include <string>

#include "exporter/pipeline/daemon.h"
#include "exporter/rcatool/commands.h"
#include "exporter/slo/rules.h"

namespace rcatool {
namespace {

struct Flags {
  std::string config_file = "rca.yml";
  std::string docs_url = exporter::RuleOptions().docs_url;
};

rca::Result<std::string> rules(const Flags& flags) {
  RCA_ASSIGN(const exporter::Config config, exporter::load_checked_config(flags.config_file, ":memory:"));
  return exporter::generate_rules(config.slos, {flags.docs_url});
}

}  // namespace

void add_generate(CLI::App& app, int& exit_code) {
  CLI::App* command = app.add_subcommand("generate", "Print files for other programs, made from the configuration");
  command->require_subcommand(1);
  CLI::App* one = command->add_subcommand(
      "rules", "Recording rules and burn-rate alerts for Prometheus, from the SLOs of the configuration");
  const auto flags = std::make_shared<Flags>();
  one->add_option("--config.file", flags->config_file, "Configuration of rca_exporter")->capture_default_str();
  one->add_option("--docs-url", flags->docs_url,
                  "Where docs/ is published, for runbook_url; without a slash at its end")
      ->capture_default_str();
  one->callback([flags, &exit_code] {
    const auto text = rules(*flags);
    if (text.ok()) {
      std::cout << *text;
    } else {
      std::cerr << "rcatool: " << text.error().message << '\n';
    }
    exit_code = text.ok() ? kFound : kError;
  });
}

}  // namespace rcatool
