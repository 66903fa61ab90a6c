// Log lines that report an error, per entity, before and after the onset.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "rca_core/methods/method.h"

namespace rca {

struct LogErrors {
  std::string entity;
  double before = 0;          // lines
  double after = 0;           // lines
  double seconds_before = 0;  // of the log, of all entities; at least 1
  double seconds_after = 0;
  std::string example;  // the first such line after the onset

  [[nodiscard]] double rate_before() const { return before / seconds_before; }
  [[nodiscard]] double rate_after() const { return after / seconds_after; }
  // How many lines more than expected from the rate before, in standard deviations of a Poisson count.
  [[nodiscard]] Evidence evidence() const;
};

// Whether a line reports an error: it has one of the words error, fail, exception, fatal, panic, timeout, refused,
// "out of memory", traceback, in any case and as the beginning of a word ("failed", not "unfailing"), and does not say
// that there were none ("0 errors", "no error", "error: null").
bool reports_error(std::string_view message);

// Entities in the order of their first line; those without an error line have zeros.
std::vector<LogErrors> count_log_errors(const IncidentView& view);

}  // namespace rca
