// How good rankings are: AC@k, Avg@k, MRR, and the chance level that they stand beside.
//
// AC@k of a case is 1 when one of the true candidates is among the first k distinct ones; Avg@k is the mean of AC@1 …
// AC@k (Pham et al., "RCAEval", WWW 2025). Where several candidates are true, papers divide in three ways: Hits.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace rca {

// The service that an entity counts for: a database "<service>-db" counts for its service.
std::string service_of(std::string_view entity);

// The names in the order of their first places.
std::vector<std::string> distinct(std::span<const std::string> names);

// What AC@k is when there are several true candidates: 1 if any is among the first k; or the number that is there, over
// min(k, how many are true), or over how many are true.
enum class Hits { any, of_smaller, of_truth };

// ac[k-1] = AC@k of one case, k = 1 … most. `ranked`: best first; a name that is there twice keeps both places.
// `truth` must not be empty.
std::vector<double> accuracy_at(std::span<const std::string> ranked, std::span<const std::string> truth,
                                std::size_t most, Hits hits = Hits::any);

// Place of the first true candidate, from 1; 0: none is ranked.
std::size_t first_place(std::span<const std::string> ranked, std::span<const std::string> truth);

// Chance: AC@1 … AC@most (Hits::any) of an order of all signals that is uniformly random, when candidates are ranked by
// their first signal. `others`: how many signals every candidate that is not true has; `signals_of_truth`: those of all
// true candidates together.
//
// Exact: the first of n signals of a random order is where the smallest of n uniform numbers is, so with U the smallest
// of the truth the others come before it independently of each other, with probability 1 − (1 − U)^n; the number that
// does is Poisson-binomial. The integral over U is over a polynomial and done by Gauss-Legendre quadrature; beyond 1023
// signals the number of nodes stays at 512 (error below 1e-9).
std::vector<double> chance_accuracy(std::span<const std::size_t> others, std::size_t signals_of_truth,
                                    std::size_t most);

// Interval of the mean of `values` by the percentile bootstrap (Efron, 1979).
struct Interval {
  double low = 0;
  double high = 0;
};

// 95 %: quantiles 0.025 and 0.975 of the means of `resamples` draws with replacement. {NaN, NaN} without values. Same
// values and seed, same interval.
Interval bootstrap_mean(std::span<const double> values, std::uint64_t seed, std::size_t resamples = 2000);

}  // namespace rca
