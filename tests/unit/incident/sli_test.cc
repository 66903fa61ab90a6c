#include "exporter/incident/sli.h"

#include <gtest/gtest.h>

#include <cmath>
#include <limits>

namespace exporter {
namespace {

Slo slo_of(SliKind kind, double threshold) {
  Slo slo;
  slo.name = "s";
  slo.sli = kind;
  slo.threshold = threshold;
  return slo;
}

TEST(Sli, LargeLatenciesBreak) {
  const Slo slo = slo_of(SliKind::time_to_first_token, 2);
  EXPECT_FALSE(breaks(slo, 2));
  EXPECT_TRUE(breaks(slo, 2.001));
  EXPECT_TRUE(breaks(slo, std::numeric_limits<double>::infinity()));
  IncidentOptions options;
  options.resolve_ratio = 0.9;
  EXPECT_TRUE(keeps_with_margin(slo, options, 1.8));
  EXPECT_FALSE(keeps_with_margin(slo, options, 1.81));
}

TEST(Sli, SmallThroughputBreaks) {
  const Slo slo = slo_of(SliKind::throughput, 900);
  EXPECT_TRUE(breaks(slo, 899));
  EXPECT_FALSE(breaks(slo, 900));
  IncidentOptions options;
  options.resolve_ratio = 0.9;
  EXPECT_TRUE(keeps_with_margin(slo, options, 1000));
  EXPECT_FALSE(keeps_with_margin(slo, options, 999));
}

TEST(Sli, AnAvailabilityCanAlwaysBeKeptAgain) {
  const Slo slo = slo_of(SliKind::availability, 0.99);
  IncidentOptions options;
  options.resolve_ratio = 0.9;
  EXPECT_TRUE(breaks(slo, 0.98));
  EXPECT_TRUE(keeps_with_margin(slo, options, 1));
  EXPECT_TRUE(keeps_with_margin(slo, options, 0.9911));
  EXPECT_FALSE(keeps_with_margin(slo, options, 0.9905));
}

TEST(Sli, NoErrorsAtAllCanBeAnObjective) {
  const Slo slo = slo_of(SliKind::error_ratio, 0);
  EXPECT_TRUE(breaks(slo, 0.001));
  EXPECT_FALSE(breaks(slo, 0));
  EXPECT_TRUE(keeps_with_margin(slo, {}, 0));
}

TEST(Sli, MissingDataNeitherBreaksNorKeeps) {
  const double missing = std::nan("");
  for (const SliKind kind : {SliKind::time_to_first_token, SliKind::inter_token_latency, SliKind::end_to_end_latency,
                             SliKind::error_ratio, SliKind::availability, SliKind::throughput}) {
    const Slo slo = slo_of(kind, 0.5);
    EXPECT_FALSE(breaks(slo, missing));
    EXPECT_FALSE(keeps_with_margin(slo, {}, missing));
    EXPECT_EQ(worse(kind, missing, 3), 3);
    EXPECT_EQ(worse(kind, 3, missing), 3);
    EXPECT_FALSE(sli_name(kind).empty());
    EXPECT_FALSE(sli_unit(kind).empty());
  }
  EXPECT_EQ(worse(SliKind::throughput, 1, 2), 1);
  EXPECT_EQ(worse(SliKind::error_ratio, 1, 2), 2);
}

TEST(Sli, QualityBreaksBelowAndDefectsAbove) {
  Slo slo;
  slo.sli = SliKind::quality;
  slo.threshold = 0.7;
  EXPECT_TRUE(breaks(slo, 0.69));
  EXPECT_FALSE(breaks(slo, 0.7));
  EXPECT_TRUE(higher_is_better(slo.sli));
  EXPECT_EQ(worse(slo.sli, 0.6, 0.8), 0.6);
  EXPECT_EQ(sli_unit(slo.sli), "ratio");
  const IncidentOptions options;  // resolve_ratio 0.9: 0.27 may be missing to 1
  EXPECT_TRUE(keeps_with_margin(slo, options, 0.7301));
  EXPECT_FALSE(keeps_with_margin(slo, options, 0.7299));
  slo.sli = SliKind::quality_defect;
  slo.threshold = 0.1;
  EXPECT_TRUE(breaks(slo, 0.11));
  EXPECT_FALSE(breaks(slo, 0.1));
  EXPECT_EQ(worse(slo.sli, 0.6, 0.8), 0.8);
  EXPECT_TRUE(keeps_with_margin(slo, options, 0.09));
  EXPECT_FALSE(keeps_with_margin(slo, options, 0.091));
}

}  // namespace
}  // namespace exporter
