// The tools that the application calls: services that others run, each with its own latency and failures.
#pragma once

#include <cstddef>
#include <deque>
#include <string>
#include <vector>

#include "tests/testbed/llmsim/random.h"

namespace llmsim {

class ToolApi {
 public:
  ToolApi(std::uint64_t seed, const std::vector<std::string>& tools);

  struct Reply {
    double seconds = 0;  // as the caller sees it, without its own timeout
    bool error = false;  // 5xx
    int tokens = 0;      // of the result, 0 on error
  };
  Reply call(std::size_t tool);

  // --- what faults turn
  struct Trouble {
    double error_ratio = 0;  // 0..1, in addition to the tool's own
    double slower = 1;       // times the latency
    double hang_ratio = 0;   // 0..1: calls that are never answered
  };
  void set_trouble(std::size_t tool, const Trouble& trouble) { tools_.at(tool).trouble = trouble; }

 private:
  struct Tool {
    Random random;
    double median = 0;  // seconds
    double sigma = 0;   // of the logarithm
    int tokens = 0;     // of a result, the mean
    Trouble trouble = {};
  };
  std::deque<Tool> tools_;
};

}  // namespace llmsim
