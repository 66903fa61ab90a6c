#include "exporter/incident/score.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <limits>

namespace exporter {
namespace {

using testing::DoubleEq;
using testing::ElementsAre;
using testing::IsEmpty;

std::vector<rca::Candidate> candidates(std::initializer_list<double> scores) {
  std::vector<rca::Candidate> result;
  for (const double score : scores) result.push_back({"e", "s", score, {}});
  return result;
}

TEST(ScoreShares, SumToOneOverWhatIsPublished) {
  EXPECT_THAT(score_shares(candidates({6, 3, 1, 90}), 3), ElementsAre(DoubleEq(0.6), DoubleEq(0.3), DoubleEq(0.1)));
  EXPECT_THAT(score_shares(candidates({5}), 10), ElementsAre(1.0));
  EXPECT_THAT(score_shares({}, 10), IsEmpty());
  EXPECT_THAT(score_shares(candidates({1, 2}), 0), IsEmpty());
}

TEST(ScoreShares, NegativeScoresAreNoShare) {
  EXPECT_THAT(score_shares(candidates({4, 0, -3}), 3), ElementsAre(1.0, 0.0, 0.0));
}

TEST(ScoreShares, WithoutPreferenceAllAreEqual) {
  EXPECT_THAT(score_shares(candidates({0, 0, -1, 0}), 4), ElementsAre(0.25, 0.25, 0.25, 0.25));
}

TEST(ScoreShares, HugeAndBrokenScoresDoNotSpread) {
  const double huge = std::numeric_limits<double>::max();
  EXPECT_THAT(score_shares(candidates({huge, huge}), 2), ElementsAre(0.5, 0.5));
  EXPECT_THAT(score_shares(candidates({std::nan(""), 2}), 2), ElementsAre(0.0, 1.0));
}

}  // namespace
}  // namespace exporter
