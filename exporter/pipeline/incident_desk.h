// The incidents of the process, in memory and on disk: what the evaluation and the web server's write routes share.
#pragma once

#include <cstdint>
#include <memory>
#include <mutex>
#include <optional>
#include <set>
#include <span>
#include <string>
#include <vector>

#include "common/result.h"
#include "exporter/incident/store.h"
#include "exporter/incident/tracker.h"
#include "exporter/pipeline/incident_ranker.h"

namespace exporter {

// Thread-safe. Every change is written to the store before the call returns; where that fails the change holds in
// memory, the call says so, and the next update() tries again.
class IncidentDesk {
 public:
  // Opens the store of the configuration and goes on with the incidents in it.
  static rca::Result<std::unique_ptr<IncidentDesk>> open(const Config& config);
  // An incident desk that keeps nothing, for one analysis.
  static rca::Result<std::unique_ptr<IncidentDesk>> in_memory(const Config& config);

  // A reload: open incidents go on. Error: the new store cannot be opened, then nothing changes.
  rca::Result<void> configure(const Config& config);

  rca::Result<IncidentChanges> update(std::span<const SliSeries> series, std::int64_t now_ms);
  rca::Result<IncidentChanges> on_alerts(std::span<const Alert> alerts, std::int64_t now_ms);
  rca::Result<void> on_changes(std::span<const rca::ChangeEvent> changes);
  // What an evaluation of the incident found; also looks up which incidents of the same kind there were.
  rca::Result<void> set_ranking_set(const std::string& id, RankingSet set);
  // What the watch of the actions found; `save`: whether it is worth writing down. Error not_found.
  rca::Result<void> set_checks(const std::string& id, std::vector<ActionCheck> checks, bool save);
  // `save` as above. Error not_found.
  rca::Result<void> set_budget_use(const std::string& id, const BudgetUse& use, bool save);
  // Incidents of the same kind as this one, itself among them; none while its root cause is unknown.
  rca::Result<std::vector<IncidentSpan>> same_kind(const Incident& incident) const;

  [[nodiscard]] std::vector<Incident> incidents() const;       // as IncidentTracker::incidents
  [[nodiscard]] std::vector<Incident> open_incidents() const;  // oldest first
  // Also those that are only on disk.
  rca::Result<std::optional<Incident>> find(const std::string& id) const;
  // Of the last day or since `since_ms`, whichever is longer; newest first.
  rca::Result<std::vector<rca::ChangeEvent>> changes(std::int64_t since_ms) const;

 private:
  IncidentDesk(const Config& config, std::string path, std::unique_ptr<IncidentStore> store);
  rca::Result<void> restore();
  rca::Result<void> save_dirty();
  rca::Result<Recurrence> recurrence(const Incident& incident, const rca::Diagnosis* diagnosis,
                                     const std::string& peer_group);

  mutable std::mutex mutex_;
  std::string path_;
  std::unique_ptr<IncidentStore> store_;
  IncidentTracker tracker_;
  int kept_;
  std::set<std::string> dirty_;  // incidents that differ from the store
};

}  // namespace exporter
