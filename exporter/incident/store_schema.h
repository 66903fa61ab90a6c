// The tables of the incident store, and how a file is opened without harming what is not ours.
#pragma once

#include <span>
#include <string>

#include "common/result.h"
#include "exporter/incident/sqlite.h"

namespace exporter {

// SQLite's application_id of our files: "RCA1".
inline constexpr std::int64_t kStoreApplicationId = 0x52434131;

// What brings a file from version n (0: empty) to n + 1. Never edit an entry that was released: add one.
std::span<const char* const> store_migrations();

// Opens or creates `path`, checks that it is ours and sound, locks it, and migrates it. Errors (io) leave it as it was.
rca::Result<sqlite::Database> open_store_file(const std::string& path);

}  // namespace exporter
