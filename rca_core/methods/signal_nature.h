// What a signal measures, told from its unit and the words of its role.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "rca_core/frame/signal.h"

namespace rca {

enum class SignalNature {
  latency,   // how long calls of the entity take
  failures,  // errors, success, availability
  traffic,   // how much is asked of it: requests, tokens, work in progress
  internal,  // what it uses and how it is: processor, memory, GPU, disk, network, clocks, temperatures
};

// The words of a role in lower case: "gpu_clock" → gpu, clock; "latency-p99" → latency, p99.
std::vector<std::string> role_words(std::string_view role);

// A role that names a resource (gpu, memory, disk, network, …) is internal whatever it counts; unknown words are too.
SignalNature nature_of(const Signal& signal);

// What callers of the entity can see of it.
bool is_external(const Signal& signal);

}  // namespace rca
