// Reads stretches of history and turns them into observations, slot by slot.
#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <span>
#include <stop_token>
#include <string>
#include <unordered_map>
#include <vector>

#include "common/result.h"
#include "common/samples.h"
#include "exporter/drift/history.h"
#include "exporter/drift/targets.h"
#include "exporter/pipeline/sources.h"
#include "remote_read/sink.h"

namespace exporter {

// (start, end], which becomes slot `slot`.
struct DriftStretch {
  DriftSlot slot = 0;
  std::int64_t start_ms = 0;
  std::int64_t end_ms = 0;
};

struct DriftReadOptions {
  // How far before a stretch a sample still counts: the scrape that the first increase is measured against, and the
  // newest value of a gauge.
  std::int64_t reach_ms = 60'000;
  std::int64_t sample_interval_ms = 60'000;
};

// Takes in what one read of adjoining stretches gives. A series that several queries or sources give counts once, for
// the first that gave it. Memory: the samples of the stretches.
class DriftReader final : public remote_read::SeriesSink {
 public:
  // All must outlive the reader. `stretches` follow each other without holes.
  DriftReader(const DriftTargets& targets, std::span<const DriftStretch> stretches, const DriftReadOptions& options)
      : targets_(targets), stretches_(stretches), options_(options) {}

  // What comes from now on is of endpoint number `source`.
  void start_source(std::size_t source) { source_ = source; }
  void begin(std::size_t first_query, std::size_t count) override;
  rca::Result<void> on_samples(std::size_t query, const rca::Labels& labels, rca::SampleView samples) override;

  struct Part {
    DriftPartKey key;
    DriftKind kind = DriftKind::histogram;
    std::map<DriftSlot, DriftObservations> slots;
  };
  // Every part that any series is of, by key. On all cores.
  [[nodiscard]] std::vector<Part> finish() const;

 private:
  struct Series {
    std::size_t source = 0;
    std::size_t query = 0;
    std::vector<DriftUse> uses;
    rca::Samples samples;
  };

  const DriftTargets& targets_;
  std::span<const DriftStretch> stretches_;
  DriftReadOptions options_;
  std::size_t source_ = 0;
  std::unordered_map<std::string, Series> series_;  // by labels
  std::string key_;                                 // scratch
};

// Reads adjoining stretches from all sources into `history`. Errors: those of the sources; limit (see
// DriftHistory::put). After an error the stretches have to be read again.
rca::Result<void> read_stretches(const DriftTargets& targets, std::span<const DriftStretch> stretches,
                                 const DriftReadOptions& options, Sources& sources, std::int64_t now_ms,
                                 const std::stop_token& stop, DriftHistory& history);

}  // namespace exporter
