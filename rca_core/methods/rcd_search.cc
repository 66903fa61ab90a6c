#include "rca_core/methods/rcd_search.h"

#include <algorithm>
#include <array>
#include <boost/math/special_functions/gamma.hpp>
#include <cmath>
#include <numeric>
#include <span>

#include "rca_core/causal/combinations.h"
#include "rca_core/stats/discretize.h"
#include "rca_core/stats/random.h"

namespace rca {
namespace {

using Codes = std::vector<std::vector<std::int8_t>>;

constexpr std::size_t kCodes = 8;  // larger codes count as the largest
constexpr std::size_t kMaxConditions = 3;
constexpr std::size_t kConditionsOf = 8;  // conditions are taken from this many of the strongest neighbours

std::size_t level(std::int8_t code) {
  return std::min(static_cast<std::size_t>(code), kCodes - 1);
}

// `table`: kCodes counts before the onset, then kCodes after it.
void add_stratum(const double* table, FNodeTest& test) {
  std::array<double, 2> row{};
  std::array<double, kCodes> column{};
  for (std::size_t c = 0; c < kCodes; ++c) {
    row[0] += table[c];
    row[1] += table[kCodes + c];
    column[c] = table[c] + table[kCodes + c];
  }
  const auto columns = std::count_if(column.begin(), column.end(), [](double n) { return n > 0; });
  if (row[0] == 0 || row[1] == 0 || columns < 2) return;
  test.degrees += static_cast<double>(columns - 1);
  test.rows += std::min(row[0], row[1]);
  for (std::size_t f = 0; f < 2; ++f) {
    for (std::size_t c = 0; c < kCodes; ++c) {
      const double expected = row[f] * column[c] / (row[0] + row[1]);
      const double difference = table[f * kCodes + c] - expected;
      if (expected > 0) test.statistic += difference * difference / expected;
    }
  }
}

// Calls `visit` with the subsets of `size` of `from`, in lexicographic order, until it returns true.
template <typename Visit>
bool any_subset(const std::vector<std::size_t>& from, std::size_t size, Visit&& visit) {
  if (size > from.size()) return false;
  std::vector<std::size_t> at(size);
  std::iota(at.begin(), at.end(), std::size_t{0});
  std::vector<std::size_t> subset(size);
  do {
    for (std::size_t i = 0; i < size; ++i) subset[i] = from[at[i]];
    if (visit(subset)) return true;
  } while (next_combination(std::span(at), from.size()));
  return false;
}

class Search {
 public:
  Search(const Codes& signals, const std::vector<char>& anomalous, const RcdOptions& options)
      : signals_(signals),
        anomalous_(anomalous),
        log_significance_(std::log10(options.significance)),
        given_(signals.size() * signals.size(), Given::untested) {}

  // The members that stay adjacent to the F-node when each is tested given the others; strongest first.
  [[nodiscard]] std::vector<std::size_t> neighbours(std::vector<std::size_t> members,
                                                    const std::vector<RcdSignal>& alone) {
    std::erase_if(members, [&](std::size_t signal) { return alone[signal].log10_p > log_significance_; });
    std::sort(members.begin(), members.end(), [&](std::size_t a, std::size_t b) {
      return alone[a].log10_p != alone[b].log10_p ? alone[a].log10_p < alone[b].log10_p : a < b;
    });
    for (std::size_t size = 1; size <= kMaxConditions && members.size() > size; ++size) {
      std::vector<std::size_t> kept;
      for (const std::size_t signal : members) {
        if (!separated(signal, members, size)) kept.push_back(signal);
      }
      members = std::move(kept);
    }
    return members;
  }

  // What is left when chunks in random order do not remove anything any more.
  [[nodiscard]] std::vector<std::size_t> reduced(const std::vector<RcdSignal>& alone, std::size_t chunk,
                                                 Random& random) {
    std::vector<std::size_t> left(alone.size());
    std::iota(left.begin(), left.end(), std::size_t{0});
    while (left.size() > chunk) {
      random.shuffle(left);
      std::vector<std::size_t> survivors;
      for (std::size_t begin = 0; begin < left.size(); begin += chunk) {
        const std::size_t end = std::min(begin + chunk, left.size());
        const std::vector<std::size_t> kept = neighbours(
            {left.begin() + static_cast<std::ptrdiff_t>(begin), left.begin() + static_cast<std::ptrdiff_t>(end)},
            alone);
        survivors.insert(survivors.end(), kept.begin(), kept.end());
      }
      const bool removed = survivors.size() < left.size();
      left = std::move(survivors);
      if (!removed) break;
    }
    return left;
  }

