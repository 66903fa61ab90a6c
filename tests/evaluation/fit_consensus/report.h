// Accuracy and calibration of fitted weights, and the files that come of them.
#pragma once

#include <array>
#include <string>
#include <string_view>
#include <vector>

#include "rca_core/evaluation/accuracy.h"
#include "tests/evaluation/fit_consensus/features.h"
#include "tests/evaluation/fit_consensus/fit.h"

namespace fit {

// One incident that was judged with weights that have not seen its dataset.
struct Judged {
  const Incident* incident = nullptr;
  double ac1 = 0;
  double avg5 = 0;
  double confidence = 0;  // of the first entity
  bool right = false;     // the first entity is true; healthy: "none of these" is the most probable
  double none = 0;
};

Judged judge(const Incident& incident, const Weights& weights);

struct DatasetFigures {
  std::string dataset;
  std::size_t incidents = 0;
  std::size_t healthy = 0;
  double ac1 = 0;
  double avg5 = 0;
  rca::Interval ac1_interval;
  rca::Interval avg5_interval;
  double healthy_right = 0;  // share of healthy parts in which "none of these" is the most probable
};

std::vector<DatasetFigures> figures_of(const Corpus& corpus, const std::vector<Judged>& judged);

struct ReliabilityBin {
  double weight = 0;      // share of all incidents
  double confidence = 0;  // mean
  double accuracy = 0;
  std::size_t incidents = 0;
};

// Ten bins of the confidence, of incidents that have a fault. Every incident counts the same, or every dataset.
enum class Counts { incidents, datasets };
std::array<ReliabilityBin, 10> reliability(const Corpus& corpus, const std::vector<Judged>& judged, Counts counts);
double expected_calibration_error(const std::array<ReliabilityBin, 10>& bins);

// The content of consensus_weights.inc.
std::string weights_as_code(const Corpus& corpus, const Weights& weights);

// Markdown: the tables of docs/consensus.md, which stand between kBegin and kEnd.
inline constexpr std::string_view kBegin = "<!-- begin: fit_consensus -->\n";
inline constexpr std::string_view kEnd = "<!-- end: fit_consensus -->";
std::string tables(const Corpus& corpus, const Weights& weights, const std::vector<Judged>& judged);

}  // namespace fit
