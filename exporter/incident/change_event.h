// Deployments and other changes, as POST /api/v1/changes takes them.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "common/result.h"
#include "rca_core/methods/method.h"

namespace exporter {

// Bounds on one message.
inline constexpr std::size_t kMaxChangeEvents = 1000;
inline constexpr std::size_t kMaxChangeTextBytes = 1024;  // of one field

// One JSON object or an array of them:
//   {"kind": "deployment", "entity": "ray-replicas-1", "from": "v1.4.0", "to": "v1.4.1", "time":
//   "2026-11-22T07:30:00Z"}
// `kind` and `entity` are required and not empty; `from` and `to` may be missing; `time` is RFC 3339 text or unix
// seconds (number or text) and is `now_ms` when it is missing. Errors: malformed (names the field, e.g. "[1].time"),
// limit. A message is taken whole or not at all.
rca::Result<std::vector<rca::ChangeEvent>> parse_change_events(std::string_view body, std::int64_t now_ms);

}  // namespace exporter
