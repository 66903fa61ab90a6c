#include "rca_core/methods/rcd_search.h"

#include <algorithm>
#include <array>
#include <bit>
#include <boost/math/special_functions/gamma.hpp>
#include <cmath>
#include <numeric>
#include <span>
#include <unordered_map>

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

// Counts of one stratum: kCodes before the onset, then kCodes after it.
using Table = std::array<std::uint32_t, 2 * kCodes>;

// `levels`: the codes that occur are below.
void add_stratum(const Table& table, std::size_t levels, FNodeTest& test) {
  std::array<std::uint32_t, 2> row{};
  std::array<std::uint32_t, kCodes> column{};
  std::uint32_t columns = 0;
  for (std::size_t c = 0; c < levels; ++c) {
    row[0] += table[c];
    row[1] += table[kCodes + c];
    column[c] = table[c] + table[kCodes + c];
    columns += column[c] > 0 ? 1U : 0U;
  }
  if (row[0] == 0 || row[1] == 0 || columns < 2) return;
  test.degrees += columns - 1;
  test.rows += std::min(row[0], row[1]);
  const double total = static_cast<double>(row[0]) + static_cast<double>(row[1]);
  for (std::size_t f = 0; f < 2; ++f) {
    for (std::size_t c = 0; c < levels; ++c) {
      if (column[c] == 0) continue;
      const double expected = static_cast<double>(row[f]) * static_cast<double>(column[c]) / total;
      const double difference = table[f * kCodes + c] - expected;
      test.statistic += difference * difference / expected;
    }
  }
}

// f_node_test for many tests of the same signals. Only strata with rows on both sides of the onset say anything, and
// the strata of several conditions are parts of those of each: rows that are not in such a stratum of every condition
// need not be counted. As the conditions depend on the onset themselves, that leaves few.
class FNodeTests {
 public:
  FNodeTests(const Codes& signals, const std::vector<char>& anomalous)
      : rows_(anomalous.size()), words_((rows_ + kBits - 1) / kBits), anomalous_(words_, 0), signals_(signals.size()) {
    for (std::size_t row = 0; row < rows_; ++row) set(anomalous_, row, anomalous[row] != 0);
    for (std::size_t i = 0; i < signals.size(); ++i) prepare(signals[i], anomalous, signals_[i]);
  }

  // `at_least`: of a test that has fewer rows, `rows` may be 0 and the rest as well.
  FNodeTest operator()(std::size_t signal, const std::vector<std::size_t>& conditions, double at_least = 0) {
    FNodeTest test;
    const Signal& tested = signals_[signal];
    mask_ = tested.present;
    std::size_t strata = 1;
    for (const std::size_t condition : conditions) {
      const Signal& given = signals_[condition];
      strata *= given.levels;
      for (std::size_t word = 0; word < words_; ++word) mask_[word] &= given.mixed[word];
    }
    if (static_cast<double>(rarer_side()) < at_least) return test;
    tables_.assign(strata, {});
    used_.assign(strata, 0);
    count(tested, conditions);
    for (std::size_t stratum = 0; stratum < strata; ++stratum) {
      if (used_[stratum] != 0) add_stratum(tables_[stratum], tested.levels, test);
    }
    return test;
  }

 private:
  using Word = std::uint64_t;
  static constexpr std::size_t kBits = 64;
  using Rows = std::vector<Word>;  // a set of rows, one bit each

  struct Signal {
    std::size_t levels = 1;            // its codes are below
    std::vector<std::uint8_t> code;    // T; 0 where missing
    std::vector<std::uint8_t> column;  // T; where the row is counted in a Table
    Rows present;
    Rows mixed;  // rows whose code occurs on both sides of the onset
  };

  static void set(Rows& rows, std::size_t row, bool value) {
    rows[row / kBits] |= static_cast<Word>(value) << (row % kBits);
  }

  void prepare(const std::vector<std::int8_t>& codes, const std::vector<char>& anomalous, Signal& out) const {
    out = {1, std::vector<std::uint8_t>(rows_), std::vector<std::uint8_t>(rows_), Rows(words_, 0), Rows(words_, 0)};
    std::array<std::array<bool, kCodes>, 2> occurs{};
    for (std::size_t row = 0; row < rows_; ++row) {
      const std::size_t side = anomalous[row] != 0 ? 1 : 0;
      if (codes[row] == kMissingCode) continue;
      const std::size_t code = level(codes[row]);
      out.levels = std::max(out.levels, code + 1);
      out.code[row] = static_cast<std::uint8_t>(code);
      out.column[row] = static_cast<std::uint8_t>(side * kCodes + code);
      occurs[side][code] = true;
      set(out.present, row, true);
    }
    for (std::size_t row = 0; row < rows_; ++row) {
      const bool both = occurs[0][out.code[row]] && occurs[1][out.code[row]];
      set(out.mixed, row, both && codes[row] != kMissingCode);
    }
  }

