// What outcomes add up to: per dataset, per fault and over all.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "exporter/evaluation/run.h"
#include "rca_core/evaluation/accuracy.h"

namespace exporter::evaluation {

// The four numbers that papers give.
enum class Measure : std::size_t { ac1, ac3, ac5, avg5 };
inline constexpr std::size_t kMeasures = 4;
inline constexpr std::array<const char*, kMeasures> kMeasureNames = {"ac@1", "ac@3", "ac@5", "avg@5"};
using Measures = std::array<double, kMeasures>;

// The four of one case, or of means over cases.
Measures measures_of(const std::vector<double>& accuracy);

struct Failure {
  std::string case_id;  // <dataset>/<service>_<fault>/<case>
  std::string reason;
};

// A method on a set of cases. Means are over `cases`, and NaN when that is 0.
struct Figures {
  std::size_t cases = 0;  // scored: failed ones included, those where the method is not applicable not
  std::size_t failed = 0;
  std::size_t not_applicable = 0;
  Measures mean{};
  Measures chance{};  // of the same cases
  std::array<rca::Interval, kMeasures> interval{};
  double mrr = 0;  // mean of 1 / place of the first true candidate
  double seconds_median = 0;
  double seconds_p95 = 0;
  std::vector<Failure> failures;
  std::map<std::string, std::size_t> missing;  // reasons why it is not applicable, and in how many cases
};

// Over all cases that were not skipped; `method` is the place in CaseOutcome::methods.
Figures figures_of(const std::vector<const CaseOutcome*>& cases, std::size_t method, std::uint64_t seed);

struct MethodSummary {
  std::string method;
  Figures all;
  std::map<std::string, Figures> by_fault;
};

struct DatasetSummary {
  std::string name;
  double seconds_reading = 0;  // median per case; NaN without cases
  std::vector<MethodSummary> methods;
};

struct Summary {
  std::vector<DatasetSummary> datasets;  // by name
  DatasetSummary overall;                // its by_fault is empty: faults of different datasets are not alike
  std::vector<Failure> skipped;          // cases that could not be read or scored
};

Summary summarize(const Request& request, const std::vector<CaseOutcome>& outcomes);

}  // namespace exporter::evaluation
