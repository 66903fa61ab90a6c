// Information-theoretic outlier scores of signals: how improbable their anomalous rows are, judged by the normal ones.
#pragma once

#include <vector>

#include "rca_core/frame/frame.h"
#include "rca_core/methods/scoring.h"

namespace rca {

// Per row S(x) = −ln P(τ(X) ≥ τ(x)) (K. Budhathoki et al., "Causal Structure-based Root Cause Analysis of Outliers",
// ICML 2022) with the distance from the normal median τ(x) = |x − median| and the rank estimate
// P = (1 + normal rows at least as far away) / (1 + normal rows), so that no distribution is assumed and scores of
// signals in different units compare. Beyond the farthest normal row d ranks would say the same of every value: there P
// goes on falling as d / τ(x), as slow as a distribution with a finite scale can; d is at least the scale floor
// (scoring.h). A signal has the mean over its anomalous rows, which orders as Fisher's combined test of them does.
//
// Signals without a value in one of the windows are left out. `before`, `after` are medians, `scale` is what a normal
// row is away at most nine times in ten (at least the floor).
std::vector<SignalScore> information_scores(const Frame& frame, const Windows& windows);

}  // namespace rca
