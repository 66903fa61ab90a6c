// DeepFlow's dialect of remote read, as its querier (server/querier/app/prometheus) behaves:
// - It answers the first query only, takes the time range from the hints, and knows whole seconds.
// - It scans its rows newest first and silently drops every series beyond the first `series-limit` (500) that it
//   meets, and every row beyond 1,000,000. So an answer that reaches either number must be taken for a truncated one.
// - The querier refuses more than 100 queries a second.
#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <map>
#include <string_view>

#include "common/labels.h"
#include "common/result.h"
#include "common/samples.h"
#include "remote_read/query.h"

namespace remote_read {

// Half of the querier's limit: Grafana and others ask it too.
inline constexpr std::chrono::milliseconds kDeepflowInterval{20};

struct DeepflowAnswer {
  std::map<rca::Labels, rca::Samples> series;
  std::size_t wire_series = 0;  // as they came, those without a sample in the range included
  std::size_t wire_rows = 0;
};

struct DeepflowLimits {
  std::size_t series = 500;
  std::size_t rows = 1'000'000;
  std::uint64_t splits = 1000;  // of one query; a server that ignores matchers could be asked for ever
};

using DeepflowFetch = std::function<rca::Result<DeepflowAnswer>(const Query& query)>;

// Reads one query whole: a truncated answer is dropped and its query split into two that together match the same
// samples, until every part's answer is complete.
// - By time, between two steps of the query (hints.step_ms, or a second), where that is promising: everything newer
//   than the last series that the answer had room for is complete.
// - By a label otherwise: `label =~ "^(?s).{n}[chars].*$"` and its negation. Whatever values there are that we have not
//   seen, each series matches exactly one of them.
// That no part lost a series that the whole answer had, and that the added matchers were obeyed, is checked.
// Adds the number of splits to `splits`. Errors: limit (no split is left: more than the limit's series in one step
// that no label tells apart, or too many splits), unexpected_content (the server contradicts itself), or of `fetch`.
rca::Result<std::map<rca::Labels, rca::Samples>> read_deepflow(const Query& query, const DeepflowFetch& fetch,
                                                               const DeepflowLimits& limits, std::uint64_t& splits);

// Series and rows of a prompb.ReadResponse, before anything is trimmed. Error: malformed.
struct WireCount {
  std::size_t series = 0;
  std::size_t rows = 0;
};
rca::Result<WireCount> count_wire(std::string_view response);

// A metric that DeepFlow does not know is answered by HTTP 200 and the JSON `null`; older versions gave the success
// object of the query API with an empty result.
bool is_deepflow_not_found(std::string_view json);

}  // namespace remote_read
