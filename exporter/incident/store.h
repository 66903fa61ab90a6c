// Incidents and change events on disk, in one SQLite file.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "common/result.h"
#include "exporter/incident/incident.h"
#include "exporter/incident/recurrence.h"

namespace exporter {

struct StoreOptions {
  std::size_t max_incidents = 1000;  // resolved ones beyond these go, oldest first; open ones always stay
  std::size_t max_changes = 10000;   // change events beyond these go, oldest first
  std::size_t max_candidates = 100;  // of one ranking, signals and entities each; worse ones are not stored
};

// Durable: what a call that succeeded has written survives `kill -9` and power loss (write-ahead log,
// synchronous=FULL). Every call is one transaction: all of it is stored or nothing. Thread-safe. One process at a time:
// the file is locked while it is open.
class IncidentStore {
 public:
  // Opens or creates the file; ":memory:" keeps everything in memory. An older schema is migrated in one transaction.
  // Errors (io): cannot be opened, is in use by another process, is damaged, is no SQLite file, belongs to another
  // program, was written by a newer version. In all of these the file is left as it was.
  static rca::Result<std::unique_ptr<IncidentStore>> open(const std::string& path, StoreOptions options = {});
  IncidentStore(const IncidentStore&) = delete;
  IncidentStore& operator=(const IncidentStore&) = delete;
  ~IncidentStore();

  // Writes incidents with their rankings and diagnoses, replacing those with the same ids, and prunes.
  rca::Result<void> save(std::span<const Incident> incidents);
  rca::Result<void> save(const Incident& incident) { return save(std::span<const Incident>(&incident, 1)); }

  // Every open incident and the newest `resolved` resolved ones, by detection, newest first.
  rca::Result<std::vector<Incident>> load(std::size_t resolved);
  // nullopt: not known.
  rca::Result<std::optional<Incident>> find(const std::string& id);

  // The incidents whose root cause is of this class of entity and this fault class, earliest onset first.
  rca::Result<std::vector<IncidentSpan>> same_kind(const std::string& entity_class, const std::string& fault_class);

  // Events that are there already (all fields equal) are kept once.
  rca::Result<void> add_changes(std::span<const rca::ChangeEvent> changes);
  // Events at or after `since_ms`, newest first, at most `limit`.
  rca::Result<std::vector<rca::ChangeEvent>> changes(std::int64_t since_ms, std::size_t limit);

 private:
  struct Impl;
  explicit IncidentStore(std::unique_ptr<Impl> impl);
  std::unique_ptr<Impl> impl_;
};

}  // namespace exporter
