// The subcommands of rcatool. Each adds itself to the app and leaves the exit code of its run in `exit_code`.
#pragma once

#include <CLI/CLI.hpp>
#include <string>

namespace rcatool {

// Exit codes, also for scripts: promtool has the first two.
inline constexpr int kFound = 0;       // all is well; analyze: an incident was found and ranked
inline constexpr int kError = 1;       // wrong usage, a mistake in a file, a source that does not answer
inline constexpr int kGaps = 2;        // check telemetry: something that should arrive does not
inline constexpr int kNoIncident = 2;  // analyze: no objective was broken in the window

void add_methods(CLI::App& app, int& exit_code);
void add_causes(CLI::App& app, int& exit_code);
void add_check(CLI::App& app, int& exit_code);
void add_analyze(CLI::App& app, int& exit_code);
void add_eval(CLI::App& app, int& exit_code);
void add_generate(CLI::App& app, int& exit_code);
void add_import(CLI::App& app, int& exit_code);
void add_pin(CLI::App& app, int& exit_code);

// A subcommand that prints a list that is built in, with --format=table|json|md.
struct Listing {
  std::string (*table)();
  std::string (*json)();
  std::string (*markdown)();
};
void add_listing(CLI::App& app, int& exit_code, const std::string& name, const std::string& description,
                 const Listing& listing);

}  // namespace rcatool
