// Random walks that search a cause, on a graph of possible causes.
//
// First order: M. Kim, R. Sumbaly, S. Shah, "Root Cause Detection in a Service-Oriented Architecture" (MonitorRank),
// SIGMETRICS 2013; Y. Meng et al., "Localizing Failure Root Causes in a Microservice through Causality Inference"
// (MicroCause), IWQoS 2020. Second order: P. Wang et al., "CloudRanger: Root Cause Identification for Cloud Native
// Systems", CCGRID 2018.
//
// The papers count the visits of many sampled walks. Here the expected number of visits is computed instead, step by
// step from the distribution of where the walk is: the same quantity without sampling noise, and without a seed.
#pragma once

#include <Eigen/Core>

#include "common/result.h"

namespace rca {

// In all of these: n variables; `causes` is n × n and (i, j) > 0 says that i may be a cause of j; its diagonal is not
// read. `affinity` is n × n, not negative: (i, j) is how much a walk that is at i is drawn to j.

// The affinity of walks that search for what moves with one variable: every row is `to_sli`.
Eigen::MatrixXd affinity_to(const Eigen::VectorXd& to_sli);

// The first-order walk: from i to its causes j with weight affinity(i, j), back to its effects with
// backward · affinity(i, j) (where they are not causes as well), and staying with max(0, affinity(i, i) − the largest
// affinity(i, j) of its causes). Gives n × n; a row sums to 1, or is 0: there the walk ends.
// Errors: invalid_argument (shapes; negative or non-finite values).
Result<Eigen::MatrixXd> walk_transition(const Eigen::MatrixXd& causes, const Eigen::MatrixXd& affinity,
                                        double backward);

// Expected share of the visits of a walk of at most `steps` steps from a variable drawn by `start` (n, sums to 1); the
// start itself is not a visit. transition: n × n as walk_transition gives it. n values that sum to 1, or all 0 where
// the walk ends at once.
Eigen::VectorXd expected_visits(const Eigen::MatrixXd& transition, const Eigen::VectorXd& start, int steps = 1000);

struct SecondOrderWalk {
  double memory = 0.7;    // 1 − β of the paper, 0…1: how much the step before weighs against the next one
  double backward = 0.2;  // ρ of the paper
  int steps = 1000;
};

// Expected share of visits of CloudRanger's walk, which remembers where it came from: having come from k to i it goes
// on to a cause j of i with weight memory · P(k, i) + (1 − memory) · P(i, j), where P is affinity over the causes, rows
// summing to 1; back to an effect j with backward · (memory · P(k, i) + (1 − memory) · P(j, i)); it stays with
// max(0, affinity(i, i) − the largest forward weight). Starts and result as expected_visits. Errors: as
// walk_transition.
Result<Eigen::VectorXd> second_order_visits(const Eigen::MatrixXd& causes, const Eigen::MatrixXd& affinity,
                                            const Eigen::VectorXd& start, const SecondOrderWalk& options = {});

}  // namespace rca
