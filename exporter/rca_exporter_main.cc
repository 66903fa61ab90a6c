// rca_exporter: the daemon. Flags and signals as Prometheus' own programs have them.
#include <CLI/CLI.hpp>
#include <csignal>
#include <cstdlib>
#include <exception>
#include <iostream>
#include <string>

#include "exporter/metrics/families.h"
#include "exporter/pipeline/daemon.h"
#include "exporter/pipeline/log.h"
#include "exporter/pipeline/version.h"

namespace {

struct Flags {
  exporter::DaemonOptions daemon;
  std::string log_level = "info";
  std::string log_format = "logfmt";
};

void add_flags(CLI::App& app, Flags& flags) {
  app.add_option("--config.file", flags.daemon.config_file, "Configuration file (docs/configuration.md)")
      ->capture_default_str();
  app.add_option("--web.listen-address", flags.daemon.listen_address, "Address to serve /metrics and the API on")
      ->capture_default_str();
  app.add_option("--web.config.file", flags.daemon.web_config_file, "File with basic-auth users (bcrypt)");
  app.add_option("--storage.path", flags.daemon.store_path,
                 "SQLite file of the incidents, instead of the configuration's store.path");
  app.add_option("--log.level", flags.log_level, "Least severe level that is logged: debug, info, warn, error")
      ->capture_default_str();
  app.add_option("--log.format", flags.log_format, "Format of the log: logfmt, json")->capture_default_str();
  app.set_version_flag("--version", exporter::version_text("rca_exporter"), "Print the version and exit");
}

// SIGHUP reloads; SIGINT and SIGTERM end the wait.
void wait_for_end(exporter::Daemon& daemon, const sigset_t& signals) {
  for (;;) {
    int signal = 0;
    if (sigwait(&signals, &signal) != 0) continue;
    if (signal != SIGHUP) {
      exporter::log_info("stopping", {{"signal", signal == SIGINT ? "SIGINT" : "SIGTERM"}});
      return;
    }
    // Its outcome is logged and published.
    (void)daemon.reload();
  }
}

int run(int argc, char** argv) {
  CLI::App app("Root cause analysis for LLM inference, as Prometheus series", "rca_exporter");
  Flags flags;
  add_flags(app, flags);
  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError& error) {
    return app.exit(error) == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
  }
  if (const auto log = exporter::init_logging(flags.log_level, flags.log_format); !log.ok()) {
    std::cerr << "rca_exporter: " << log.error().message << '\n';
    return EXIT_FAILURE;
  }
  // Before any thread starts, so that all inherit it and only sigwait() sees these signals.
  sigset_t signals;
  sigemptyset(&signals);
  for (const int signal : {SIGINT, SIGTERM, SIGHUP}) sigaddset(&signals, signal);
  pthread_sigmask(SIG_BLOCK, &signals, nullptr);
  std::signal(SIGPIPE, SIG_IGN);

  auto daemon = exporter::Daemon::start(flags.daemon);
  if (!daemon.ok()) {
    std::cerr << "rca_exporter: cannot start:\n" << daemon.error().message << '\n';
    return EXIT_FAILURE;
  }
  exporter::log_info("listening", {{"address", (*daemon)->address()},
                                   {"config", flags.daemon.config_file},
                                   {"version", exporter::build_labels().version}});
  wait_for_end(**daemon, signals);
  return EXIT_SUCCESS;
}

}  // namespace

int main(int argc, char** argv) {
  try {
    return run(argc, argv);
  } catch (const std::exception& error) {  // out of memory, or a bug: nothing else throws
    std::cerr << "rca_exporter: " << error.what() << '\n';
    return EXIT_FAILURE;
  }
}
