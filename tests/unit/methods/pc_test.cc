#include <gtest/gtest.h>

#include "tests/unit/methods/planted.h"

namespace rca {
namespace {

Result<Ranking> rank_view(std::string_view method, const IncidentView& view) {
  return (*find_method(method))->rank(view, {});
}

TEST(PcMethods, BothHeadsRankEveryVariableAndFollowTheChain) {
  const auto incident = testing::planted_incident();
  for (const std::string_view name : {"pc_pagerank", "pc_randomwalk"}) {
    const auto ranking = rank_view(name, incident.view());
    ASSERT_TRUE(ranking.ok()) << name << ": " << ranking.error().message;
    EXPECT_EQ(ranking->signals.size(), 6U) << name;
    EXPECT_NE(ranking->entities[0].entity, "other") << name;
    EXPECT_NE(ranking->entities[0].evidence.text.find("PC graph"), std::string::npos);
  }
  EXPECT_EQ(rank_view("pc_randomwalk", incident.view())->entities.back().entity, "other");
}

TEST(PcMethods, TooLittleThatVariesIsMissingInput) {
  testing::FrameBuilder builder(20);
  builder.add("a", "load", "", [](Eigen::Index row) { return static_cast<double>(row); });
  const auto ranking = testing::rank("pc_pagerank", builder.frame(), 10);
  ASSERT_FALSE(ranking.ok());
  EXPECT_EQ(ranking.error().kind, ErrorKind::missing_input);
}

}  // namespace
}  // namespace rca
