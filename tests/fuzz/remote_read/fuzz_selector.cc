// What parses must read back from its own text to the same matchers.
#include <cstddef>
#include <cstdint>
#include <string_view>

#include "remote_read/query.h"
#include "tests/fuzz/remote_read/require.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const auto matchers = remote_read::parse_selector({reinterpret_cast<const char*>(data), size});
  if (!matchers.ok()) return 0;
  const auto again = remote_read::parse_selector(remote_read::to_string(*matchers));
  require(again.ok() && *again == *matchers);
  return 0;
}