 private:
  // What a test given one other signal says. The strata of more conditions are parts of these: where nothing can be
  // told here, nothing can be told there.
  enum class Given : char { untested, silent, dependent, independent };

  Given given(std::size_t signal, std::size_t condition) {
    Given& known = given_[signal * signals_.size() + condition];
    if (known == Given::untested) {
      const FNodeTest test = f_node_test(signals_, anomalous_, signal, {condition});
      known = test.rows < FNodeTest::kRowsPerDegree  ? Given::silent
              : test.reliable() && independent(test) ? Given::independent
                                                     : Given::dependent;
    }
    return known;
  }

  [[nodiscard]] bool independent(const FNodeTest& test) const { return test.log10_p() > log_significance_; }

  bool separated(std::size_t signal, const std::vector<std::size_t>& members, std::size_t size) {
    std::vector<std::size_t> others;
    for (const std::size_t other : members) {
      if (other != signal && others.size() < kConditionsOf) others.push_back(other);
    }
    std::erase_if(others, [&](std::size_t other) { return given(signal, other) == Given::silent; });
    return any_subset(others, size, [&](const std::vector<std::size_t>& conditions) {
      if (size == 1) return given(signal, conditions.front()) == Given::independent;
      const FNodeTest test = f_node_test(signals_, anomalous_, signal, conditions);
      return test.reliable() && independent(test);
    });
  }

  const Codes& signals_;
  const std::vector<char>& anomalous_;
  double log_significance_;
  std::vector<Given> given_;  // n × n
};

}  // namespace

bool FNodeTest::reliable() const {
  return degrees > 0 && rows >= kRowsPerDegree * degrees;
}

double FNodeTest::log10_p() const {
  if (degrees <= 0) return 0;
  const double p = boost::math::gamma_q(degrees / 2, statistic / 2);
  if (p > 0) return std::log10(p);
  // Beyond the smallest double: the leading term of the tail, Γ(a, x) ≈ x^(a − 1) e^(−x).
  const double a = degrees / 2;
  const double x = statistic / 2;
  return ((a - 1) * std::log(x) - x - boost::math::lgamma(a)) / std::log(10.0);
}

FNodeTest f_node_test(const Codes& signals, const std::vector<char>& anomalous, std::size_t signal,
                      const std::vector<std::size_t>& conditions) {
  FNodeTest test;
  std::size_t strata = 1;
  for (std::size_t i = 0; i < conditions.size(); ++i) strata *= kCodes;
  std::vector<double> tables(strata * 2 * kCodes, 0.0);
  for (std::size_t row = 0; row < anomalous.size(); ++row) {
    const std::int8_t code = signals[signal][row];
    bool missing = code == kMissingCode;
    std::size_t stratum = 0;
    for (const std::size_t condition : conditions) {
      const std::int8_t given = signals[condition][row];
      missing = missing || given == kMissingCode;
      stratum = stratum * kCodes + (given == kMissingCode ? 0 : level(given));
    }
    if (missing) continue;
    tables[(2 * stratum + (anomalous[row] != 0 ? 1 : 0)) * kCodes + level(code)] += 1;
  }
  for (std::size_t stratum = 0; stratum < strata; ++stratum) add_stratum(&tables[2 * stratum * kCodes], test);
  return test;
}

std::vector<RcdSignal> rcd_search(const Codes& signals, const std::vector<char>& anomalous, const RcdOptions& options) {
  std::vector<RcdSignal> out(signals.size());
  for (std::size_t signal = 0; signal < signals.size(); ++signal) {
    const FNodeTest test = f_node_test(signals, anomalous, signal, {});
    out[signal].log10_p = test.log10_p();
    out[signal].statistic = test.statistic;
  }
  Search search(signals, anomalous, options);
  Random random(options.seed);
  std::vector<int> survived(signals.size(), 0);
  for (int i = 0; i < options.repetitions; ++i) {
    std::vector<std::size_t> left = search.reduced(out, std::max<std::size_t>(2, options.chunk), random);
    for (const std::size_t signal : search.neighbours(std::move(left), out)) ++survived[signal];
  }
  for (std::size_t signal = 0; signal < signals.size(); ++signal) {
    out[signal].survived = static_cast<double>(survived[signal]) / std::max(1, options.repetitions);
  }
  return out;
}

}  // namespace rca
