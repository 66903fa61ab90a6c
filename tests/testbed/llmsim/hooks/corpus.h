// What the vector store finds: the contents, not the time it takes. A query is compared with an index of documents of a
// certain age; what is not similar enough is left out.
#pragma once

#include <cstdint>

#include "tests/testbed/llmsim/histogram.h"
#include "tests/testbed/llmsim/hooks/inputs.h"
#include "tests/testbed/llmsim/random.h"

namespace llmsim {

// State of the index; assumed.
struct IndexState {
  double match = 0.82;      // mean similarity of a query on a known topic and its documents, 0..1
  double age_days = 21;     // mean age of the documents
  double outdated = 0.03;   // share of the documents that no longer say what is true
  double coverage = 0.995;  // share of the queries for which the index holds anything at all
};

struct Retrieval {
  int documents = 0;
  int tokens = 0;
  double score = 0;        // mean similarity, 0..1; 0 without documents
  double relevance = 0;    // mean, how much they bear on the question, 0..1
  double outdated = 0;     // share of them
  double age_seconds = 0;  // mean
};

// What the retriever and the judge of its results count.
struct RetrievalMetrics {
  RetrievalMetrics();
  std::uint64_t found = 0, empty = 0;
  Histogram score, age, relevance;
};

class Corpus {
 public:
  explicit Corpus(std::uint64_t seed);

  // wanted: how many documents are asked for; tokens: of each.
  Retrieval search(const UserInput& query, int wanted = 4, int tokens = 130);
  [[nodiscard]] IndexState& state() { return state_; }
  // The judge looked at what was found for one query.
  void judged(double relevance) { metrics_.relevance.observe(relevance); }
  [[nodiscard]] const RetrievalMetrics& metrics() const { return metrics_; }

 private:
  Random random_;
  IndexState state_;
  RetrievalMetrics metrics_;
};

}  // namespace llmsim
