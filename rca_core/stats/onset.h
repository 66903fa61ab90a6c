// When did an incident begin? The objective breaks some time after the fault; the onset is searched in the SLI before.
//
// Three steps, each a textbook estimate of the change time:
//  1. Spikes of one row are removed by a running median of three (Tukey 1977), which leaves edges where they are.
//     Centre and scale of the normal regime are the median and 1.4826 × MAD of the rows before the onset.
//  2. CUSUM (E. S. Page, "Continuous Inspection Schemes", Biometrika 1954), run on deviations that are cut at the shift
//     to look for: the change time is where the sum that ends at the detection began, its maximum-likelihood estimate.
//     A spike is worth one row of recovery, so old, recovered excursions do not count. Repeated with the normal regime
//     that this gives until it stays.
//  3. Around it, least squares for a level that is flat, then rises over r rows, then stays (r = 0: a step; D. V.
//  Hinkley,
//     "Inference about the change-point in a sequence of random variables", Biometrika 1970, and for the broken line
//     "Inference in two-phase regression", JASA 1971). r > 0 has to pay the Bayesian information criterion. A rate over
//     a window of w turns a step into a ramp of w, and a slow leak is a ramp: both begin where the ramp begins.
// The fits' likelihoods, tempered for the autocorrelation of the normal regime ((1 − ρ) / (1 + ρ) effective rows per
// row; overlapping rate windows repeat each other), give a posterior over rows: that is how sure it is.
//
// Missing values are skipped. O(rows + candidates × shapes × candidates) with at most some 100 candidate rows.
#pragma once

#include <Eigen/Core>
#include <span>

#include "common/result.h"

namespace rca {

enum class Direction { either, rises, falls };

struct OnsetOptions {
  Direction bad =
      Direction::either;         // which way the SLI breaks its objective; either: as the data around the detection
  Eigen::Index rows_after = 12;  // rows after the detection that may be looked at
};

struct Onset {
  Eigen::Index row = 0;        // first row of the incident, ≤ the detection row
  double confidence = 0;       // 0..1: probability that the onset lies within 2 rows of `row`, given that there is one
  double before = 0;           // level before, in the SLI's unit
  double after = 0;            // level that the incident reached
  Eigen::Index ramp_rows = 0;  // rows that it took to get there; 0: a step
};

// sli: one value per row, NaN = missing. `detection_row`: where the objective was seen broken.
// Where the SLI does not deviate around the detection, the detection row with confidence 0.
// Errors: invalid_argument (detection row outside the series), missing_input (fewer than 4 values before the detection,
// or none around it).
Result<Onset> estimate_onset(std::span<const double> sli, Eigen::Index detection_row, const OnsetOptions& options = {});

}  // namespace rca
