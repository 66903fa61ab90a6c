#include "tests/testbed/llmsim/hooks/corpus.h"

#include <algorithm>
#include <array>
#include <cmath>

#include "tests/testbed/llmsim/hooks/evaluation.h"

namespace llmsim {
namespace {

// All assumed.
constexpr double kLeastScore = 0.45;      // what is less similar is left out
constexpr double kQuerySpread = 0.05;     // of the similarity, between queries
constexpr double kDocumentSpread = 0.06;  // between the documents of a query
constexpr double kTopicLoss = 0.45;       // of similarity, from a known topic to an unknown one
constexpr double kForeignLoss = 0.15;

constexpr std::array kAgeBounds = {3600.0,    21600.0,   86400.0,   259200.0,   604800.0,
                                   1209600.0, 2592000.0, 7776000.0, 15552000.0, 31536000.0};

const Buckets& age_buckets() {
  static const Buckets buckets = make_buckets(kAgeBounds, NumberStyle::go);
  return buckets;
}

}  // namespace

RetrievalMetrics::RetrievalMetrics() : score(score_buckets()), age(age_buckets()), relevance(score_buckets()) {}

Corpus::Corpus(std::uint64_t seed) : random_(seed, "corpus") {}

Retrieval Corpus::search(const UserInput& query, int wanted, int tokens) {
  Retrieval out;
  const double base = state_.match - kTopicLoss * query.topic_distance - (query.foreign ? kForeignLoss : 0) +
                      kQuerySpread * random_.normal();
  const bool covered = random_.uniform() < state_.coverage;
  double score = 0;
  double age = 0;
  int outdated = 0;
  for (int i = 0; i < wanted; ++i) {
    const double similarity = std::clamp(base + kDocumentSpread * random_.normal(), 0.0, 1.0);
    const double days = random_.exponential(state_.age_days);
    const bool old = random_.uniform() < state_.outdated;
    if (!covered || similarity < kLeastScore) continue;
    ++out.documents;
    score += similarity;
    age += 86400 * days;
    outdated += old ? 1 : 0;
  }
  const double noise = random_.normal();
  if (out.documents == 0) {
    ++metrics_.empty;
    return out;
  }
  ++metrics_.found;
  out.tokens = tokens * out.documents;
  out.score = score / out.documents;
  out.age_seconds = age / out.documents;
  out.outdated = static_cast<double>(outdated) / out.documents;
  // What is found bears on the question about as far as it is similar.
  out.relevance = 1 / (1 + std::exp(-(8 * (out.score - 0.58) + 0.4 * noise)));
  metrics_.score.observe(out.score);
  metrics_.age.observe(out.age_seconds);
  return out;
}

}  // namespace llmsim
