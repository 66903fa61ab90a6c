// Waiting for something to become true, with a deadline: tests poll, they never sleep for a guessed time.
#pragma once

#include <chrono>
#include <functional>

namespace test_support {

inline constexpr std::chrono::milliseconds kDefaultDeadline{60'000};

// Asks `condition` every few milliseconds; true as soon as it is, false when the deadline passed first. The default
// is generous because sanitizer builds on a busy machine are slow; a test that passes does not wait for it.
bool wait_until(const std::function<bool()>& condition, std::chrono::milliseconds deadline = kDefaultDeadline);

}  // namespace test_support
