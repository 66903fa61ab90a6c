#include "exporter/pipeline/daemon.h"

#include <algorithm>
#include <chrono>
#include <sstream>
#include <utility>

#include "exporter/pipeline/log.h"
#include "exporter/signals/catalog.h"
#include "rca_core/drift/statistic.h"
#include "rca_core/methods/registry.h"

namespace exporter {
namespace {

void log_lines(const std::string& message, const std::string& lines) {
  std::istringstream in(lines);
  for (std::string line; std::getline(in, line);) log_error(message, {{"error", line}});
}

}  // namespace

std::vector<std::string> known_statistics() {
  std::vector<std::string> names;
  for (const rca::DriftStatistic* statistic : rca::all_drift_statistics()) {
    names.emplace_back(statistic->name());
    if (statistic->series() != statistic->name()) names.emplace_back(statistic->series());
  }
  return names;
}

rca::Result<Config> load_checked_config(const std::string& file, const std::string& store_path) {
  ConfigChecks checks;
  for (const rca::Method* method : rca::all_methods()) checks.known_methods.emplace_back(method->name());
  checks.known_exporters = builtin_exporters();
  checks.known_statistics = known_statistics();
  ConfigResult result = load_config(file, checks);
  if (!result.config) return rca::Error{rca::ErrorKind::invalid_argument, to_string(result.diagnostics)};
  if (!store_path.empty()) result.config->store_path = store_path;
  return std::move(*result.config);
}

rca::Result<std::unique_ptr<Daemon>> Daemon::start(DaemonOptions options) {
  std::unique_ptr<Daemon> daemon(new Daemon(std::move(options)));
  RCA_TRY(daemon->begin());
  return daemon;
}

rca::Result<void> Daemon::begin() {
  RCA_ASSIGN(const Config config, load_checked_config(options_.config_file, options_.store_path));
  WebOptions web;
  web.listen_address = options_.listen_address;
  if (!options_.web_config_file.empty()) {
    RCA_ASSIGN(web.auth, load_web_config(options_.web_config_file));
  }
  RCA_ASSIGN(evaluator_, Evaluator::create(config));
  RCA_ASSIGN(desk_, IncidentDesk::open(config));
  reload_ms_ = now_ms();
  published_ = evaluator_->snapshot();
  RCA_ASSIGN(web_, WebServer::start(web, {config.webhook_enabled, config.lifecycle_enabled}, handlers()));
  publish();
  thread_ = std::jthread([this](const std::stop_token& stop) { run(stop); });
  return {};
}

Daemon::~Daemon() {
  thread_.request_stop();
  {
    const std::lock_guard lock(mutex_);
    cycle_stop_.request_stop();
  }
  if (thread_.joinable()) thread_.join();
  web_.reset();
}

std::int64_t Daemon::now_ms() const {
  if (options_.now_ms) return options_.now_ms();
  return std::chrono::duration_cast<std::chrono::milliseconds>(std::chrono::system_clock::now().time_since_epoch())
      .count();
}

WebHandlers Daemon::handlers() {
  WebHandlers handlers;
  handlers.reload = [this] { return reload(); };
  handlers.on_alerts = [this](const std::vector<Alert>& alerts) { return take_alerts(alerts); };
  handlers.on_changes = [this](const std::vector<rca::ChangeEvent>& changes) -> rca::Result<void> {
    RCA_TRY(desk_->on_changes(changes));
    publish();
    return {};
  };
  handlers.find_incident = [this](const std::string& id) { return desk_->find(id); };
  handlers.now_ms = [this] { return now_ms(); };
  return handlers;
}

rca::Result<void> Daemon::take_alerts(const std::vector<Alert>& alerts) {
  const auto changes = desk_->on_alerts(alerts, now_ms());
  publish();
  if (!changes.ok()) return changes.error();
  for (const std::string& id : changes->opened) log_warn("incident opened by an alert", {{"incident", id}});
  for (const std::string& id : changes->resolved) log_info("incident resolved by an alert", {{"incident", id}});
  if (!changes->opened.empty()) {
    const std::lock_guard lock(mutex_);
    due_ = true;
    wake_.notify_all();
  }
  return {};
}

rca::Result<void> Daemon::reload() {
  const std::lock_guard one_at_a_time(reload_mutex_);
  auto done = reload_now();
  if (done.ok()) {
    log_info("configuration reloaded", {{"file", options_.config_file}});
  } else {
    log_lines("configuration not reloaded", done.error().message);
  }
  {
    const std::lock_guard lock(publish_mutex_);
    reload_ok_ = done.ok();
    if (done.ok()) reload_ms_ = now_ms();
  }
  publish();
  return done;
}

rca::Result<void> Daemon::reload_now() {
  RCA_ASSIGN(const Config config, load_checked_config(options_.config_file, options_.store_path));
  RCA_ASSIGN(auto evaluator, Evaluator::create(config));
  RCA_TRY(desk_->configure(config));
  web_->set_permissions({config.webhook_enabled, config.lifecycle_enabled});
  const std::lock_guard lock(mutex_);
  next_ = std::move(evaluator);
  cycle_stop_.request_stop();  // what the old one is reading is of no use any more
  wake_.notify_all();
  return {};
}

void Daemon::run(const std::stop_token& stop) {
  while (!stop.stop_requested()) {
    evaluate(stop);
    if (!wait_for_next(stop)) return;
  }
}

bool Daemon::wait_for_next(const std::stop_token& stop) {
  std::unique_lock lock(mutex_);
  wake_.wait_until(lock, stop, next_cycle_, [this] { return due_ || next_ != nullptr; });
  return !stop.stop_requested();
}

void Daemon::evaluate(const std::stop_token& stop) {
  std::stop_token cycle;
  {
    const std::lock_guard lock(mutex_);
    due_ = false;
    cycle_stop_ = std::stop_source();
    cycle = cycle_stop_.get_token();
    if (next_) {
      next_->inherit(evaluator_->snapshot());
      evaluator_ = std::move(next_);
    }
    if (stop.stop_requested()) return;
  }
  const auto outcome = evaluator_->cycle(now_ms(), *desk_, cycle);
  log_outcome(outcome);
  {
    const std::lock_guard lock(publish_mutex_);
    published_ = evaluator_->snapshot();
  }
  publish();
  // Incidents are out before anything that takes its time is begun, and are not kept waiting by it. An interval of less
  // than a few seconds would leave no read the time that it needs.
  constexpr auto kShortest = std::chrono::seconds(5);
  const auto now = std::chrono::steady_clock::now();
  next_cycle_ = now + evaluator_->config().interval;
  if (!evaluator_->follow_up(now_ms(), cycle, std::max(next_cycle_, now + kShortest))) return;
  {
    const std::lock_guard lock(publish_mutex_);
    published_ = evaluator_->snapshot();
  }
  publish();
}

void Daemon::log_outcome(const rca::Result<void>& outcome) {
  const Snapshot& snapshot = evaluator_->snapshot();
  if (outcome.ok()) {
    if (failing_) log_info("evaluation works again");
    failing_.reset();
    log_debug("evaluation finished",
              {{"seconds", std::to_string(snapshot.evaluation_seconds)}, {"series", std::to_string(snapshot.series)}});
    return;
  }
  const rca::ErrorKind kind = outcome.error().kind;
  if (kind == rca::ErrorKind::cancelled || failing_ == kind) return;
  failing_ = kind;
  log_error("evaluation failed, the last good result stays",
            {{"reason", std::string(rca::to_string(kind))}, {"error", outcome.error().message}});
}

// Incidents and changes come from the desk, since alerts may have changed them after the last evaluation.
void Daemon::publish() {
  const std::lock_guard lock(publish_mutex_);
  auto snapshot = std::make_shared<Snapshot>(published_);
  snapshot->incidents = desk_->incidents();
  snapshot->config_reload_ok = reload_ok_;
  snapshot->config_reload_ms = reload_ms_;
  web_->publish(std::move(snapshot));
}

}  // namespace exporter
