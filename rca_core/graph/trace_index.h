// Spans by trace and by operation, who called whom, and how long each worked itself.
#pragma once

#include <cstddef>
#include <span>
#include <string>
#include <vector>

#include "rca_core/methods/method.h"

namespace rca {

struct TraceIndex {
  static constexpr std::size_t kNone = static_cast<std::size_t>(-1);

  struct Operation {
    std::string entity;
    std::string name;
  };

  std::vector<Operation> operations;             // in the order of their first span
  std::vector<std::vector<std::size_t>> traces;  // the spans of each trace, in the order given
  // One per span:
  std::vector<std::size_t> operation_of;
  std::vector<std::size_t> parent_of;  // kNone: a root, or a parent that was not recorded
  std::vector<double> own_ms;          // duration without what its children cover; see `waited_ms`
  // Where a span's parent is the client side of just this one call to another entity: how much longer the client waited
  // than the server worked, in ms: network, queues, an overloaded server that accepts late. It counts for the callee,
  // and the client span's own time is 0. NaN where there is no such parent.
  std::vector<double> waited_ms;
  // 1: the span failed, and not just because something that it called did. A client that fails while its server does
  // not (refused, timed out) counts for the callee.
  std::vector<char> failed;
  std::vector<char> client;  // 1: the span is the client side of such a call, not work of its own
};

// Children that start before or end after their parent (clocks differ between hosts) are moved inside it.
TraceIndex index_traces(std::span<const Span> spans);

}  // namespace rca
