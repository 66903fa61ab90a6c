// Control charts of chosen signals: their history in coarse steps, and the newest point of each chart.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <stop_token>

#include "common/result.h"
#include "exporter/config/config.h"
#include "exporter/drift/report.h"
#include "exporter/pipeline/signal_store.h"
#include "exporter/pipeline/sources.h"
#include "exporter/signals/catalog.h"

namespace exporter {

// Owned by one thread. A point is what the signal is at that instant (gauges) or was over the step before it (rates,
// quantiles, means). Memory: one double per signal and step of the window.
class SpcEngine {
 public:
  // `reads_per_update`: see HistoryOptions. Roles of `spc.signals` that the catalogue lacks are left out. Errors: those
  // of Resolver::create.
  static rca::Result<std::unique_ptr<SpcEngine>> create(const Config& config, const Catalog& catalog,
                                                        std::int64_t reads_per_update = 0);

  // Brings the charts up to the newest step that is over at `now_ms`. True: report() is new. Errors: those of the
  // sources, limit; what was read so far is kept.
  rca::Result<bool> update(std::int64_t now_ms, Sources& sources, const std::stop_token& stop = {});

  // Null until the first charts.
  [[nodiscard]] const std::shared_ptr<const SpcReport>& report() const { return report_; }

 private:
  SpcEngine(const Config& config, std::shared_ptr<const Resolver> resolver, std::int64_t reads_per_update);
  rca::Result<void> make_store(Sources& sources, const std::stop_token& stop);
  void draw();

  Config config_;  // with the steps and windows of the charts
  std::shared_ptr<const Resolver> resolver_;
  std::int64_t reads_per_update_;
  std::unique_ptr<SignalStore> store_;  // when the servers' semantics are known
  std::optional<std::int64_t> drawn_;   // row
  std::shared_ptr<const SpcReport> report_;
};

}  // namespace exporter
