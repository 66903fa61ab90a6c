#include "exporter/metrics/process.h"

#include <dirent.h>
#include <sys/resource.h>
#include <unistd.h>

#include <fstream>
#include <limits>
#include <memory>
#include <sstream>
#include <string>

namespace exporter {
namespace {

constexpr double kNone = std::numeric_limits<double>::quiet_NaN();

double open_fds() {
  struct Close {
    void operator()(DIR* dir) const { closedir(dir); }
  };
  const std::unique_ptr<DIR, Close> dir(opendir("/proc/self/fd"));
  if (!dir) return kNone;
  double count = 0;
  while (const dirent* entry = readdir(dir.get())) {  // NOLINT(concurrency-mt-unsafe): the stream is our own
    if (entry->d_name[0] != '.') ++count;
  }
  return count - 1;  // the one that reads the directory
}

double boot_time_seconds() {
  std::ifstream stat("/proc/stat");
  for (std::string line; std::getline(stat, line);) {
    if (line.starts_with("btime ")) return static_cast<double>(std::atoll(line.c_str() + 6));
  }
  return kNone;
}

}  // namespace

ProcessStats read_process_stats() {
  ProcessStats stats{kNone, kNone, kNone, kNone, open_fds(), kNone, kNone};
  rlimit limit{};
  if (getrlimit(RLIMIT_NOFILE, &limit) == 0) stats.max_fds = static_cast<double>(limit.rlim_cur);

  // proc(5): the program's name, in parentheses, may hold anything; the fields are counted from behind it.
  std::ifstream file("/proc/self/stat");
  std::string text;
  std::getline(file, text);
  const auto name_end = text.rfind(')');
  if (name_end == std::string::npos) return stats;
  std::istringstream fields(text.substr(name_end + 1));
  std::string skipped;
  const auto skip = [&](int count) {
    for (int i = 0; i < count; ++i) fields >> skipped;
  };
  double user = 0;
  double system = 0;
  double threads = 0;
  double start = 0;
  double virtual_bytes = 0;
  double pages = 0;
  skip(11);  // fields 3 to 13
  fields >> user >> system;
  skip(4);  // 16 to 19
  fields >> threads;
  skip(1);  // 21
  fields >> start >> virtual_bytes >> pages;
  if (!fields) return stats;
  const auto ticks = static_cast<double>(sysconf(_SC_CLK_TCK));
  static const double boot = boot_time_seconds();
  stats.cpu_seconds = (user + system) / ticks;
  stats.threads = threads;
  stats.start_time_seconds = boot + start / ticks;
  stats.virtual_bytes = virtual_bytes;
  stats.resident_bytes = pages * static_cast<double>(sysconf(_SC_PAGESIZE));
  return stats;
}

}  // namespace exporter
