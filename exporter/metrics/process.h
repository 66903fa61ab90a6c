// What Linux says about this process, for the process_* series that every Prometheus client exposes.
#pragma once

#include <cstdint>

namespace exporter {

struct ProcessStats {
  double cpu_seconds = 0;         // user and system
  double start_time_seconds = 0;  // unix time
  double resident_bytes = 0;
  double virtual_bytes = 0;
  double open_fds = 0;
  double max_fds = 0;
  double threads = 0;
};

// From /proc/self. What cannot be read is NaN and then not exposed. Thread-safe, about 0.1 ms.
ProcessStats read_process_stats();

}  // namespace exporter
