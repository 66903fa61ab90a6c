// Greedy equivalence search: D. M. Chickering, "Optimal Structure Identification With Greedy Search", JMLR 2002.
//
// From the empty graph the best valid insertion is made until none improves the score, then the best valid deletion; a
// state is an equivalence class of DAGs (a CPDAG). With the Gaussian BIC (gaussian_bic.h).
#pragma once

#include <Eigen/Core>

#include "common/result.h"
#include "rca_core/causal/causal_graph.h"

namespace rca {

struct GesOptions {
  // No variable is given more parents, which bounds the subsets that are tried; 0: no bound.
  Eigen::Index max_parents = 8;
};

struct GesResult {
  CausalGraph cpdag;
  int insertions = 0;
  int deletions = 0;
};

// values: T × n without holes. Operators are scored once and again only where an applied operator changed what they
// depend on. Of operators of equal score the one with the lower cause, then the lower effect, is taken.
// Errors: missing_input (fewer than 3 rows).
Result<GesResult> ges(const Eigen::MatrixXd& values, const GesOptions& options = {});

}  // namespace rca
