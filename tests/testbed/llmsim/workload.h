// The load: when requests arrive, how long they are, and which of them continue a conversation.
#pragma once

#include <cstdint>
#include <deque>

#include "tests/testbed/llmsim/config.h"
#include "tests/testbed/llmsim/random.h"

namespace llmsim {

class Workload {
 public:
  explicit Workload(const SimConfig& config);

  struct Prompt {
    std::uint64_t conversation = 0;
    int prompt = 0;  // tokens
    int output = 0;  // tokens
  };

  // The arrival after one at `now`; strictly later.
  double next_arrival(double now);
  Prompt next_prompt();
  // A conversation that may be continued later; `tokens` of it are known now.
  void answered(std::uint64_t conversation, int tokens);

 private:
  [[nodiscard]] double rate_at(double now) const;
  int length(int median, double sigma);

  struct Conversation {
    std::uint64_t id = 0;
    int tokens = 0;
  };
  const SimConfig& config_;
  Random arrivals_;
  Random lengths_;
  Random turns_;
  std::uint64_t conversations_ = 0;
  double pace_ = 0;  // the exact instant of the constant pacer, without its jitter
  std::deque<Conversation> idle_;
};

}  // namespace llmsim
