// Tests of conditional independence, for methods that learn a graph from what is independent of what.
#pragma once

#include <Eigen/Core>
#include <cstdint>
#include <functional>
#include <span>

namespace rca {

// A significance level, in (0, 1), and the deviation of a standard normal variable that is larger with this
// probability.
struct Significance {
  Significance(double level);  // NOLINT(google-explicit-constructor): a level is what it is

  double alpha;
  double deviation;  // two-sided; NaN for a level outside (0, 1)
};

// All sets of `size` of the candidates that could make x and y independent; unless `tested` is empty, without those
// that consist of variables of `tested` alone. Both ascending.
struct SeparationSearch {
  Eigen::Index x = 0;
  Eigen::Index y = 0;
  std::span<const Eigen::Index> candidates;
  std::span<const Eigen::Index> tested;
  std::size_t size = 0;
};

// Asked about variables by number. Thread-safe: holds data, no state.
class IndependenceTest {
 public:
  virtual ~IndependenceTest() = default;

  [[nodiscard]] virtual Eigen::Index variables() const = 0;

  // The largest set to condition on for which the data can say anything.
  [[nodiscard]] virtual Eigen::Index max_condition_size() const = 0;

  // p-value, in [0, 1], of "x and y are independent given `given`"; all are different variables. The result does not
  // depend on the order of x and y. 0 where the data cannot separate x and y this way because `given` determines one
  // of them (duplicate columns); 1 where there are too few rows to deny independence.
  [[nodiscard]] virtual double p_value(Eigen::Index x, Eigen::Index y, std::span<const Eigen::Index> given) const = 0;

  // p_value(x, y, given) > level.alpha; may be faster.
  [[nodiscard]] virtual bool independent(Eigen::Index x, Eigen::Index y, std::span<const Eigen::Index> given,
                                         const Significance& level) const {
    return p_value(x, y, given) > level.alpha;
  }

  // Calls `found` with every set of the search given which x and y are independent(), in any order.
  using FoundSet = std::function<void(std::span<const Eigen::Index>)>;
  virtual void find_separating(const SeparationSearch& search, const Significance& level, const FoundSet& found) const;

  // How strongly x and y depend on each other when nothing is given, in [0, 1]: only to say which of two is stronger.
  [[nodiscard]] virtual double dependence(Eigen::Index x, Eigen::Index y) const { return 1 - p_value(x, y, {}); }

 protected:
  IndependenceTest() = default;
  IndependenceTest(const IndependenceTest&) = default;
  IndependenceTest& operator=(const IndependenceTest&) = default;
};

// The p-value of a partial correlation r given `given` variables in `rows` rows: √(rows − given − 3) |atanh r| is
// standard normal under independence (R. A. Fisher 1924). |r| = 1 is taken as just below 1; a NaN r gives 0; fewer than
// given + 4 rows give 1. `rows` need not be whole: an effective number of rows.
double fisher_z_p_value(double r, double rows, std::size_t given);

// Fisher's z test of a partial correlation being 0, for linear dependence with Gaussian noise.
class FisherZ final : public IndependenceTest {
 public:
  // values: T rows × n variables, no missing values.
  explicit FisherZ(const Eigen::MatrixXd& values);
  // A correlation matrix of n variables, from `rows` rows.
  FisherZ(Eigen::MatrixXd correlation, double rows);

  [[nodiscard]] Eigen::Index variables() const override { return correlation_.cols(); }
  [[nodiscard]] Eigen::Index max_condition_size() const override;
  [[nodiscard]] double p_value(Eigen::Index x, Eigen::Index y, std::span<const Eigen::Index> given) const override;
  [[nodiscard]] bool independent(Eigen::Index x, Eigen::Index y, std::span<const Eigen::Index> given,
                                 const Significance& level) const override;
  void find_separating(const SeparationSearch& search, const Significance& level, const FoundSet& found) const override;
  [[nodiscard]] double dependence(Eigen::Index x, Eigen::Index y) const override;
  [[nodiscard]] const Eigen::MatrixXd& correlation() const { return correlation_; }

 private:
  Eigen::MatrixXd correlation_;
  double rows_;
};

// The same for values of which some are missing (NaN): each test uses the rows in which all its variables are present
// (test-wise deletion: R. Tu et al., "Causal Discovery in the Presence of Missing Data", AISTATS 2019).
class MissingValueFisherZ final : public IndependenceTest {
 public:
  explicit MissingValueFisherZ(Eigen::MatrixXd values) : values_(std::move(values)) {}

  [[nodiscard]] Eigen::Index variables() const override { return values_.cols(); }
  [[nodiscard]] Eigen::Index max_condition_size() const override;
  [[nodiscard]] double p_value(Eigen::Index x, Eigen::Index y, std::span<const Eigen::Index> given) const override;

  struct Partial {
    double r = 0;  // NaN: determined by the others, or no row
    Eigen::Index rows = 0;
  };
  [[nodiscard]] Partial partial(Eigen::Index x, Eigen::Index y, std::span<const Eigen::Index> given) const;

 private:
  Eigen::MatrixXd values_;
};

enum class ContingencyStatistic { chi_square, g_square };

// Pearson's χ² and the likelihood-ratio G² of contingency tables, one per combination of the given variables' values
// that occurs; statistics and degrees of freedom add up. Rows and columns of a table without a count do not count for
// the degrees of freedom (P. Spirtes, C. Glymour, R. Scheines, "Causation, Prediction, and Search", 2000, section 5.5).
class DiscreteTest final : public IndependenceTest {
 public:
  // codes: T rows × n variables, values 0 … K − 1; a negative value counts as 0.
  DiscreteTest(const Eigen::MatrixXi& codes, ContingencyStatistic statistic);

  struct Outcome {
    double statistic = 0;
    std::int64_t degrees_of_freedom = 0;
    double p_value = 1;  // 1 without a degree of freedom
  };
  [[nodiscard]] Outcome test(Eigen::Index x, Eigen::Index y, std::span<const Eigen::Index> given) const;

  [[nodiscard]] Eigen::Index variables() const override { return codes_.cols(); }
  [[nodiscard]] Eigen::Index max_condition_size() const override { return codes_.cols(); }
  [[nodiscard]] double p_value(Eigen::Index x, Eigen::Index y, std::span<const Eigen::Index> given) const override {
    return test(x, y, given).p_value;
  }

 private:
  Eigen::MatrixXi codes_;
  Eigen::VectorXi levels_;  // K of each variable
  ContingencyStatistic statistic_;
};

}  // namespace rca
