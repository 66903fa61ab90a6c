// `llmsim serve`: the exporters on one port each, and the control port.
#pragma once

#include <condition_variable>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include "common/result.h"
#include "tests/testbed/llmsim/exporters/exporter.h"
#include "tests/testbed/llmsim/simulation.h"

struct mg_connection;
struct mg_context;

namespace llmsim {

// A simulation whose time follows the wall clock. All members may be called from any thread.
class LiveStack {
 public:
  // `simulation` may lag behind the clock; it catches up.
  LiveStack(std::unique_ptr<Simulation> simulation, std::vector<Target> targets);

  // Simulates up to now.
  void tick();
  // What the target shows now, as text format 0.0.4.
  std::string scrape(const Target& target);
  // Seconds by which the answer of the target's pod is held up on its way at present.
  // Whether the target's endpoint answers at all.
  bool answers(const Target& target);
  double answer_delay(const Target& target);
  rca::Result<void> inject(const std::string& type, const std::string& target, const FaultParameters& parameters);
  void remove_faults(const std::string& type, const std::string& target);
  // Faults as JSON: those that are there now, or all that ever were.
  std::string faults_json(bool all);
  [[nodiscard]] const std::vector<Target>& targets() const { return targets_; }

 private:
  void advance();  // with the mutex held

  std::mutex mutex_;
  std::unique_ptr<Simulation> simulation_;
  const std::vector<Target> targets_;
};

class Server {
 public:
  // Listens on 127.0.0.1: base_port for control, base_port + n for exporters. Errors: a port is taken.
  static rca::Result<std::unique_ptr<Server>> start(LiveStack& stack, int base_port);
  ~Server();
  Server(const Server&) = delete;
  Server& operator=(const Server&) = delete;

 private:
  Server(LiveStack& stack, int base_port) : stack_(stack), base_port_(base_port) {}
  static int on_request(mg_connection* connection, void* self);
  static int on_log(const mg_connection* connection, const char* message);
  int control(mg_connection* connection);
  int exporter(mg_connection* connection, int offset);
  [[nodiscard]] std::string landing_page(int offset) const;

  LiveStack& stack_;
  int base_port_;
  mg_context* context_ = nullptr;
  std::string error_;
  std::mutex stop_mutex_;
  std::condition_variable stopped_;
  bool stopping_ = false;
};

}  // namespace llmsim
