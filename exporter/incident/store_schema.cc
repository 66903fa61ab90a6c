#include "exporter/incident/store_schema.h"

#include <array>
#include <cstring>
#include <utility>

namespace exporter {
namespace {

constexpr std::array kMigrations{
    // 1: incidents with their rankings.
    R"sql(
CREATE TABLE incident (
  id TEXT PRIMARY KEY,
  slo TEXT NOT NULL,
  source INTEGER NOT NULL,
  onset_ms INTEGER NOT NULL,
  detected_ms INTEGER NOT NULL,
  resolved_ms INTEGER NOT NULL,
  sli_value REAL,
  threshold REAL,
  answer_method TEXT NOT NULL
) STRICT;
CREATE INDEX incident_by_detection ON incident (detected_ms);
CREATE TABLE ranking (
  incident TEXT NOT NULL REFERENCES incident (id) ON DELETE CASCADE,
  position INTEGER NOT NULL,
  method TEXT NOT NULL,
  PRIMARY KEY (incident, position)
) STRICT, WITHOUT ROWID;
CREATE TABLE candidate (
  incident TEXT NOT NULL,
  ranking INTEGER NOT NULL,
  level INTEGER NOT NULL,
  position INTEGER NOT NULL,
  entity TEXT NOT NULL,
  signal TEXT NOT NULL,
  score REAL,
  before_value REAL,
  after_value REAL,
  scale REAL,
  deviation REAL,
  since_ms INTEGER NOT NULL,
  evidence TEXT NOT NULL,
  PRIMARY KEY (incident, ranking, level, position),
  FOREIGN KEY (incident, ranking) REFERENCES ranking (incident, position) ON DELETE CASCADE
) STRICT, WITHOUT ROWID;
CREATE TABLE change_event (
  time_ms INTEGER NOT NULL,
  kind TEXT NOT NULL,
  entity TEXT NOT NULL,
  from_value TEXT NOT NULL,
  to_value TEXT NOT NULL,
  PRIMARY KEY (time_ms, kind, entity, from_value, to_value)
) STRICT, WITHOUT ROWID;
)sql",
    // 2: what was measured, and which alerts hold an incident open.
    R"sql(
ALTER TABLE incident ADD COLUMN sli TEXT NOT NULL DEFAULT '';
ALTER TABLE incident ADD COLUMN unit TEXT NOT NULL DEFAULT '';
ALTER TABLE incident ADD COLUMN quantile REAL NOT NULL DEFAULT 0;
ALTER TABLE incident ADD COLUMN scope TEXT NOT NULL DEFAULT '';
ALTER TABLE incident ADD COLUMN summary TEXT NOT NULL DEFAULT '';
ALTER TABLE incident ADD COLUMN alert TEXT NOT NULL DEFAULT '';
CREATE TABLE incident_alert (
  incident TEXT NOT NULL REFERENCES incident (id) ON DELETE CASCADE,
  fingerprint TEXT NOT NULL,
  PRIMARY KEY (incident, fingerprint)
) STRICT, WITHOUT ROWID;
)sql",
    // 3: the error budget, and what the diagnosis found.
    // A diagnosis is one JSON document: it is a tree that is only ever read and written whole, and its shape grows with
    // every kind of evidence. As tables it would be a dozen, with a migration for each new field; as a document a new
    // field is one that older documents lack, and `version` tells a reader what it has before it. It stays readable
    // without this program: sqlite3 rca_exporter.db "SELECT document ->> '$.diagnosis.fault_class' FROM diagnosis".
    // What is searched for (which incidents are of the same kind) stands in columns with an index.
    R"sql(
ALTER TABLE incident ADD COLUMN objective REAL NOT NULL DEFAULT 0;
ALTER TABLE incident ADD COLUMN budget_window_ms INTEGER NOT NULL DEFAULT 0;
ALTER TABLE incident ADD COLUMN bad_ms INTEGER NOT NULL DEFAULT 0;
ALTER TABLE incident ADD COLUMN counted_ms INTEGER NOT NULL DEFAULT 0;
ALTER TABLE incident ADD COLUMN mitigated_ms INTEGER NOT NULL DEFAULT 0;
CREATE TABLE diagnosis (
  incident TEXT PRIMARY KEY REFERENCES incident (id) ON DELETE CASCADE,
  version INTEGER NOT NULL,
  entity_class TEXT NOT NULL,
  fault_class TEXT NOT NULL,
  document TEXT NOT NULL CHECK (json_valid(document))
) STRICT, WITHOUT ROWID;
CREATE INDEX diagnosis_by_kind ON diagnosis (entity_class, fault_class);
)sql",
    // 4: budgets that count events.
    R"sql(
ALTER TABLE incident ADD COLUMN bad_events REAL NOT NULL DEFAULT 0;
ALTER TABLE incident ADD COLUMN budget_events REAL NOT NULL DEFAULT 0;
)sql",
};

