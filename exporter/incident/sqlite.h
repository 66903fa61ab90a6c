// SQLite's C interface with owners and results. For the files of this folder only.
#pragma once

#include <sqlite3.h>

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

#include "common/result.h"

namespace exporter::sqlite {

struct CloseDatabase {
  void operator()(sqlite3* db) const { sqlite3_close_v2(db); }
};
using Database = std::unique_ptr<sqlite3, CloseDatabase>;

// What SQLite says about its last error on `db`, kind io.
rca::Error last_error(sqlite3* db, std::string_view what);

// Runs SQL that gives no rows.
rca::Result<void> execute(sqlite3* db, const char* sql);

// A prepared statement that is kept and used again. Parameters are numbered from 1, columns from 0.
class Statement {
 public:
  static rca::Result<Statement> prepare(sqlite3* db, const char* sql);

  void bind(int index, std::int64_t value) { sqlite3_bind_int64(stmt_.get(), index, value); }
  void bind(int index, double value) { sqlite3_bind_double(stmt_.get(), index, value); }  // NaN becomes NULL
  // `value` must live until the statement has run.
  void bind(int index, std::string_view value) {
    sqlite3_bind_text64(stmt_.get(), index, value.empty() ? "" : value.data(), value.size(), SQLITE_STATIC,
                        SQLITE_UTF8);
  }

  // true: there is a row; false: the end (the statement is reset). On an error it is reset as well.
  rca::Result<bool> step();
  // Runs to the end, for statements that give no rows.
  rca::Result<void> run();
  void reset() { sqlite3_reset(stmt_.get()); }

  [[nodiscard]] std::int64_t integer(int column) { return sqlite3_column_int64(stmt_.get(), column); }
  [[nodiscard]] double real(int column);  // NULL is NaN
  [[nodiscard]] std::string text(int column);

 private:
  struct Finalize {
    void operator()(sqlite3_stmt* stmt) const { sqlite3_finalize(stmt); }
  };
  explicit Statement(sqlite3_stmt* stmt) : stmt_(stmt) {}
  std::unique_ptr<sqlite3_stmt, Finalize> stmt_;
};

// Rolls back unless it was committed.
class Transaction {
 public:
  static rca::Result<Transaction> begin(sqlite3* db);
  Transaction(Transaction&& other) noexcept : db_(other.db_) { other.db_ = nullptr; }
  Transaction& operator=(Transaction&&) = delete;
  ~Transaction();
  rca::Result<void> commit();

 private:
  explicit Transaction(sqlite3* db) : db_(db) {}
  sqlite3* db_;
};

}  // namespace exporter::sqlite
