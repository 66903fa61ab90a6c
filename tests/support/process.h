// A child process of a test: started, watched, and stopped by its id.
#pragma once

#include <sys/types.h>

#include <chrono>
#include <filesystem>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "common/result.h"

namespace test_support {

struct ProcessOptions {
  std::vector<std::string> argv;           // argv[0] is looked up in PATH
  std::map<std::string, std::string> env;  // added to the test's own environment
  std::filesystem::path directory;         // working directory; empty: the test's
  std::filesystem::path log_file;          // gets standard output and error; empty: /dev/null
};

// The child gets SIGTERM when the thread that started it ends, so that a crashed test leaves nothing behind: start
// long-lived servers from the test's main thread.
class Process {
 public:
  // Errors: not_found (no such program), io.
  static rca::Result<std::unique_ptr<Process>> start(const ProcessOptions& options);
  ~Process();  // stop()
  Process(const Process&) = delete;
  Process& operator=(const Process&) = delete;

  [[nodiscard]] pid_t pid() const { return pid_; }
  [[nodiscard]] bool running();
  // The exit code, 128 + signal for a killed one; empty while it runs.
  [[nodiscard]] std::optional<int> exit_code();
  // Waits for the end; empty when the deadline passed first.
  std::optional<int> wait(std::chrono::milliseconds deadline);
  void send_signal(int signal);
  // SIGTERM, and SIGKILL to what has not ended by `grace`.
  void stop(std::chrono::milliseconds grace = std::chrono::milliseconds(10'000));
  // SIGKILL, at once.
  void kill();
  // What it wrote so far (of log_file).
  [[nodiscard]] std::string output() const;

 private:
  Process(pid_t pid, std::filesystem::path log_file) : pid_(pid), log_file_(std::move(log_file)) {}

  pid_t pid_;
  std::filesystem::path log_file_;
  std::optional<int> exit_code_;
};

struct CommandResult {
  int exit_code = 0;
  std::string output;  // standard output and error together
};

// Runs a program to its end. Errors: not_found, io, timeout (it was killed).
rca::Result<CommandResult> run_command(ProcessOptions options,
                                       std::chrono::milliseconds deadline = std::chrono::milliseconds(120'000));

}  // namespace test_support
