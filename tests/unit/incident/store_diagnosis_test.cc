#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "exporter/incident/diagnosis_json.h"
#include "exporter/incident/sqlite.h"
#include "exporter/incident/store.h"
#include "exporter/incident/store_schema.h"
#include "tests/support/temp_dir.h"
#include "tests/unit/incident/sample_diagnosis.h"

namespace exporter {
namespace {

using testing::HasSubstr;

Incident diagnosed(const std::string& id, std::int64_t onset_ms, std::int64_t resolved_ms) {
  Incident one;
  one.id = id;
  one.slo = "ttft";
  one.onset_ms = onset_ms;
  one.detected_ms = onset_ms + 10'000;
  one.resolved_ms = resolved_ms;
  one.sli_value = 2.9;
  one.threshold = 1;
  one.objective = 0.99;
  one.budget_window_ms = 30LL * 24 * 3600 * 1000;
  one.bad_ms = 2'592'000;
  one.bad_events = 12.5;
  one.counted_ms = onset_ms + 20'000;
  one.mitigated_ms = resolved_ms == 0 ? 0 : resolved_ms - 60'000;
  one.diagnosis = std::make_shared<rca::Diagnosis>(sample_diagnosis());
  one.impact.before = 0.31;
  one.impact.worst = 2.9;
  one.impact.worst_ms = onset_ms + 65'000;
  one.impact.subject = "falcon-h1-7b";
  one.impact.measured = 3;
  one.impact.touched = {"ray-replicas-1"};
  one.impact.touched_share = 0.33;
  one.recurrence = {"ray-replicas", "compute_saturation", 2, {"older", "old"}, {"e2e"}};
  one.checks = {
      {0, ActionState::failed, "SLI below 1 s", onset_ms, onset_ms + 5, onset_ms + 4, onset_ms + 3, 12, "no"}};
  return one;
}

TEST(StoredDiagnosis, ComesBackAsItWas) {
  const test_support::TempDir dir;
  const Incident saved = diagnosed("i", 1795332580000, 0);
  ASSERT_TRUE((*IncidentStore::open(dir.file("rca.db")))->save(saved).ok());
  const auto store = IncidentStore::open(dir.file("rca.db"));
  ASSERT_TRUE(store.ok());
  const auto found = (*store)->find("i");
  ASSERT_TRUE(found.ok() && found->has_value());
  const Incident& loaded = **found;
  ASSERT_NE(loaded.diagnosis, nullptr);
  // The document holds every field; what it says of both must be the same.
  EXPECT_EQ(findings_document(loaded), findings_document(saved));
  EXPECT_EQ(to_json(*loaded.diagnosis), to_json(sample_diagnosis()));
  const rca::Diagnosis& d = *loaded.diagnosis;
  EXPECT_EQ(d.entity, "ray-replicas-1");
  ASSERT_EQ(d.findings.size(), 3U);
  EXPECT_EQ(d.findings[1].role, rca::Role::contributing_factor);
  EXPECT_EQ(d.findings[0].evidence.since_ms, 1795332575000);
  EXPECT_EQ(d.findings[0].evidence.before, 1.41e9);
  EXPECT_EQ(d.whys.back().step, 2);
  EXPECT_TRUE(d.scope[0].touched);
  EXPECT_FALSE(d.scope[1].touched);
  EXPECT_EQ(d.actions[1].kind, rca::ActionKind::prevent);
  EXPECT_EQ(d.fishbone[1].branch, rca::FishboneBranch::process);
  EXPECT_EQ(loaded.impact.worst_ms, saved.impact.worst_ms);
  EXPECT_EQ(loaded.impact.touched, saved.impact.touched);
  EXPECT_TRUE(std::isnan(loaded.impact.traffic_before));
  EXPECT_EQ(loaded.recurrence.incidents, saved.recurrence.incidents);
  ASSERT_EQ(loaded.checks.size(), 1U);
  EXPECT_EQ(loaded.checks[0].state, ActionState::failed);
  EXPECT_EQ(loaded.checks[0].checked_ms, saved.checks[0].checked_ms);
  EXPECT_EQ(loaded.bad_ms, saved.bad_ms);
  EXPECT_EQ(loaded.counted_ms, saved.counted_ms);
  EXPECT_EQ(loaded.bad_events, 12.5);
  EXPECT_EQ(loaded.budget_events, 0);
  EXPECT_NEAR(loaded.budget_consumed(), 0.1, 1e-12);
}

TEST(StoredDiagnosis, IsBounded) {
  Incident one = diagnosed("i", 1795332580000, 0);
  rca::Diagnosis d = sample_diagnosis();
  d.assessment.entities.resize(500, d.assessment.entities.front());
  d.assessment.entities[0].items.resize(500, d.assessment.entities.front().items.front());
  d.assessment.classes.resize(5000, d.assessment.classes.front());
  one.diagnosis = std::make_shared<rca::Diagnosis>(d);
  Incident back;
  ASSERT_TRUE(read_findings_document(findings_document(one), back).ok());
  EXPECT_EQ(back.diagnosis->assessment.entities.size(), kMaxStoredEntities);
  EXPECT_EQ(back.diagnosis->assessment.entities[0].items.size(), kMaxStoredEvidence);
  EXPECT_EQ(back.diagnosis->assessment.classes.size(), kMaxStoredClasses);
}

TEST(StoredDiagnosis, OfAnotherShapeIsReadAsFarAsItGoes) {
  Incident one;
  const std::string document =
      R"({"diagnosis": {"entity": "a", "fault_class": 7, "novelty": [1], "whys": [{"step": 1, "effect": "x"}, 3],
          "actions": [], "findings": [{"role": "villain"}]}, "checks": [{"action": 4}], "impact": "none"})";
  ASSERT_TRUE(read_findings_document(document, one).ok());
  EXPECT_EQ(one.diagnosis->entity, "a");
  EXPECT_EQ(one.diagnosis->fault_class, "");
  ASSERT_EQ(one.diagnosis->whys.size(), 2U);
  EXPECT_EQ(one.diagnosis->whys[0].effect, "x");
  EXPECT_EQ(one.diagnosis->findings.at(0).role, rca::Role::symptom);
  EXPECT_TRUE(one.checks.empty());  // of an action that is not there
  EXPECT_FALSE(read_findings_document("[1]", one).ok());
  EXPECT_FALSE(read_findings_document("{", one).ok());
}

