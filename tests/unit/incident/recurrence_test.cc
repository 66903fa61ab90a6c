#include "exporter/incident/recurrence.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace exporter {
namespace {

using testing::ElementsAre;

TEST(EntityClass, IsThePeerGroupWhereThereIsOne) {
  EXPECT_EQ(entity_class("ray-replicas-1", "falcon-h1-7b"), "falcon-h1-7b");
}

TEST(EntityClass, LosesWhatKubernetesAppends) {
  EXPECT_EQ(entity_class("ray-replicas-1", ""), "ray-replicas");
  EXPECT_EQ(entity_class("gateway-7d9f8b6c5d-x2k4j", ""), "gateway");
  EXPECT_EQ(entity_class("vllm-model-server-5c6f7d8b9-zz5kq", ""), "vllm-model-server");
  EXPECT_EQ(entity_class("gpu-node-12", ""), "gpu-node");
}

TEST(EntityClass, KeepsWordsAsTheyAre) {
  EXPECT_EQ(entity_class("vector-store", ""), "vector-store");
  EXPECT_EQ(entity_class("qdrant", ""), "qdrant");
  EXPECT_EQ(entity_class("session-redis", ""), "session-redis");
  EXPECT_EQ(entity_class("10", ""), "10");
  EXPECT_EQ(entity_class("", ""), "");
}

Incident incident(const std::string& id, std::int64_t onset_ms, std::int64_t resolved_ms) {
  Incident one;
  one.id = id;
  one.onset_ms = onset_ms;
  one.resolved_ms = resolved_ms;
  return one;
}

TEST(Recurrence, CountsOccurrencesThatWereOverBefore) {
  const std::vector<IncidentSpan> others{{"a", 100, 200}, {"b", 300, 400}, {"me", 500, 0}, {"later", 900, 0}};
  const Recurrence found = recurrence_of(incident("me", 500, 800), others);
  EXPECT_EQ(found.earlier, 2);
  EXPECT_THAT(found.incidents, ElementsAre("b", "a"));
  EXPECT_TRUE(found.related.empty());
}

TEST(Recurrence, ObjectivesBrokenTogetherAreOneOccurrence) {
  const std::vector<IncidentSpan> others{{"ttft-1", 100, 200}, {"e2e-1", 110, 230}, {"e2e-2", 510, 0}};
  const Recurrence found = recurrence_of(incident("ttft-2", 500, 0), others);
  EXPECT_EQ(found.earlier, 1);
  EXPECT_THAT(found.incidents, ElementsAre("e2e-1", "ttft-1"));
  EXPECT_THAT(found.related, ElementsAre("e2e-2"));
}

TEST(Recurrence, LinksAreBoundedTheCountIsNot) {
  std::vector<IncidentSpan> others;
  for (int i = 0; i < 25; ++i) others.push_back({"i" + std::to_string(100 + i), i * 100, i * 100 + 50});
  const Recurrence found = recurrence_of(incident("me", 10'000, 0), others);
  EXPECT_EQ(found.earlier, 25);
  ASSERT_EQ(found.incidents.size(), kMaxLinkedIncidents);
  EXPECT_EQ(found.incidents.front(), "i124");
}

TEST(Recurrence, NoneBeforeTheFirst) {
  const Recurrence found = recurrence_of(incident("me", 500, 800), {});
  EXPECT_EQ(found.earlier, 0);
  EXPECT_TRUE(found.incidents.empty());
}

}  // namespace
}  // namespace exporter
