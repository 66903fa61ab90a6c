// Spans and log lines of a case.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "common/result.h"
#include "exporter/dataset/csv.h"
#include "rca_core/methods/method.h"

namespace exporter::dataset {

// traces.csv: traceID, spanID, serviceName, startTime and duration in µs, and where there are any parentSpanID ("root"
// = none), methodName (else operationName), statusCode. A span is an error when its status is a number that is neither
// 0 (gRPC: OK) nor an HTTP status below 400. Errors, with file and line: malformed, limit.
rca::Result<std::vector<rca::Span>> read_spans(std::string_view text, const std::string& file, const Limits& limits);

// logs.csv: container_name, message, and timestamp (ns) or, without that column, time (s). Errors: as read_spans.
rca::Result<std::vector<rca::LogLine>> read_logs(std::string_view text, const std::string& file, const Limits& limits);

}  // namespace exporter::dataset
