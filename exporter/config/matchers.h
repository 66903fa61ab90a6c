// Label conditions as configuration files write them.
#pragma once

#include <string_view>
#include <vector>

#include "common/result.h"
#include "remote_read/query.h"

namespace exporter {

// Parses `namespace="ray",pod!~"test-.*"`, with or without braces around it: the inside of a PromQL selector. Unlike a
// selector it may hold only conditions that the empty value meets. Error invalid_argument: as
// remote_read::parse_selector; also a condition on __name__, and no condition at all.
rca::Result<std::vector<remote_read::Matcher>> parse_matchers(std::string_view text);

}  // namespace exporter
