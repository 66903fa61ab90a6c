#include "exporter/incident/store.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <cmath>
#include <filesystem>
#include <fstream>
#include <limits>

#include "exporter/incident/sqlite.h"
#include "exporter/incident/store_schema.h"
#include "tests/support/temp_dir.h"

namespace exporter {
namespace {

using testing::HasSubstr;

std::unique_ptr<IncidentStore> open_store(const std::string& path, StoreOptions options = {}) {
  auto store = IncidentStore::open(path, options);
  EXPECT_TRUE(store.ok()) << store.error().message;
  return store.ok() ? std::move(store).value() : nullptr;
}

std::string open_error(const std::string& path) {
  const auto store = IncidentStore::open(path);
  return store.ok() ? "no error" : store.error().message;
}

Incident incident(const std::string& id, std::int64_t detected_ms, std::int64_t resolved_ms = 0) {
  Incident result;
  result.id = id;
  result.slo = "itl";
  result.detected_ms = detected_ms;
  result.onset_ms = detected_ms - 1000;
  result.resolved_ms = resolved_ms;
  result.sli_value = 4.25;
  result.threshold = 1;
  return result;
}

rca::Candidate candidate(const std::string& entity, double score) {
  return {entity, "gpu_clock", score, {1.4e9, 1.1e9, 1e6, -300, 1795332600000, "GPU clock of " + entity + " fell"}};
}

Incident full_incident() {
  Incident result = incident("itl-20261122T073000Z", 1795332600000);
  result.source = IncidentSource::alertmanager;
  result.sli = "inter_token_latency";
  result.unit = "seconds";
  result.quantile = 0.95;
  result.scope = "ray-head";
  result.summary = "Tokens are slow; 'quoted' \"twice\" ü";
  result.alert = "BurnRate";
  result.alert_fingerprints = {"a", "b"};
  result.answer_method = "baro";
  rca::Ranking first{"peer_deviation", {}, {}};
  rca::Ranking second{"baro", {candidate("x", 9), candidate("y", 1)}, {candidate("x", 9)}};
  second.signals[1].evidence.deviation = std::numeric_limits<double>::infinity();
  second.signals[1].evidence.scale = std::nan("");
  result.rankings = {first, second};
  return result;
}

void expect_equal(const Incident& a, const Incident& b) {
  EXPECT_EQ(a.id, b.id);
  EXPECT_EQ(a.slo, b.slo);
  EXPECT_EQ(a.source, b.source);
  EXPECT_EQ(a.onset_ms, b.onset_ms);
  EXPECT_EQ(a.detected_ms, b.detected_ms);
  EXPECT_EQ(a.resolved_ms, b.resolved_ms);
  EXPECT_EQ(a.sli_value, b.sli_value);
  EXPECT_EQ(a.threshold, b.threshold);
  EXPECT_EQ(a.answer_method, b.answer_method);
  EXPECT_EQ(a.sli, b.sli);
  EXPECT_EQ(a.unit, b.unit);
  EXPECT_EQ(a.quantile, b.quantile);
  EXPECT_EQ(a.scope, b.scope);
  EXPECT_EQ(a.summary, b.summary);
  EXPECT_EQ(a.alert, b.alert);
  EXPECT_EQ(a.alert_fingerprints, b.alert_fingerprints);
  ASSERT_EQ(a.rankings.size(), b.rankings.size());
}

TEST(IncidentStore, GivesBackWhatWasSaved) {
  const test_support::TempDir dir;
  const Incident saved = full_incident();
  ASSERT_TRUE(open_store(dir.file("rca.db"))->save(saved).ok());

  const auto store = open_store(dir.file("rca.db"));
  const auto loaded = store->load(10);
  ASSERT_TRUE(loaded.ok());
  ASSERT_EQ(loaded->size(), 1U);
  const Incident& found = loaded->front();
  expect_equal(found, saved);
  EXPECT_EQ(found.rankings[0].method, "peer_deviation");
  EXPECT_TRUE(found.rankings[0].signals.empty());
  const rca::Ranking& baro = found.rankings[1];
  ASSERT_EQ(baro.signals.size(), 2U);
  ASSERT_EQ(baro.entities.size(), 1U);
  EXPECT_EQ(baro.signals[0].entity, "x");
  EXPECT_EQ(baro.signals[0].score, 9);
  EXPECT_EQ(baro.signals[0].evidence.before, 1.4e9);
  EXPECT_EQ(baro.signals[0].evidence.since_ms, 1795332600000);
  EXPECT_EQ(baro.signals[0].evidence.text, "GPU clock of x fell");
  EXPECT_EQ(baro.signals[1].evidence.deviation, std::numeric_limits<double>::infinity());
  EXPECT_TRUE(std::isnan(baro.signals[1].evidence.scale));

  const auto by_id = store->find(saved.id);
  ASSERT_TRUE(by_id.ok() && by_id->has_value());
  expect_equal(**by_id, saved);
  const auto stranger = store->find("nobody' OR 1=1 --");
  ASSERT_TRUE(stranger.ok());
  EXPECT_FALSE(stranger->has_value());
}

TEST(IncidentStore, SavingAgainReplaces) {
  const auto store = open_store(":memory:");
  Incident one = full_incident();
  ASSERT_TRUE(store->save(one).ok());
  one.resolved_ms = one.detected_ms + 5;
  one.rankings.pop_back();
  one.alert_fingerprints.clear();
  ASSERT_TRUE(store->save(one).ok());
  const auto loaded = store->load(10);
  ASSERT_TRUE(loaded.ok());
  ASSERT_EQ(loaded->size(), 1U);
  EXPECT_EQ(loaded->front().resolved_ms, one.resolved_ms);
  EXPECT_EQ(loaded->front().rankings.size(), 1U);
  EXPECT_TRUE(loaded->front().alert_fingerprints.empty());
}

TEST(IncidentStore, IsPrunedButNeverOfOpenIncidents) {
  StoreOptions options;
  options.max_incidents = 3;
  options.max_candidates = 1;
  const auto store = open_store(":memory:", options);
  ASSERT_TRUE(store->save(incident("open", 1)).ok());
  for (int i = 10; i < 20; ++i) ASSERT_TRUE(store->save(incident("i" + std::to_string(i), i, i + 1)).ok());
  const auto loaded = store->load(100);
  ASSERT_TRUE(loaded.ok());
  std::vector<std::string> ids;
  for (const Incident& one : *loaded) ids.push_back(one.id);
  EXPECT_THAT(ids, testing::ElementsAre("i19", "i18", "i17", "open"));
  const auto fewer = store->load(1);
  ASSERT_TRUE(fewer.ok());
  EXPECT_EQ(fewer->size(), 2U);

  ASSERT_TRUE(store->save(full_incident()).ok());
  const auto full = store->find(full_incident().id);
  ASSERT_TRUE(full.ok() && full->has_value());
  EXPECT_EQ((*full)->rankings[1].signals.size(), 1U);
}

TEST(IncidentStore, KeepsChangeEventsOnceAndBounded) {
  StoreOptions options;
  options.max_changes = 4;
  const auto store = open_store(":memory:", options);
  const std::vector<rca::ChangeEvent> events{
      {100, "deployment", "a", "v1", "v2"}, {300, "scaling", "b", "1", "2"}, {200, "configuration", "c", "", ""}};
  ASSERT_TRUE(store->add_changes(events).ok());
  ASSERT_TRUE(store->add_changes(events).ok());
  const auto all = store->changes(0, 100);
  ASSERT_TRUE(all.ok());
  ASSERT_EQ(all->size(), 3U);
  EXPECT_EQ((*all)[0].time_ms, 300);
  EXPECT_EQ((*all)[2].entity, "a");
  EXPECT_EQ((*all)[2].from, "v1");
  EXPECT_EQ((*all)[2].to, "v2");
  EXPECT_EQ(store->changes(200, 100)->size(), 2U);
  EXPECT_EQ(store->changes(0, 1)->size(), 1U);
  // All at the same instant: the bound still holds.
  std::vector<rca::ChangeEvent> burst;
  for (int i = 0; i < 50; ++i) burst.push_back({1000, "scaling", "e" + std::to_string(i), "", ""});
  ASSERT_TRUE(store->add_changes(burst).ok());
  EXPECT_EQ(store->changes(0, 100)->size(), 4U);
}

TEST(IncidentStore, AFileIsLockedWhileItIsOpen) {
  const test_support::TempDir dir;
  const auto store = open_store(dir.file("rca.db"));
  EXPECT_THAT(open_error(dir.file("rca.db")), HasSubstr("is in use by another process"));
}

TEST(IncidentStore, RefusesWhatIsNoDatabaseAndLeavesItAlone) {
  const test_support::TempDir dir;
  const std::string text = "These are my notes, not a database. " + std::string(2000, '.');
  const std::string path = dir.write("notes.txt", text);
  EXPECT_THAT(open_error(path), HasSubstr("is not an SQLite file"));
  EXPECT_EQ(test_support::read_text(path), text);
  EXPECT_THAT(open_error(dir.path().string()), HasSubstr("incident store " + dir.path().string()));
  EXPECT_THAT(open_error(dir.file("no/such/folder.db")), HasSubstr("unable to open"));
}

void run_sql(const std::string& path, const std::string& sql) {
  sqlite3* raw = nullptr;
  ASSERT_EQ(sqlite3_open(path.c_str(), &raw), SQLITE_OK);
  const sqlite::Database db(raw);
  ASSERT_EQ(sqlite3_exec(raw, sql.c_str(), nullptr, nullptr, nullptr), SQLITE_OK) << sqlite3_errmsg(raw);
}

TEST(IncidentStore, RefusesAnotherProgramsDatabaseAndLeavesItAlone) {
  const test_support::TempDir dir;
  const std::string path = dir.file("theirs.db");
  run_sql(path, "CREATE TABLE incident (mine TEXT); INSERT INTO incident VALUES ('precious')");
  const std::string before = test_support::read_text(path);
  EXPECT_THAT(open_error(path), HasSubstr("is a database of another program"));
  EXPECT_EQ(test_support::read_text(path), before);
}

TEST(IncidentStore, RefusesANewerSchema) {
  const test_support::TempDir dir;
  const std::string path = dir.file("rca.db");
  open_store(path);
  run_sql(path, "PRAGMA user_version = 4711");
  EXPECT_THAT(open_error(path), HasSubstr("written by a newer version"));
}

TEST(IncidentStore, RefusesADamagedFileAndLeavesItAlone) {
  const test_support::TempDir dir;
  const std::string path = dir.file("rca.db");
  {
    const auto store = open_store(path);
    for (int i = 0; i < 50; ++i) ASSERT_TRUE(store->save(incident("i" + std::to_string(i), i, i + 1)).ok());
  }
  std::string bytes = test_support::read_text(path);
  ASSERT_GT(bytes.size(), 3U * 4096);
  for (std::size_t i = 4096; i < bytes.size(); ++i) bytes[i] = static_cast<char>(i * 7);
  std::ofstream(path, std::ios::binary) << bytes;
  EXPECT_THAT(open_error(path), HasSubstr("is damaged"));
  EXPECT_EQ(test_support::read_text(path), bytes);
}

TEST(IncidentStore, MigratesAnOlderSchema) {
  const test_support::TempDir dir;
  const std::string path = dir.file("rca.db");
  ASSERT_GE(store_migrations().size(), 2U);
  run_sql(path, store_migrations()[0]);
  run_sql(path, "INSERT INTO incident VALUES ('old', 'itl', 0, 1, 2, 3, 4.5, 1, 'baro')");
  run_sql(path, "PRAGMA application_id = " + std::to_string(kStoreApplicationId) + "; PRAGMA user_version = 1");
  {
    const auto store = open_store(path);
    const auto old = store->find("old");
    ASSERT_TRUE(old.ok() && old->has_value());
    EXPECT_EQ((*old)->sli_value, 4.5);
    EXPECT_EQ((*old)->unit, "");
    ASSERT_TRUE(store->save(full_incident()).ok());
  }
  EXPECT_EQ(open_store(path)->load(10)->size(), 2U);
}

TEST(IncidentStore, AnUnfinishedMigrationLeavesTheOldFile) {
  const test_support::TempDir dir;
  const std::string path = dir.file("rca.db");
  run_sql(path, store_migrations()[0]);
  // The second migration adds this column too and fails on it.
  run_sql(path, "ALTER TABLE incident ADD COLUMN alert TEXT NOT NULL DEFAULT ''");
  run_sql(path, "PRAGMA application_id = " + std::to_string(kStoreApplicationId) + "; PRAGMA user_version = 1");
  EXPECT_THAT(open_error(path), HasSubstr("migration to schema version 2"));
  run_sql(path, "INSERT INTO incident VALUES ('old', 'itl', 0, 1, 2, 3, 4.5, 1, 'baro', '')");
  EXPECT_THAT(open_error(path), HasSubstr("duplicate column name: alert"));
}

TEST(IncidentStore, AFileThatCannotBeWrittenIsAnError) {
  if (geteuid() == 0) GTEST_SKIP() << "root may write anywhere";
  const test_support::TempDir dir;
  const std::string path = dir.file("rca.db");
  open_store(path);
  std::filesystem::permissions(path, std::filesystem::perms::owner_read);
  EXPECT_THAT(open_error(path), HasSubstr("readonly"));
}

}  // namespace
}  // namespace exporter
