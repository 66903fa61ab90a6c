// Any bytes as a configuration: either a Config, or diagnostics that name a line of the text; never a crash.
#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string>

#include "exporter/config/config.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  // Names in a directory that is not there, so that nothing of the machine's files is read.
  const std::string text(data, data + size);
  const exporter::ConfigResult result = exporter::parse_config(text, "/nonexistent/rca.yml");
  if (result.config.has_value() != result.diagnostics.empty()) std::abort();
  const auto lines = 1 + std::count(text.begin(), text.end(), '\n') + std::count(text.begin(), text.end(), '\r');
  int last = 0;
  for (const exporter::Diagnostic& diagnostic : result.diagnostics) {
    if (diagnostic.line < last || diagnostic.line > lines + 1 || diagnostic.message.empty()) std::abort();
    if (to_string(diagnostic).find('\0') != std::string::npos) std::abort();
    last = diagnostic.line;
  }
  return 0;
}