TEST(StoredDiagnosis, TextThatIsNoUtf8IsStoredAllTheSame) {
  Incident one = diagnosed("i", 1795332580000, 0);
  rca::Diagnosis d = sample_diagnosis();
  d.whys[0].effect = "caf\xff";
  one.diagnosis = std::make_shared<rca::Diagnosis>(d);
  const auto store = IncidentStore::open(":memory:");
  ASSERT_TRUE(store.ok());
  ASSERT_TRUE((*store)->save(one).ok());
  EXPECT_EQ((**(*store)->find("i")).diagnosis->whys[0].effect, "caf\xef\xbf\xbd");
}

TEST(StoredDiagnosis, IncidentsOfTheSameKindAreFound) {
  const auto opened = IncidentStore::open(":memory:");
  ASSERT_TRUE(opened.ok());
  IncidentStore& store = **opened;
  Incident other = diagnosed("other", 5000, 6000);
  other.recurrence.fault_class = "network_latency";
  ASSERT_TRUE(store.save(other).ok());
  ASSERT_TRUE(store.save(diagnosed("b", 3000, 4000)).ok());
  ASSERT_TRUE(store.save(diagnosed("a", 1000, 2000)).ok());
  const auto same = store.same_kind("ray-replicas", "compute_saturation");
  ASSERT_TRUE(same.ok());
  ASSERT_EQ(same->size(), 2U);
  EXPECT_EQ((*same)[0].id, "a");
  EXPECT_EQ((*same)[1].id, "b");
  EXPECT_EQ((*same)[1].resolved_ms, 4000);
  EXPECT_TRUE(store.same_kind("nobody", "")->empty());
}

TEST(StoredDiagnosis, AStoreOfTheSecondSchemaKeepsItsIncidents) {
  const test_support::TempDir dir;
  const std::string path = dir.file("rca.db");
  {
    sqlite3* raw = nullptr;
    ASSERT_EQ(sqlite3_open(path.c_str(), &raw), SQLITE_OK);
    const sqlite::Database db(raw);
    for (std::size_t i = 0; i < 2; ++i) ASSERT_TRUE(sqlite::execute(raw, store_migrations()[i]).ok());
    ASSERT_TRUE(sqlite::execute(raw,
                                "INSERT INTO incident VALUES ('old', 'itl', 0, 1, 2, 3, 4.5, 1, 'baro', "
                                "'inter_token_latency', 'seconds', 0.95, '', '', '')")
                    .ok());
    const std::string stamp =
        "PRAGMA application_id = " + std::to_string(kStoreApplicationId) + "; PRAGMA user_version = 2";
    ASSERT_TRUE(sqlite::execute(raw, stamp.c_str()).ok());
  }
  const auto store = IncidentStore::open(path);
  ASSERT_TRUE(store.ok()) << store.error().message;
  const auto old = (*store)->find("old");
  ASSERT_TRUE(old.ok() && old->has_value());
  EXPECT_EQ((*old)->unit, "seconds");
  EXPECT_EQ((*old)->diagnosis, nullptr);
  EXPECT_EQ((*old)->bad_ms, 0);
  EXPECT_TRUE(std::isnan((*old)->budget_consumed()));
  ASSERT_TRUE((*store)->save(diagnosed("new", 1000, 0)).ok());
  EXPECT_EQ((*store)->load(10)->size(), 2U);
}

}  // namespace
}  // namespace exporter
