// The answer of GET /api/v1/status/buildinfo.
#pragma once

#include <string_view>

#include "common/result.h"
#include "remote_read/client.h"

namespace remote_read {

// Servers that are not Prometheus but speak its API (Mimir) name themselves in data.application and count their own
// versions, which say nothing of PromQL's semantics: their version is left empty. Error: unexpected_content.
rca::Result<BuildInfo> parse_build_info(std::string_view json);

}  // namespace remote_read
