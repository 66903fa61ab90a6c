// rca_exporter's inside: the evaluation thread, what it publishes, and what the web server may change.
#pragma once

#include <chrono>
#include <condition_variable>
#include <cstdint>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <stop_token>
#include <string>
#include <thread>
#include <vector>

#include "common/result.h"
#include "exporter/pipeline/evaluator.h"
#include "exporter/pipeline/incident_desk.h"
#include "exporter/web/server.h"

namespace exporter {

struct DaemonOptions {
  std::string config_file = "rca.yml";
  std::string listen_address = ":9877";
  std::string web_config_file;           // empty: no authentication
  std::string store_path;                // instead of the configuration's `store.path`; empty: the configuration's
  std::function<std::int64_t()> now_ms;  // the clock; empty: the system's
};

// What `drift.statistics` and `drift.thresholds` may name: the statistics, and their series without rca_drift_.
std::vector<std::string> known_statistics();

// Reads and checks a configuration as both programs do: methods and exporters must exist, `store_path` replaces the
// configuration's. Error invalid_argument: all mistakes, one a line.
rca::Result<Config> load_checked_config(const std::string& file, const std::string& store_path);

// Runs from start() to destruction. One evaluation thread owns all mutable state of the evaluation; scrapes read what
// it published last and never wait for it. Thread-safe.
class Daemon {
 public:
  // Errors: of the configuration (all of them), the store, the web configuration, the listen address. Sources that
  // cannot be reached are no error: they are asked again in every cycle.
  static rca::Result<std::unique_ptr<Daemon>> start(DaemonOptions options);
  ~Daemon();  // stops: a read that hangs is given up
  Daemon(const Daemon&) = delete;
  Daemon& operator=(const Daemon&) = delete;

  // Builds everything that the configuration file asks for beside what runs, and swaps. On an error all stays as it is,
  // `rca_config_last_reload_successful` is 0, and the mistakes are logged. The listen address, the web configuration
  // file and the log stay those of the start.
  rca::Result<void> reload();

  [[nodiscard]] std::string address() const { return web_->address(); }

 private:
  explicit Daemon(DaemonOptions options) : options_(std::move(options)) {}
  rca::Result<void> begin();
  WebHandlers handlers();
  rca::Result<void> reload_now();
  rca::Result<void> take_alerts(const std::vector<Alert>& alerts);
  void run(const std::stop_token& stop);
  bool wait_for_next(const std::stop_token& stop);
  void evaluate(const std::stop_token& stop);
  void log_outcome(const rca::Result<void>& outcome);
  void publish();
  [[nodiscard]] std::int64_t now_ms() const;

  DaemonOptions options_;
  std::unique_ptr<IncidentDesk> desk_;
  std::unique_ptr<Evaluator> evaluator_;  // of the evaluation thread once that runs
  std::unique_ptr<WebServer> web_;

  std::mutex reload_mutex_;  // one reload at a time
  std::mutex mutex_;         // guards what follows
  std::condition_variable_any wake_;
  std::unique_ptr<Evaluator> next_;  // to go on with
  bool due_ = true;                  // a cycle is wanted now
  std::stop_source cycle_stop_;
  std::mutex publish_mutex_;  // guards what follows, and the order of publications
  Snapshot published_;
  bool reload_ok_ = true;
  std::int64_t reload_ms_ = 0;

  std::chrono::steady_clock::time_point next_cycle_;  // of the evaluation thread: when the next one is due
  std::optional<rca::ErrorKind> failing_;             // of the evaluation thread: the reason that was logged
  std::jthread thread_;                               // last: stops before the rest goes
};

}  // namespace exporter
