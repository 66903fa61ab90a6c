// How a query whose answer DeepFlow truncated is split into two.
#pragma once

#include <optional>
#include <utility>

#include "remote_read/deepflow.h"

namespace remote_read {

// Two queries that together match exactly what `query` matches; empty when there is no way. `answer` is the truncated
// one to `query`, whose range is in whole seconds.
std::optional<std::pair<Query, Query>> split_query(const Query& query, const DeepflowAnswer& answer,
                                                   const DeepflowLimits& limits);

}  // namespace remote_read
