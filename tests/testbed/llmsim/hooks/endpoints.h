// Metrics endpoints that do not answer: what is not scraped cannot be seen.
#pragma once

#include <set>
#include <string>
#include <string_view>

#include "tests/testbed/llmsim/request_attributes.h"

namespace llmsim {

class Simulation;

inline constexpr std::string_view kEndpointsHook = "endpoints";

class Endpoints : public RequestHook {
 public:
  // Of all exporters in the pod with this container.
  void set_answering(std::string_view container, bool answering);
  [[nodiscard]] bool answers(std::string_view container) const { return !silent_.contains(container); }

 private:
  std::set<std::string, std::less<>> silent_;
};

// The hook of a simulation of the full stack; nullptr elsewhere.
Endpoints* find_endpoints(Simulation& simulation);
// Whether scrapes of the pod (index into the topology's, SIZE_MAX: none of them) are answered.
bool endpoint_answers(const Simulation& simulation, std::size_t pod);

}  // namespace llmsim
