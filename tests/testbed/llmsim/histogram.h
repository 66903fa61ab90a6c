// A Prometheus histogram with fixed bounds.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <vector>

namespace llmsim {

// Upper bounds, ascending, with the text of their `le` label as the exporter in question writes it (the Python client
// writes 1.0, the Go client and Envoy write 1).
struct Buckets {
  std::vector<double> bounds;
  std::vector<std::string> le;  // bounds.size() + 1 texts, the last is +Inf
};

enum class NumberStyle { python, go };
Buckets make_buckets(std::span<const double> bounds, NumberStyle style);
// Python's floats always show a point: 1 is "1.0" there.
std::string format_number(double value, NumberStyle style);

// The bounds of Envoy and Istio, in milliseconds.
const Buckets& envoy_buckets();

class Histogram {
 public:
  explicit Histogram(const Buckets& buckets) : buckets_(&buckets), counts_(buckets.bounds.size() + 1, 0) {}

  void observe(double value) {
    // Linear: the values of interest fall into the first few buckets.
    std::size_t i = 0;
    const std::size_t size = buckets_->bounds.size();
    while (i < size && value > buckets_->bounds[i]) ++i;
    ++counts_[i];
    ++count_;
    sum_ += value;
  }

  [[nodiscard]] const Buckets& buckets() const { return *buckets_; }
  // Not cumulative; the last is above every bound.
  [[nodiscard]] std::span<const std::uint64_t> counts() const { return counts_; }
  [[nodiscard]] std::uint64_t count() const { return count_; }
  [[nodiscard]] double sum() const { return sum_; }

 private:
  const Buckets* buckets_;
  std::vector<std::uint64_t> counts_;
  std::uint64_t count_ = 0;
  double sum_ = 0;
};

}  // namespace llmsim
