// The body of a remote-read request.
#pragma once

#include <span>
#include <string>

#include "remote_read/query.h"

namespace remote_read {

// The numbers of prompb.ReadRequest.ResponseType.
enum class ResponseType { samples = 0, streamed_xor_chunks = 1 };

// A snappy block of prompb.ReadRequest. `accepted` in order of preference: the server takes the first that it knows;
// empty means SAMPLES. Hints are always written, with the query's own range where they have none.
std::string build_request(std::span<const Query> queries, std::span<const ResponseType> accepted);

}  // namespace remote_read
