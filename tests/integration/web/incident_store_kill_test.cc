// What the store has acknowledged is there after `kill -9`, however often and whenever that comes.
#include <gtest/gtest.h>

#include <algorithm>
#include <cstdlib>
#include <map>
#include <random>
#include <sstream>
#include <utility>

#include "exporter/incident/store.h"
#include "tests/support/process.h"
#include "tests/support/temp_dir.h"
#include "tests/support/wait.h"

namespace exporter {
namespace {

// What the writer was told is safe.
struct Acknowledged {
  std::map<long, bool> incidents;  // number → resolved
  std::map<long, bool> changes;
  long last = -1;
};

void read_log(const std::string& log, Acknowledged& acknowledged) {
  // The last line may be cut off in the middle.
  std::istringstream lines(log.substr(0, log.rfind('\n') + 1));
  std::string word;
  long number = 0;
  for (std::string line; std::getline(lines, line);) {
    std::istringstream fields(line);
    if (!(fields >> word >> number)) continue;
    if (word == "opened") acknowledged.incidents[number] = false;
    if (word == "resolved") acknowledged.incidents[number] = true;
    if (word == "change") acknowledged.changes[number] = true;
    acknowledged.last = std::max(acknowledged.last, number);
  }
}

void verify(const std::string& path, const Acknowledged& acknowledged) {
  const auto store = IncidentStore::open(path, {1'000'000, 1'000'000, 100});
  ASSERT_TRUE(store.ok()) << store.error().message;
  const auto incidents = (*store)->load(1'000'000);
  ASSERT_TRUE(incidents.ok()) << incidents.error().message;
  std::map<std::string, const Incident*> found;
  for (const Incident& incident : *incidents) found[incident.id] = &incident;
  for (const auto& [number, resolved] : acknowledged.incidents) {
    const auto it = found.find("i" + std::to_string(number));
    ASSERT_NE(it, found.end()) << "incident " << number << " was acknowledged and is lost";
    EXPECT_FALSE(resolved && it->second->open()) << "the resolution of " << number << " was acknowledged and is lost";
  }
  // Never half an incident.
  for (const Incident& incident : *incidents) {
    ASSERT_EQ(incident.rankings.size(), 1U) << incident.id;
    EXPECT_EQ(incident.rankings[0].signals.size(), 20U) << incident.id;
    EXPECT_EQ(incident.rankings[0].entities.size(), 20U) << incident.id;
  }
  const auto changes = (*store)->changes(0, 1'000'000);
  ASSERT_TRUE(changes.ok());
  std::map<long, bool> stored;
  for (const rca::ChangeEvent& change : *changes) stored[static_cast<long>(change.time_ms)] = true;
  for (const auto& [number, present] : acknowledged.changes) EXPECT_TRUE(stored.contains(number)) << number;
}

TEST(IncidentStoreKill, WhatWasAcknowledgedIsThere) {
  constexpr int kKills = 20;
  const char* bin = std::getenv("RCA_BIN_DIR");
  ASSERT_NE(bin, nullptr);
  const test_support::TempDir dir;
  const std::string path = dir.file("rca.db");
  Acknowledged acknowledged;
  std::mt19937 random(20261122);
  for (int round = 0; round < kKills; ++round) {
    const std::string log = dir.file("log" + std::to_string(round));
    auto writer = test_support::Process::start(
        {{std::string(bin) + "/incident_store_writer", path, std::to_string(acknowledged.last + 1)}, {}, {}, log});
    ASSERT_TRUE(writer.ok()) << writer.error().message;
    // Killed after some number of acknowledged writes, i.e. anywhere inside the next.
    const std::size_t lines = 1 + random() % 40;
    const bool wrote = test_support::wait_until([&] {
      const std::string text = (*writer)->output();
      return std::cmp_greater_equal(std::count(text.begin(), text.end(), '\n'), lines) || !(*writer)->running();
    });
    ASSERT_TRUE(wrote);
    ASSERT_TRUE((*writer)->running()) << (*writer)->output();
    (*writer)->kill();
    read_log((*writer)->output(), acknowledged);
    verify(path, acknowledged);
    if (HasFatalFailure()) return;
  }
  EXPECT_GT(acknowledged.last, kKills);
}

}  // namespace
}  // namespace exporter
