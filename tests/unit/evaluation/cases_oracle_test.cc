// nsigma and BARO on labelled incidents, against what the reference implementation scores on them.
#include <gtest/gtest.h>

#include <iostream>
#include <map>
#include <sstream>

#include "exporter/evaluation/run.h"
#include "exporter/evaluation/summary.h"
#include "rca_core/methods/registry.h"
#include "tests/unit/rca_core/oracle.h"

namespace exporter::evaluation {
namespace {

struct Accuracy {
  double cases = 0;
  double ac1 = 0;
  double ac3 = 0;
};

std::map<std::string, Accuracy> reference(const std::string& method) {
  std::map<std::string, Accuracy> out;
  std::ifstream in(oracle::shared_dir() / "oracle" / "reference_results.tsv");
  std::string line;
  while (std::getline(in, line)) {
    std::stringstream cells(line);
    std::string dataset;
    std::string name;
    double cases = 0;
    double ok = 0;
    double ac1 = 0;
    double ac3 = 0;
    if (cells >> dataset >> name >> cases >> ok >> ac1 >> ac3 && name == method) out[dataset] = {cases, ac1, ac3};
  }
  return out;
}

TEST(CasesOracle, AccuracyIsInTheRegionOfTheReference) {
  const auto folder = oracle::shared_dir() / "cases";
  RCA_SKIP_WITHOUT(folder);
  const auto cases = dataset::find_cases({folder});
  ASSERT_TRUE(cases.ok()) << cases.error().message;
  Request request;
  for (const char* name : {"nsigma", "baro"}) request.methods.push_back(*rca::find_method(name));
  const auto outcomes = run(request, *cases);
  ASSERT_TRUE(outcomes.ok());
  const Summary summary = summarize(request, *outcomes);
  EXPECT_TRUE(summary.skipped.empty());
  ASSERT_GE(summary.datasets.size(), 9U);
  for (std::size_t i = 0; i < request.methods.size(); ++i) {
    const std::string method(request.methods[i]->name());
    const auto theirs = reference(method);
    Accuracy their_sum;
    for (const DatasetSummary& dataset : summary.datasets) {
      const Figures& ours = dataset.methods[i].all;
      const Accuracy& expected = theirs.at(dataset.name);
      EXPECT_EQ(ours.failed + ours.not_applicable, 0U) << method << " on " << dataset.name;
      EXPECT_EQ(static_cast<double>(ours.cases), expected.cases) << dataset.name;
      std::cout << method << " " << dataset.name << ": AC@1 " << ours.mean[0] << " (reference " << expected.ac1
                << "), AC@3 " << ours.mean[1] << " (" << expected.ac3 << ")\n";
      their_sum.cases += expected.cases;
      their_sum.ac1 += expected.ac1 * expected.cases;
      their_sum.ac3 += expected.ac3 * expected.cases;
    }
    const Measures& ours = summary.overall.methods[i].all.mean;
    EXPECT_GE(ours[0], their_sum.ac1 / their_sum.cases - 0.05) << method;
    EXPECT_GE(ours[1], their_sum.ac3 / their_sum.cases - 0.05) << method;
  }
}

}  // namespace
}  // namespace exporter::evaluation
