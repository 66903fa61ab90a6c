// Loops over independent parts, on all cores (oneTBB). The only door to oneTBB: loops that go through here are judged
// by ThreadSanitizer, although Debian's libtbb is not instrumented.
#pragma once

#include <concepts>
#include <cstddef>
#include <type_traits>

#if defined(__SANITIZE_THREAD__)
#include <sanitizer/tsan_interface.h>
#endif

namespace rca {
namespace detail {

// Calls `call(loop, first, last)` for parts of [begin, end). Compiled without ThreadSanitizer (see parallel_for.cc).
void run_ranges(std::ptrdiff_t begin, std::ptrdiff_t end, std::ptrdiff_t grain,
                void (*call)(void* loop, std::ptrdiff_t first, std::ptrdiff_t last), void* loop);

// ThreadSanitizer learns from these that what stands before `release` comes before what follows `acquire`.
inline void acquire([[maybe_unused]] char& token) {
#if defined(__SANITIZE_THREAD__)
  __tsan_acquire(&token);
#endif
}
inline void release([[maybe_unused]] char& token) {
#if defined(__SANITIZE_THREAD__)
  __tsan_release(&token);
#endif
}

// A loop that runs. The two tokens are only addresses: two, because with one the end of a part would come before the
// begin of the next one to start, and a race between these two would pass unseen.
template <typename Index, typename Body>
class RangeLoop {
 public:
  explicit RangeLoop(const Body& body) : body_(body) { release(begun_); }
  ~RangeLoop() { acquire(done_); }
  RangeLoop(const RangeLoop&) = delete;
  RangeLoop& operator=(const RangeLoop&) = delete;

  static void call(void* loop, std::ptrdiff_t first, std::ptrdiff_t last) {
    auto& self = *static_cast<RangeLoop*>(loop);
    acquire(self.begun_);
    struct Done {  // also when the body throws
      char& token;
      ~Done() { release(token); }
    } const done{self.done_};
    self.body_(static_cast<Index>(first), static_cast<Index>(last));
  }

 private:
  const Body& body_;
  char begun_ = 0;
  char done_ = 0;
};

}  // namespace detail

// Calls `body(first, last)` for parts [first, last) of [begin, end) that cover it once, on several threads at a time
// and in no defined order; returns when all are done. Parts of more than `grain` indices may be halved: choose it so
// that half of it is worth some microseconds (less than 1 counts as 1). A range of at most `grain` indices stays with
// the caller's thread.
//
// `body` must be callable as const and must write only to what belongs to its indices. What it throws comes out of this
// call. Loops may nest; while a thread waits for an inner loop it may run a part of an outer one, so hold no lock and
// nothing thread_local across a nested loop. The result must not depend on how the range was cut: reduce over indices,
// not over parts.
template <std::integral Index, typename Body>
void parallel_ranges(std::type_identity_t<Index> begin, Index end, std::type_identity_t<Index> grain,
                     const Body& body) {
  if (begin >= end) return;
  detail::RangeLoop<Index, Body> loop(body);
  detail::run_ranges(static_cast<std::ptrdiff_t>(begin), static_cast<std::ptrdiff_t>(end),
                     static_cast<std::ptrdiff_t>(grain), &detail::RangeLoop<Index, Body>::call, &loop);
}

// The same for a body that takes one index: `body(index)`. parallel_ranges is for those that keep scratch space.
template <std::integral Index, typename Body>
void parallel_for(std::type_identity_t<Index> begin, Index end, std::type_identity_t<Index> grain, const Body& body) {
  parallel_ranges(begin, end, grain, [&body](Index first, Index last) {
    for (Index index = first; index < last; ++index) body(index);
  });
}

}  // namespace rca
