#include "rca_core/graph/trace_rank.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <map>
#include <string>

#include "tests/unit/rca_core/oracle.h"

namespace rca {
namespace {

using nlohmann::json;

// Operations as numbers.
class Names {
 public:
  std::size_t operator[](const std::string& name) { return index_.emplace(name, index_.size()).first->second; }
  [[nodiscard]] std::size_t size() const { return index_.size(); }

 private:
  std::map<std::string, std::size_t> index_;
};

std::vector<std::vector<std::size_t>> traces_of(const json& traces, Names& names) {
  std::vector<std::vector<std::size_t>> out;
  for (const json& trace : traces) {
    std::vector<std::size_t>& operations = out.emplace_back();
    for (const json& name : trace) {
      const std::size_t operation = names[name.get<std::string>()];
      if (std::find(operations.begin(), operations.end(), operation) == operations.end()) {
        operations.push_back(operation);
      }
    }
  }
  return out;
}

std::vector<std::vector<std::size_t>> calls_of(const json& calls, Names& names) {
  std::vector<std::pair<std::size_t, std::size_t>> pairs;
  for (const auto& [caller, callees] : calls.items()) {
    for (const json& callee : callees) pairs.emplace_back(names[caller], names[callee.get<std::string>()]);
  }
  std::vector<std::vector<std::size_t>> out(names.size());
  for (const auto& [caller, callee] : pairs) out[caller].push_back(callee);
  return out;
}

void expect_rank(const TraceRank& rank, const json& expected, Names& names, const std::string& what) {
  for (const auto& [name, score] : expected["score_iter25"].items()) {
    EXPECT_TRUE(oracle::close(rank.operations(static_cast<Eigen::Index>(names[name])), oracle::number(score), 1e-10, 0))
        << what << " " << name;
    EXPECT_EQ(rank.covering[names[name]], expected["n_traces_covering"][name].get<std::size_t>()) << what;
  }
  for (std::size_t t = 0; t < expected["theta"].size(); ++t) {
    EXPECT_TRUE(
        oracle::close(rank.preference(static_cast<Eigen::Index>(t)), oracle::number(expected["theta"][t]), 1e-10, 0))
        << what << " trace " << t;
  }
}

constexpr std::pair<const char*, SpectrumFormula> kFormulas[] = {
    {"dstar2", SpectrumFormula::dstar2},
    {"ochiai", SpectrumFormula::ochiai},
    {"tarantula", SpectrumFormula::tarantula},
    {"jaccard", SpectrumFormula::jaccard},
    {"sorensendice", SpectrumFormula::sorensen_dice},
    {"m1", SpectrumFormula::m1},
    {"m2", SpectrumFormula::m2},
    {"goodman", SpectrumFormula::goodman},
    {"russellrao", SpectrumFormula::russell_rao},
    {"hamann", SpectrumFormula::hamann},
    {"simplematching", SpectrumFormula::simple_matching},
    {"rogers", SpectrumFormula::rogers},
};

TEST(TraceRankOracle, RanksOperationsAsThePaper) {
  const auto path = oracle::vectors("13a_microrank.json");
  RCA_SKIP_WITHOUT(path);
  int compared = 0;
  const json file = oracle::load(path);
  for (const json& item : file["cases"]) {
    const std::string name = item["name"];
    if (!item["expected"].contains("paper")) continue;
    const json& expected = item["expected"]["paper"];
    Names names;
    TraceCoverage anomalous{traces_of(item["input"]["anomalous_traces_operations"], names), {}};
    TraceCoverage normal{traces_of(item["input"]["normal_traces_operations"], names), {}};
    anomalous.callees = calls_of(item["input"]["call_children"], names);
    normal.callees = anomalous.callees;
    const TraceRank failed = rank_operations(anomalous, TraceSide::anomalous);
    const TraceRank passed = rank_operations(normal, TraceSide::normal);
    expect_rank(failed, expected["anomalous"], names, name + " anomalous");
    expect_rank(passed, expected["normal"], names, name + " normal");
    const std::vector<Spectrum> spectrum = weighted_spectrum(failed, passed);
    for (const auto& [operation, counts] : expected["spectrum"].items()) {
      const Spectrum& ours = spectrum[names[operation]];
      EXPECT_TRUE(oracle::close(ours.ef, oracle::number(counts["ef"]), 1e-10, 1e-15)) << name << " " << operation;
      EXPECT_TRUE(oracle::close(ours.nf, oracle::number(counts["nf"]), 1e-10, 1e-15)) << name << " " << operation;
      EXPECT_TRUE(oracle::close(ours.ep, oracle::number(counts["ep"]), 1e-10, 1e-15)) << name << " " << operation;
      EXPECT_TRUE(oracle::close(ours.np, oracle::number(counts["np"]), 1e-10, 1e-15)) << name << " " << operation;
      for (const auto& [key, formula] : kFormulas) {
        EXPECT_TRUE(oracle::close(spectrum_score(formula, ours), oracle::number(expected["scores"][operation][key]),
                                  1e-9, 1e-15))
            << name << " " << operation << " " << key;
        ++compared;
      }
    }
  }
  EXPECT_GE(compared, 300);
}

TEST(TraceRankOracle, WorkedExampleOfThePaper) {
  const auto path = oracle::vectors("13a_microrank.json");
  RCA_SKIP_WITHOUT(path);
  const json file = oracle::load(path);
  const json& item = file["cases"][0];
  ASSERT_EQ(item["name"], "paper_fig3_worked_example");
  Names names;
  TraceCoverage coverage{traces_of(item["input"]["anomalous_traces_operations"], names), {}};
  coverage.callees = calls_of(item["input"]["call_children"], names);
  const TraceRank rank = rank_operations(coverage, TraceSide::anomalous);
  for (const auto& [name, printed] : item["expected"]["paper_prints"].items()) {
    EXPECT_NEAR(rank.operations(static_cast<Eigen::Index>(names[name])), printed.get<double>(), 5e-4) << name;
  }
}

TEST(TraceRankOracle, FormulasOnPlainCounts) {
  const auto path = oracle::vectors("13a_microrank.json");
  RCA_SKIP_WITHOUT(path);
  const json file = oracle::load(path);
  for (const json& item : file["cases"]) {
    if (item["name"] != "formulas_on_counts") continue;
    const json& rows = item["input"]["rows_ef_nf_ep_np"];
    for (std::size_t i = 0; i < rows.size(); ++i) {
      const Spectrum spectrum{rows[i][0], rows[i][1], rows[i][2], rows[i][3]};
      for (const auto& [key, formula] : kFormulas) {
        EXPECT_TRUE(oracle::close(spectrum_score(formula, spectrum), oracle::number(item["expected"]["scores"][i][key]),
                                  1e-10, 0))
            << key << " of row " << i;
      }
    }
    return;
  }
  FAIL() << "the case is not there";
}

TEST(TraceRank, NothingToRank) {
  const TraceRank empty = rank_operations({}, TraceSide::anomalous);
  EXPECT_EQ(empty.operations.size(), 0);
  const TraceRank uncovered = rank_operations({{}, {{1}, {}}}, TraceSide::normal);
  EXPECT_EQ(uncovered.operations, Eigen::VectorXd::Zero(2));
  EXPECT_EQ(uncovered.covering, (std::vector<std::size_t>{0, 0}));
}

TEST(AssociateOracle, SupportConfidenceAndTheirHarmonicMean) {
  const auto path = oracle::vectors("13b_tracerca.json");
  RCA_SKIP_WITHOUT(path);
  int compared = 0;
  const json file = oracle::load(path);
  for (const json& item : file["cases"]) {
    if (!item["expected"].contains("single")) continue;
    std::size_t abnormal = 0;
    for (const json& trace : item["input"]["traces"]) abnormal += trace["abnormal"].get<bool>() ? 1U : 0U;
    for (const char* list : {"single", "pairs"}) {
      for (const auto& [set, expected] : item["expected"][list].items()) {
        const Association ours = associate(expected["n_abnormal_with"], abnormal, expected["n_with"]);
        const auto defined = [](const json& value) {
          return std::isnan(oracle::number(value)) ? 0.0 : oracle::number(value);
        };
        EXPECT_NEAR(ours.support, defined(expected["support"]), 1e-12) << item["name"] << " " << set;
        EXPECT_NEAR(ours.confidence, defined(expected["confidence"]), 1e-12) << item["name"] << " " << set;
        EXPECT_NEAR(ours.ji, defined(expected["ji_harmonic_2sc_over_s_plus_c"]), 1e-12) << item["name"] << " " << set;
        ++compared;
      }
    }
  }
  EXPECT_GE(compared, 20);
}

TEST(Associate, KnownValues) {
  const Association rare = associate(2, 3, 3);
  EXPECT_DOUBLE_EQ(rare.support, 2.0 / 3);
  EXPECT_DOUBLE_EQ(rare.confidence, 2.0 / 3);
  EXPECT_DOUBLE_EQ(rare.ji, 2.0 / 3);
  EXPECT_EQ(associate(0, 0, 0).ji, 0);
}

}  // namespace
}  // namespace rca
