// One user's request, and the gateway's tries at it.
#pragma once

#include <cstddef>
#include <memory>
#include <vector>

#include "tests/testbed/llmsim/request_attributes.h"

namespace llmsim {

struct Attempt;

struct UserRequest {
  RequestAttributes attributes;
  std::vector<std::size_t> tools;  // to be called, indices into Topology::tools
  bool shared_key = false;         // reads a conversation that many share and does not write it back
  std::size_t connection = 0;      // of the mesh
  // The one whose answer the user gets; expired before and after. Whoever works on an attempt holds it, and the attempt
  // holds its user.
  std::weak_ptr<Attempt> attempt;
  bool finished = false;
};

struct Attempt {
  RequestAttributes attributes;  // a copy of the user's, that goes its own way
  std::shared_ptr<UserRequest> user;
  double begin = 0;        // when the gateway sent it
  double first_byte = -1;  // when its first token reaches the gateway
  double last_at_gateway = -1, last_at_user = -1;
  bool abandoned = false;  // the gateway has given up on it; the application does not notice
};

}  // namespace llmsim
