// Compiled without ThreadSanitizer (see CMakeLists.txt), so nothing but oneTBB may stand here. Its templates hand tasks
// over through libtbb, which Debian does not instrument: seen from one side only, every hand-over would look like a
// race. Seen from neither side it is silent, and the annotations in the header say what it orders.
#include "common/parallel_for.h"

#include <oneapi/tbb/blocked_range.h>
#include <oneapi/tbb/parallel_for.h>

namespace rca::detail {

void run_ranges(std::ptrdiff_t begin, std::ptrdiff_t end, std::ptrdiff_t grain,
                void (*call)(void* loop, std::ptrdiff_t first, std::ptrdiff_t last), void* loop) {
  if (grain < 1) grain = 1;
  if (end - begin <= grain) {
    call(loop, begin, end);
    return;
  }
  using Range = tbb::blocked_range<std::ptrdiff_t>;
  tbb::parallel_for(Range(begin, end, static_cast<std::size_t>(grain)),
                    [call, loop](const Range& part) { call(loop, part.begin(), part.end()); });
}

}  // namespace rca::detail
