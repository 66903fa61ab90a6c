// Regression-based hypothesis testing: is what a variable did after the onset what its causes predict?
// M. Li et al., "Causal Inference-Based Root Cause Analysis for Online Service Systems with Intervention Recognition"
// (CIRCA), KDD 2022, section 4.2; PyRCA calls it HT.
#pragma once

#include <Eigen/Core>
#include <string>
#include <vector>

#include "rca_core/causal/causal_graph.h"
#include "rca_core/methods/data_matrix.h"
#include "rca_core/methods/method.h"

namespace rca {

using Parents = std::vector<std::vector<Eigen::Index>>;  // the causes of each variable, ascending

// The variables with a directed edge to each. An undirected edge could as well lead to an effect, which would explain
// away the very change that is looked for.
Parents directed_parents(const CausalGraph& graph);

struct Residual {
  double z = 0;             // signed, of the anomalous row that is farthest from its prediction; finite
  Eigen::Index row = 0;     // of the frame
  Eigen::Index causes = 0;  // how many predict it
};

// For every variable: least squares on its parents over the normal rows; z = (value − prediction) / error of a
// prediction, which is the noise of the fit, more where the causes are far from what they were in the normal rows. Of
// the parents only those that correlate most are used, one for every five normal rows. The error is not below
// scale_floor() (scoring.h).
std::vector<Residual> test_residuals(const IncidentView& view, const DataMatrix& data, const Parents& parents);

// "at 12:03:05Z it was +9.3 standard deviations from what its 2 causes predict"
std::string describe_residual(const IncidentView& view, const Residual& residual);

// CIRCA's descendant adjustment: an anomalous variable (|z| of at least `threshold`) gets the largest |z| of its
// children on top, and of the children of those that are not anomalous, and so on. `scores`: |z| per variable.
Eigen::VectorXd adjust_by_descendants(const Parents& parents, const Eigen::VectorXd& scores, double threshold);

}  // namespace rca
