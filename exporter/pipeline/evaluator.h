// One configuration at work: cycle by cycle from the sources to incidents with rankings.
#pragma once

#include <chrono>
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

class DriftEngine;
class SpcEngine;

// Owned by one thread. Time only comes in as an argument, so that a day can be replayed in seconds.
class Evaluator {
 public:
  // Reads the catalogue and makes the clients; connects to nothing. Errors: the diagnostics of the catalogue, those of
  // Sources::create.
  static rca::Result<std::unique_ptr<Evaluator>> create(const Config& config, HistoryOptions options = {});
  Evaluator(Config config, std::shared_ptr<const Resolver> resolver, Sources sources, HistoryOptions options = {});

  ~Evaluator();

  // fetch → align → SLIs → incidents → rankings → scores. On an error the state is the one of the last cycle that
  // succeeded, but for the counts; what was missed is read by the next. Errors: those of the sources, of the store, and
  // not_found where the sources have nothing at all.
  rca::Result<void> cycle(std::int64_t now_ms, IncidentDesk& desk, const std::stop_token& stop = {});

  // What has more time than incidents: drift and control charts, when they are due. Reads for at most a third of the
  // interval and goes on in the next call. True: the snapshot is new. What fails is counted and logged, and tried
  // again, less and less often (5 minutes apart at most). A read that is not over at `deadline` is given up, which is a
  // failure of the kind timeout: incidents do not wait for it.
  bool follow_up(std::int64_t now_ms, const std::stop_token& stop = {},
                 std::chrono::steady_clock::time_point deadline = std::chrono::steady_clock::time_point::max());

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
  void note_bounds();
  struct FollowUp {
    std::optional<rca::ErrorKind> failing;  // the reason that was logged
    std::int64_t not_before_ms = 0;         // after failures: the next attempt
    std::int64_t wait_ms = 0;
  };
  // Whether there is something new to publish.
  bool note_follow_up(const rca::Result<bool>& done, const std::string& what, std::int64_t now_ms, FollowUp& state,
                      std::uint64_t& failures) const;

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
  std::unique_ptr<DriftEngine> drift_;                     // null: not configured
  std::unique_ptr<SpcEngine> spc_;
  FollowUp drift_state_;
  FollowUp spc_state_;
};

}  // namespace exporter
