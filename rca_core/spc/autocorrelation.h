// How much neighbouring values of a signal in control resemble each other.
#pragma once

#include <cstdint>
#include <vector>

namespace rca {

// Deviations from a centre, in the order of time. The three have the same length.
struct Deviations {
  const std::vector<std::int64_t>& times;
  const std::vector<double>& values;
  const std::vector<bool>& in_control;  // false: the value is not to be counted
};

// φ of the first-order autoregression AR(1) that the deviations are closest to, 0 … 0.95; negative correlation counts
// as none. The larger of two estimates, since each is blind for something:
//  - the lag-one coefficient, which finds what lasts for a few steps;
//  - the φ with which the means of 12 neighbours would vary as much as they do (batch means: G. S. Fishman, "Grouping
//    Observations in Digital Simulation", Management Science 1978). Charts with memory see such means, and where a slow
//    wander hides under noise of its own, the lag-one coefficient tells them a small part of it (G. C. Runger, T. R.
//    Willemain, "Model-Based and Model-Free Control of Autocorrelated Processes", Journal of Quality Technology 1995).
// Neighbours are values no more than one and a half `step_ms` apart. Values beyond `limit` > 0 count as that.
double first_order_autocorrelation(const Deviations& deviations, std::int64_t step_ms, double limit);

}  // namespace rca
