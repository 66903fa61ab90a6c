#include "exporter/incident/sqlite.h"

#include <limits>

namespace exporter::sqlite {

rca::Error last_error(sqlite3* db, std::string_view what) {
  return {rca::ErrorKind::io, std::string(what) + ": " + sqlite3_errmsg(db)};
}

rca::Result<void> execute(sqlite3* db, const char* sql) {
  if (sqlite3_exec(db, sql, nullptr, nullptr, nullptr) != SQLITE_OK) return last_error(db, "SQLite");
  return {};
}

rca::Result<Statement> Statement::prepare(sqlite3* db, const char* sql) {
  sqlite3_stmt* stmt = nullptr;
  if (sqlite3_prepare_v3(db, sql, -1, SQLITE_PREPARE_PERSISTENT, &stmt, nullptr) != SQLITE_OK) {
    return last_error(db, "SQLite");
  }
  return Statement(stmt);
}

rca::Result<bool> Statement::step() {
  const int code = sqlite3_step(stmt_.get());
  if (code == SQLITE_ROW) return true;
  if (code == SQLITE_DONE) {
    reset();
    return false;
  }
  const rca::Error error = last_error(sqlite3_db_handle(stmt_.get()), "SQLite");
  reset();
  return error;
}

rca::Result<void> Statement::run() {
  RCA_ASSIGN(const bool row, step());
  if (row) reset();
  return {};
}

double Statement::real(int column) {
  if (sqlite3_column_type(stmt_.get(), column) == SQLITE_NULL) return std::numeric_limits<double>::quiet_NaN();
  return sqlite3_column_double(stmt_.get(), column);
}

std::string Statement::text(int column) {
  const auto* data = static_cast<const char*>(static_cast<const void*>(sqlite3_column_text(stmt_.get(), column)));
  if (data == nullptr) return {};
  return {data, static_cast<std::size_t>(sqlite3_column_bytes(stmt_.get(), column))};
}

rca::Result<Transaction> Transaction::begin(sqlite3* db) {
  RCA_TRY(execute(db, "BEGIN IMMEDIATE"));
  return Transaction(db);
}

Transaction::~Transaction() {
  if (db_ != nullptr) sqlite3_exec(db_, "ROLLBACK", nullptr, nullptr, nullptr);
}

rca::Result<void> Transaction::commit() {
  RCA_TRY(execute(db_, "COMMIT"));
  db_ = nullptr;
  return {};
}

}  // namespace exporter::sqlite
