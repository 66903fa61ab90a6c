// What a signal tells about its entity, as evidence takes it.
#pragma once

#include <string_view>

#include "rca_core/frame/signal.h"
#include "rca_core/methods/signal_nature.h"

namespace rca {

// As nature_of, but a role that ends in a latency or duration (a statistic may follow) is a latency even where it
// names a resource, as the duration of a kernel does. Latencies of a disk or a network stay internal: they are
// resources.
SignalNature nature_for_evidence(const Signal& signal);

// "…-from-<caller>" or "…_from_<caller>": what a caller sees of the entity.
bool seen_by_caller(std::string_view role);

}  // namespace rca
