// What --version prints.
#pragma once

#include <string>
#include <string_view>

namespace exporter {

// "rca_exporter, version 0.1.0 (revision: abc1234, compiler: …)".
std::string version_text(std::string_view program);

}  // namespace exporter
