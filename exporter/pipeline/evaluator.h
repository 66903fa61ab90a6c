// One configuration at work: cycle by cycle from the sources to incidents with rankings.
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <stop_token>
#include <string>

#include "common/result.h"
#include "exporter/config/config.h"
#include "exporter/pipeline/incident_desk.h"
#include "exporter/pipeline/incident_ranker.h"
#include "exporter/pipeline/signal_store.h"
#include "exporter/pipeline/slo_book.h"
#include "exporter/pipeline/snapshot.h"
#include "exporter/pipeline/sources.h"

namespace exporter {

// Owned by one thread. Time only comes in as an argument, so that a day can be replayed in seconds.
class Evaluator {
 public:
  // Reads the catalogue and makes the clients; connects to nothing. Errors: the diagnostics of the catalogue, those of
  // Sources::create.
  static rca::Result<std::unique_ptr<Evaluator>> create(const Config& config, HistoryOptions options = {});
  Evaluator(Config config, std::shared_ptr<const Resolver> resolver, Sources sources, HistoryOptions options = {});

  // fetch → align → SLIs → incidents → rankings → scores. On an error the state is the one of the last cycle that
  // succeeded, but for the counts; what was missed is read by the next. Errors: those of the sources, of the store, and
  // not_found where the sources have nothing at all.
  rca::Result<void> cycle(std::int64_t now_ms, IncidentDesk& desk, const std::stop_token& stop = {});

  // What the last cycle left. Its incidents are those of the desk at that time.
  [[nodiscard]] const Snapshot& snapshot() const { return snapshot_; }
  [[nodiscard]] const Config& config() const { return config_; }

  // Takes over the counts of an evaluator that this one replaces, and what it published, until the first cycle.
  void inherit(const Snapshot& before);

 private:
  rca::Result<void> run(std::int64_t now_ms, IncidentDesk& desk, const std::stop_token& stop);
  rca::Result<void> make_store(const std::stop_token& stop);
  rca::Result<void> rank_open_incidents(IncidentDesk& desk);
  rca::Result<void> note_changes(IncidentDesk& desk);
  rca::Result<void> watch_actions(IncidentDesk& desk, std::int64_t now_ms);
  void note_failures(const std::vector<MethodFailure>& failures);
  void publish_now(const IncidentDesk& desk);
  rca::Result<void> count_budgets(IncidentDesk& desk, std::int64_t now_ms);

  Config config_;
  std::shared_ptr<const Resolver> resolver_;
  Sources sources_;
  HistoryOptions options_;
  std::unique_ptr<SignalStore> store_;  // from the first cycle on, when the servers' semantics are known
  std::unique_ptr<SloBook> book_;       // the same
  Snapshot snapshot_;
  std::map<std::string, IncidentRows> ranked_;             // incident → the rows of its rankings
  std::vector<rca::ChangeEvent> changes_seen_;             // in the series, and stored
  std::map<std::string, rca::ErrorKind> method_failures_;  // that were logged
};

}  // namespace exporter
