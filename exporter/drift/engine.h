// Drift at work: what has to be read is read, piece by piece, and every `drift.interval` all signals are compared.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <stop_token>
#include <vector>

#include "common/result.h"
#include "exporter/config/config.h"
#include "exporter/drift/evaluation.h"
#include "exporter/drift/golden.h"
#include "exporter/drift/history.h"
#include "exporter/drift/reader.h"
#include "exporter/drift/report.h"
#include "exporter/drift/targets.h"
#include "exporter/drift/windows.h"
#include "exporter/pipeline/sources.h"

namespace exporter {

struct DriftEngineOptions {
  // After so much time of reading an update() returns, to go on in the next one; 0: reads all at once.
  std::chrono::nanoseconds reading_time{0};
  std::int64_t longest_read_ms = 1'800'000;  // of history in one read: bounds the memory that it takes
  // An interval is evaluated only so long after its end, or a quarter of it where that is shorter: a scrape's samples
  // carry the time at which it began, but can be read only when it is over.
  std::int64_t settle_ms = 15'000;
};

// Owned by one thread. Memory: one float per bucket of each histogram and slot with observations.
class DriftEngine {
 public:
  // Reads the pinned datasets. Errors: those of DriftTargets::create; invalid_argument, a pinned file that cannot be
  // used (file:line: key: why).
  static rca::Result<std::unique_ptr<DriftEngine>> create(const Config& config, const Catalog& catalog,
                                                          DriftEngineOptions options = {});

  // Does what is due at `now_ms`: reads what the windows need and is not held yet, and compares once all of it is
  // there. True: report() is new. Errors: those of the sources, limit; what was read so far is kept.
  rca::Result<bool> update(std::int64_t now_ms, Sources& sources, const std::stop_token& stop = {});

  // Null until the first comparison.
  [[nodiscard]] const std::shared_ptr<const DriftReport>& report() const { return report_; }
  [[nodiscard]] const DriftHistory& history() const { return history_; }

 private:
  DriftEngine(const Config& config, DriftTargets targets, DriftEngineOptions options);
  // False: time is up.
  rca::Result<bool> read_missing(const DriftSlots& needed, std::int64_t now_ms, Sources& sources,
                                 const std::stop_token& stop);
  rca::Result<bool> read_fixed(std::size_t reference, std::int64_t now_ms, Sources& sources,
                               const std::stop_token& stop);
  [[nodiscard]] bool time_is_up() const;
  void evaluate(DriftSlot last, const DriftWindows& windows);

  Config config_;
  DriftTargets targets_;
  DriftEngineOptions options_;
  DriftReadOptions read_options_;
  DriftHistory history_;
  std::vector<std::optional<GoldenDataset>> pinned_;  // by reference
  DriftSlots read_;                                   // what the history holds, also where there was nothing
  std::optional<DriftSlot> evaluated_;
  std::chrono::steady_clock::time_point started_;  // of the update under way
  bool read_some_ = false;                         // by it: every update gets on
  double seconds_ = 0;                             // spent on the evaluation under way
  std::shared_ptr<const DriftReport> report_;
};

}  // namespace exporter