  // Of the rows of mask_, how many are on the side of the onset that has fewer.
  [[nodiscard]] std::size_t rarer_side() const {
    std::size_t before = 0;
    std::size_t after = 0;
    for (std::size_t word = 0; word < words_; ++word) {
      before += static_cast<std::size_t>(std::popcount(mask_[word] & ~anomalous_[word]));
      after += static_cast<std::size_t>(std::popcount(mask_[word] & anomalous_[word]));
    }
    return std::min(before, after);
  }

  // The tables of the strata that the rows of mask_ are in.
  void count(const Signal& tested, const std::vector<std::size_t>& conditions) {
    const auto code = [&](std::size_t i) { return signals_[conditions[i]].code.data(); };
    const auto levels = [&](std::size_t i) { return signals_[conditions[i]].levels; };
    switch (conditions.size()) {  // the inner loop runs billions of times: it should know how many there are
      case 0: return count_rows(tested, [](std::size_t) { return std::size_t{0}; });
      case 1: return count_rows(tested, [a = code(0)](std::size_t row) { return std::size_t{a[row]}; });
      case 2:
        return count_rows(
            tested, [a = code(0), b = code(1), of_b = levels(1)](std::size_t row) { return a[row] * of_b + b[row]; });
      case 3:
        return count_rows(tested, [a = code(0), b = code(1), c = code(2), of_b = levels(1), of_c = levels(2)](
                                      std::size_t row) { return (a[row] * of_b + b[row]) * of_c + c[row]; });
      default:
        return count_rows(tested, [&](std::size_t row) {
          std::size_t stratum = 0;
          for (std::size_t i = 0; i < conditions.size(); ++i) stratum = stratum * levels(i) + code(i)[row];
          return stratum;
        });
    }
  }

  template <typename StratumOf>
  void count_rows(const Signal& tested, const StratumOf& stratum_of) {
    const std::uint8_t* const column = tested.column.data();
    Table* const tables = tables_.data();
    char* const used = used_.data();
    for (std::size_t word = 0; word < words_; ++word) {
      for (Word left = mask_[word]; left != 0; left &= left - 1) {
        const std::size_t row = word * kBits + static_cast<std::size_t>(std::countr_zero(left));
        const std::size_t stratum = stratum_of(row);
        used[stratum] = 1;
        ++tables[stratum][column[row]];
      }
    }
  }

  std::size_t rows_;
  std::size_t words_;
  Rows anomalous_;
  std::vector<Signal> signals_;
  // Of the test at hand:
  Rows mask_;
  std::vector<char> used_;  // by stratum
  std::vector<Table> tables_;
};

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
  Search(FNodeTests& tests, std::size_t signals, const RcdOptions& options)
      : tests_(tests),
        signals_(signals),
        log_significance_(std::log10(options.significance)),
        given_(signals * signals, Given::untested) {}

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
    Given& known = given_[signal * signals_ + condition];
    if (known == Given::untested) {
      const FNodeTest test = tests_(signal, {condition}, FNodeTest::kRowsPerDegree);
      known = test.rows < FNodeTest::kRowsPerDegree  ? Given::silent
              : test.reliable() && independent(test) ? Given::independent
                                                     : Given::dependent;
    }
    return known;
  }

  // The same signals survive most repetitions, so that most tests come again.
  bool independent_given_several(std::size_t signal, const std::vector<std::size_t>& conditions) {
    std::size_t key = signal;
    for (const std::size_t condition : conditions) key = key * (signals_ + 1) + condition + 1;
    const auto [known, added] = several_.try_emplace(key, false);
    if (added) {
      const FNodeTest test = tests_(signal, conditions, FNodeTest::kRowsPerDegree);
      known->second = test.reliable() && independent(test);
    }
    return known->second;
  }

  [[nodiscard]] bool independent(const FNodeTest& test) const { return test.log10_p() > log_significance_; }

  bool separated(std::size_t signal, const std::vector<std::size_t>& members, std::size_t size) {
    std::vector<std::size_t> others;
    for (const std::size_t other : members) {
      if (other != signal && others.size() < kConditionsOf) others.push_back(other);
    }
    std::erase_if(others, [&](std::size_t other) { return given(signal, other) == Given::silent; });
    return any_subset(others, size, [&](const std::vector<std::size_t>& conditions) {
      return size == 1 ? given(signal, conditions.front()) == Given::independent
                       : independent_given_several(signal, conditions);
    });
  }

  FNodeTests& tests_;
  std::size_t signals_;
  double log_significance_;
  std::vector<Given> given_;                       // n × n
  std::unordered_map<std::size_t, bool> several_;  // by signal and conditions
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
  return FNodeTests(signals, anomalous)(signal, conditions);
}

std::vector<RcdSignal> rcd_search(const Codes& signals, const std::vector<char>& anomalous, const RcdOptions& options) {
  std::vector<RcdSignal> out(signals.size());
  FNodeTests tests(signals, anomalous);
  for (std::size_t signal = 0; signal < signals.size(); ++signal) {
    const FNodeTest test = tests(signal, {});
    out[signal].log10_p = test.log10_p();
    out[signal].statistic = test.statistic;
  }
  Search search(tests, signals.size(), options);
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