rca::Error store_error(const std::string& path, const std::string& sentence) {
  return {rca::ErrorKind::io, "incident store " + path + ": " + sentence};
}

rca::Error sqlite_error(const std::string& path, sqlite3* db) {
  switch (sqlite3_errcode(db)) {
    case SQLITE_NOTADB: return store_error(path, "is not an SQLite file; it was left as it is");
    case SQLITE_BUSY:
    case SQLITE_LOCKED: return store_error(path, "is in use by another process");
    case SQLITE_CORRUPT: return store_error(path, "is damaged; it was left as it is, move it away to start anew");
    default: break;
  }
  const int system = sqlite3_system_errno(db);
  std::string sentence = sqlite3_errmsg(db);
  if (system != 0) sentence += std::string(" (") + std::strerror(system) + ")";  // NOLINT(concurrency-mt-unsafe)
  return store_error(path, sentence);
}

rca::Result<std::int64_t> read_number(sqlite3* db, const std::string& path, const char* sql) {
  auto statement = sqlite::Statement::prepare(db, sql);
  if (!statement.ok()) return sqlite_error(path, db);
  const auto row = statement->step();
  if (!row.ok()) return sqlite_error(path, db);
  return *row ? statement->integer(0) : 0;
}

rca::Result<void> check_sound(sqlite3* db, const std::string& path) {
  auto statement = sqlite::Statement::prepare(db, "PRAGMA quick_check(1)");
  if (!statement.ok()) return sqlite_error(path, db);
  const auto row = statement->step();
  if (!row.ok()) return sqlite_error(path, db);
  const std::string verdict = *row ? statement->text(0) : "";
  if (verdict == "ok") return {};
  return store_error(path, "is damaged (" + verdict + "); it was left as it is, move it away to start anew");
}

// Whose file it is, before anything is written to it.
rca::Result<std::int64_t> check_owner(sqlite3* db, const std::string& path) {
  RCA_ASSIGN(const std::int64_t application, read_number(db, path, "PRAGMA application_id"));
  RCA_ASSIGN(const std::int64_t version, read_number(db, path, "PRAGMA user_version"));
  RCA_ASSIGN(const std::int64_t tables, read_number(db, path, "SELECT count(*) FROM sqlite_schema"));
  const bool empty = application == 0 && version == 0 && tables == 0;
  if (!empty && application != kStoreApplicationId) {
    return store_error(path, "is a database of another program; it was left as it is");
  }
  if (version < 0 || std::cmp_greater(version, kMigrations.size())) {
    return store_error(path, "has schema version " + std::to_string(version) + ", this program knows up to " +
                                 std::to_string(kMigrations.size()) + "; it was written by a newer version");
  }
  return version;
}

rca::Result<void> migrate(sqlite3* db, const std::string& path, std::int64_t version) {
  auto transaction = sqlite::Transaction::begin(db);
  if (!transaction.ok()) return sqlite_error(path, db);
  for (auto step = static_cast<std::size_t>(version); step < kMigrations.size(); ++step) {
    if (!sqlite::execute(db, kMigrations[step]).ok()) {
      return sqlite_error(path, db).with_context("migration to schema version " + std::to_string(step + 1));
    }
  }
  const std::string stamp = "PRAGMA application_id = " + std::to_string(kStoreApplicationId) +
                            "; PRAGMA user_version = " + std::to_string(kMigrations.size());
  if (!sqlite::execute(db, stamp.c_str()).ok() || !transaction->commit().ok()) return sqlite_error(path, db);
  return {};
}

}  // namespace

std::span<const char* const> store_migrations() {
  return kMigrations;
}

rca::Result<sqlite::Database> open_store_file(const std::string& path) {
  sqlite3* raw = nullptr;
  const int flags = SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE | SQLITE_OPEN_NOMUTEX;
  const int code = sqlite3_open_v2(path.c_str(), &raw, flags, nullptr);
  sqlite::Database db(raw);
  if (code != SQLITE_OK) {
    if (raw == nullptr) return store_error(path, "out of memory");
    return sqlite_error(path, raw);
  }
  // A daemon that is being replaced may still hold the file for a moment.
  sqlite3_busy_timeout(raw, 1000);
  // The exclusive lock keeps a second daemon out; it goes with the process, however that ends.
  if (!sqlite::execute(raw, "PRAGMA locking_mode = EXCLUSIVE").ok()) return sqlite_error(path, raw);
  RCA_ASSIGN(const std::int64_t version, check_owner(raw, path));
  RCA_TRY(check_sound(raw, path));
  if (!sqlite::execute(raw, "PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; PRAGMA foreign_keys = ON").ok()) {
    return sqlite_error(path, raw);
  }
  RCA_TRY(migrate(raw, path, version));
  return db;
}

}  // namespace exporter
