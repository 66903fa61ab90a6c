// rcatool: to rca_exporter what promtool is to Prometheus.
#include <CLI/CLI.hpp>
#include <exception>
#include <iostream>

#include "exporter/pipeline/version.h"
#include "exporter/rcatool/commands.h"

namespace {

int run(int argc, char** argv) {
  CLI::App app("Tooling for rca_exporter: check files, list and score methods, analyse past incidents", "rcatool");
  app.set_version_flag("--version", exporter::version_text("rcatool"), "Print the version and exit");
  app.require_subcommand(1);
  int exit_code = rcatool::kError;
  rcatool::add_check(app, exit_code);
  rcatool::add_methods(app, exit_code);
  rcatool::add_causes(app, exit_code);
  rcatool::add_analyze(app, exit_code);
  rcatool::add_eval(app, exit_code);
  rcatool::add_generate(app, exit_code);
  rcatool::add_import(app, exit_code);
  rcatool::add_pin(app, exit_code);
  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError& error) {
    return app.exit(error) == 0 ? rcatool::kFound : rcatool::kError;
  }
  return exit_code;
}

}  // namespace

int main(int argc, char** argv) {
  try {
    return run(argc, argv);
  } catch (const std::exception& error) {  // out of memory, or a bug: nothing else throws
    std::cerr << "rcatool: " << error.what() << '\n';
    return rcatool::kError;
  }
}
