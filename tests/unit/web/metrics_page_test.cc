#include "exporter/web/metrics_page.h"

#include <gtest/gtest.h>

#include "tests/unit/metrics/sample_snapshot.h"
#include "tests/unit/web/gunzip.h"

namespace exporter {
namespace {

const BuildLabels kBuild{"0.1.0", "abc", "gcc"};

TEST(MetricsPage, IsTheSnapshotsTextWithTheProcessBehind) {
  const Snapshot snapshot = sample_snapshot();
  const auto page = MetricsPage::create(snapshot, kBuild);
  ASSERT_TRUE(page.ok());
  const std::string expected = render(snapshot_families(snapshot, kBuild));
  const std::string text = page->plain();
  EXPECT_EQ(page->size(), expected.size());
  EXPECT_TRUE(text.starts_with(expected));
  EXPECT_NE(text.find("process_resident_memory_bytes "), std::string::npos);
}

TEST(MetricsPage, TheCompressedOneHoldsTheSame) {
  const Snapshot sample = sample_snapshot();
  Snapshot large = sample;
  for (int i = 0; i < 20'000; ++i)
    large.anomalies.push_back({"entity-" + std::to_string(i % 100), "s" + std::to_string(i), i * 0.37});
  for (const Snapshot* snapshot : {&sample, static_cast<const Snapshot*>(&large)}) {
    const auto page = MetricsPage::create(*snapshot, kBuild);
    ASSERT_TRUE(page.ok());
    const auto compressed = page->gzip();
    ASSERT_TRUE(compressed.ok());
    EXPECT_LT(compressed->size(), page->size() / 2);
    const auto text = gunzip(*compressed);
    ASSERT_TRUE(text.has_value());
    EXPECT_TRUE(text->starts_with(render(snapshot_families(*snapshot, kBuild))));
    EXPECT_NE(text->find("process_threads "), std::string::npos);
    EXPECT_TRUE(text->ends_with("\n"));
  }
}

}  // namespace
}  // namespace exporter
