#include "tests/support/process.h"

#include <fcntl.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <string_view>
#include <utility>

#include "tests/support/temp_dir.h"
#include "tests/support/wait.h"

namespace test_support {

using rca::Error;
using rca::ErrorKind;
using rca::Result;

namespace {

// As the shell finds it, with the directories in which Debian keeps daemons added: a user's PATH often lacks them.
std::string find_program(const std::string& name) {
  if (name.find('/') != std::string::npos) return access(name.c_str(), X_OK) == 0 ? name : std::string();
  const char* path = std::getenv("PATH");
  std::string directories = std::string(path != nullptr ? path : "/usr/bin:/bin") + ":/usr/sbin:/sbin";
  for (std::size_t start = 0; start <= directories.size();) {
    const std::size_t end = std::min(directories.find(':', start), directories.size());
    std::string candidate = directories.substr(start, end - start) + "/" + name;
    if (access(candidate.c_str(), X_OK) == 0) return candidate;
    start = end + 1;
  }
  return {};
}

std::vector<std::string> merged_environment(const std::map<std::string, std::string>& added) {
  std::vector<std::string> merged;
  for (char** entry = environ; *entry != nullptr; ++entry) {
    const std::string_view text(*entry);
    if (!added.contains(std::string(text.substr(0, text.find('='))))) merged.emplace_back(text);
  }
  for (const auto& [name, value] : added) merged.emplace_back(name).append("=").append(value);
  return merged;
}

std::vector<char*> pointers(std::vector<std::string>& strings) {
  std::vector<char*> out;
  out.reserve(strings.size() + 1);
  for (std::string& text : strings) out.push_back(text.data());
  out.push_back(nullptr);
  return out;
}

// Between fork and exec only async-signal-safe calls are allowed: everything was prepared by the parent.
[[noreturn]] void become(const char* program, char** argv, char** env, const char* directory, int log, pid_t parent) {
  prctl(PR_SET_PDEATHSIG, SIGTERM);
  if (getppid() != parent) _exit(127);
  sigset_t none;
  sigemptyset(&none);
  sigprocmask(SIG_SETMASK, &none, nullptr);
  const int input = open("/dev/null", O_RDONLY);
  if (input < 0 || dup2(input, STDIN_FILENO) < 0 || dup2(log, STDOUT_FILENO) < 0 || dup2(log, STDERR_FILENO) < 0) {
    _exit(127);
  }
  if (directory != nullptr && chdir(directory) != 0) _exit(127);
  execve(program, argv, env);
  _exit(127);
}

}  // namespace

Result<std::unique_ptr<Process>> Process::start(const ProcessOptions& options) {
  if (options.argv.empty()) return Error{ErrorKind::invalid_argument, "no program was given"};
  const std::string program = find_program(options.argv[0]);
  if (program.empty()) return Error{ErrorKind::not_found, "no program '" + options.argv[0] + "' in PATH"};
  std::vector<std::string> arguments = options.argv;
  std::vector<std::string> environment = merged_environment(options.env);
  const std::vector<char*> argv = pointers(arguments);
  const std::vector<char*> env = pointers(environment);
  const std::string log_name = options.log_file.empty() ? "/dev/null" : options.log_file.string();
  const int log = open(log_name.c_str(), O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0644);
  if (log < 0) return Error{ErrorKind::io, log_name + ": " + std::strerror(errno)};
  const std::string directory = options.directory.string();
  const pid_t parent = getpid();
  const pid_t pid = fork();
  if (pid == 0) {
    become(program.c_str(), const_cast<char**>(argv.data()), const_cast<char**>(env.data()),
           directory.empty() ? nullptr : directory.c_str(), log, parent);
  }
  const int fork_error = errno;
  close(log);
  if (pid < 0) return Error{ErrorKind::io, std::string("fork: ") + std::strerror(fork_error)};
  return std::unique_ptr<Process>(new Process(pid, options.log_file));
}

Process::~Process() {
  stop();
}

std::optional<int> Process::exit_code() {
  if (exit_code_) return exit_code_;
  int status = 0;
  if (waitpid(pid_, &status, WNOHANG) == pid_) {
    exit_code_ = WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
  }
  return exit_code_;
}

bool Process::running() {
  return !exit_code().has_value();
}

std::optional<int> Process::wait(std::chrono::milliseconds deadline) {
  wait_until([this] { return !running(); }, deadline);
  return exit_code_;
}

void Process::send_signal(int signal) {
  if (running()) ::kill(pid_, signal);
}

void Process::stop(std::chrono::milliseconds grace) {
  send_signal(SIGTERM);
  if (!wait(grace)) kill();
}

void Process::kill() {
  send_signal(SIGKILL);
  wait(kDefaultDeadline);
}

std::string Process::output() const {
  return log_file_.empty() ? std::string() : read_text(log_file_);
}

Result<CommandResult> run_command(ProcessOptions options, std::chrono::milliseconds deadline) {
  const TempDir scratch;
  if (options.log_file.empty()) options.log_file = scratch.file("output");
  RCA_ASSIGN(const std::unique_ptr<Process> process, Process::start(options));
  const std::optional<int> code = process->wait(deadline);
  if (!code) {
    process->kill();
    return Error{ErrorKind::timeout, options.argv[0] + " did not end in time; it wrote: " + process->output()};
  }
  return CommandResult{*code, process->output()};
}

}  // namespace test_support
