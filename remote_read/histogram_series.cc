#include "remote_read/histogram_series.h"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <cstdint>
#include <iterator>
#include <limits>
#include <span>
#include <string_view>
#include <utility>
#include <vector>

#include "common/samples.h"

namespace remote_read {

using rca::Result;

namespace {

// Above this, Prometheus knows no bounds either and halves the resolution until it does.
constexpr int kFinestSchema = 8;

// How many sets of custom bounds one answer may have for a series: each costs a bit a bound.
constexpr std::size_t kMaxFamilies = 256;

// Bucket numbers at half the resolution: pairs become one, (2j-1, 2j) -> j.
std::int64_t coarsen(std::int64_t index, int from_schema, int to_schema) {
  return ((index - 1) >> (from_schema - to_schema)) + 1;
}

// Where the buckets of one layout end, and the bounds that they bring. Buckets in the order of the stored counts.
struct Edges {
  std::vector<double> upper;   // of each bucket
  std::vector<double> bounds;  // finite ones
  double zero_upper = 0;
};

Edges find_edges(const HistogramLayout& layout, int schema) {
  Edges edges;
  if (layout.schema == kCustomBoundsSchema) {
    edges.bounds = layout.custom_bounds;
    for (const std::int32_t index : layout.positive) {
      const auto i = static_cast<std::size_t>(index);
      edges.upper.push_back(i < layout.custom_bounds.size() ? layout.custom_bounds[i]
                                                            : std::numeric_limits<double>::infinity());
    }
    return edges;
  }
  const auto add_bucket = [&edges](double lower, double upper) {
    // Adding zero turns -0, the mirror image of 0, into 0.
    edges.upper.push_back(upper + 0.0);
    edges.bounds.push_back(lower + 0.0);
    edges.bounds.push_back(upper + 0.0);
  };
  const auto bound = [&layout, schema](std::int32_t index, int below) {
    return exponential_bound(schema, coarsen(index, layout.schema, schema) - below);
  };
  for (const std::int32_t index : layout.positive) add_bucket(bound(index, 1), bound(index, 0));
  for (const std::int32_t index : layout.negative) add_bucket(-bound(index, 0), -bound(index, 1));
  edges.zero_upper = layout.zero_threshold;
  edges.bounds.push_back(layout.zero_threshold);
  if (!layout.negative.empty() && layout.zero_threshold > 0) edges.bounds.push_back(-layout.zero_threshold);
  return edges;
}

// Samples whose buckets are comparable: all with exponential bounds, or all with the same custom bounds.
struct Family {
  const HistogramLayout* first = nullptr;
  std::vector<bool> has;  // by number of bound

  [[nodiscard]] bool takes(const HistogramLayout& layout) const {
    return layout.schema == kCustomBoundsSchema
               ? first->schema == kCustomBoundsSchema && first->custom_bounds == layout.custom_bounds
               : first->schema != kCustomBoundsSchema;
  }
};

// How the samples of one layout are counted.
struct LayoutPlan {
  std::size_t family = 0;
  std::vector<std::uint32_t> bucket_bound;  // number of the bound at which each bucket ends; bounds.size(): infinity
  std::size_t zero_bound = 0;
};

struct Plan {
  std::vector<double> bounds;  // ascending, without infinity
  std::vector<Family> families;
  std::vector<LayoutPlan> layouts;
};

std::size_t family_of(const HistogramLayout& layout, std::vector<Family>& families) {
  const auto found =
      std::find_if(families.begin(), families.end(), [&layout](const Family& f) { return f.takes(layout); });
  const auto number = static_cast<std::size_t>(found - families.begin());
  if (found == families.end()) families.push_back({&layout, {}});
  return number;
}

// Which layouts have samples. Those of stale samples have no meaning.
std::vector<bool> used_layouts(const HistogramSamples& histograms) {
  std::vector<bool> used(histograms.layouts.size());
  for (const auto& point : histograms.points) {
    if (!rca::is_stale(point.sum)) used[point.layout] = true;
  }
  return used;
}

int coarsest_schema(const HistogramSamples& histograms, const std::vector<bool>& used) {
  int schema = kFinestSchema;
  for (std::size_t i = 0; i < used.size(); ++i) {
    const HistogramLayout& layout = histograms.layouts[i];
    if (used[i] && layout.schema != kCustomBoundsSchema) schema = std::min(schema, layout.schema);
  }
  return schema;
}

void sort_and_merge(std::vector<double>& bounds) {
  std::sort(bounds.begin(), bounds.end());
  bounds.erase(std::unique(bounds.begin(), bounds.end()), bounds.end());
}

// The edges of the layouts are found twice, since keeping them would take several times the memory of the samples.
Result<Plan> make_plan(const HistogramSamples& histograms) {
  const std::vector<bool> used = used_layouts(histograms);
  const int schema = coarsest_schema(histograms, used);
  Plan plan;
  plan.layouts.resize(used.size());
  std::size_t merged = 0;
  for (std::size_t i = 0; i < used.size(); ++i) {
    if (!used[i]) continue;
    plan.layouts[i].family = family_of(histograms.layouts[i], plan.families);
    if (plan.families.size() > kMaxFamilies) {
      return rca::Error{rca::ErrorKind::limit, "native histogram: its custom bounds change more often than " +
                                                   std::to_string(kMaxFamilies) + " times"};
    }
    const Edges edges = find_edges(histograms.layouts[i], schema);
    std::copy_if(edges.bounds.begin(), edges.bounds.end(), std::back_inserter(plan.bounds),
                 [](double bound) { return std::isfinite(bound); });
    if (plan.bounds.size() > 2 * merged + kMaxHistogramBuckets) {
      sort_and_merge(plan.bounds);
      merged = plan.bounds.size();
    }
  }
  sort_and_merge(plan.bounds);

  const auto number_of = [&plan](double bound) {
    return static_cast<std::size_t>(std::lower_bound(plan.bounds.begin(), plan.bounds.end(), bound) -
                                    plan.bounds.begin());
  };
  for (std::size_t i = 0; i < used.size(); ++i) {
    if (!used[i]) continue;
    const Edges edges = find_edges(histograms.layouts[i], schema);
    std::vector<bool>& has = plan.families[plan.layouts[i].family].has;
    has.resize(plan.bounds.size());
    for (const double bound : edges.bounds) {
      if (std::isfinite(bound)) has[number_of(bound)] = true;
    }
    for (const double upper : edges.upper) {
      plan.layouts[i].bucket_bound.push_back(static_cast<std::uint32_t>(number_of(upper)));
    }
    plan.layouts[i].zero_bound = number_of(edges.zero_upper);
  }
  return plan;
}

// Writes the cumulative counts of one sample to column[k * rows], k a number of bound.
void accumulate(const HistogramSamples& histograms, const HistogramSamples::Point& point, const Plan& plan,
                std::span<double> scratch, double* column, std::size_t rows) {
  const LayoutPlan& layout = plan.layouts[point.layout];
  std::fill(scratch.begin(), scratch.end(), 0.0);
  if (layout.zero_bound < scratch.size()) scratch[layout.zero_bound] = point.zero_count;
  for (std::size_t i = 0; i < layout.bucket_bound.size(); ++i) {
    if (layout.bucket_bound[i] < scratch.size()) {
      scratch[layout.bucket_bound[i]] += histograms.buckets[point.first_bucket + i];
    }
  }
  double sum = 0;
  for (std::size_t k = 0; k < scratch.size(); ++k) column[k * rows] = sum += scratch[k];
}

// Gives one series after another, counting them.
class Giver {
 public:
  Giver(std::size_t query, const rca::Labels& labels, ReadUsage& usage, DecodeStats& stats, SeriesSink& sink)
      : query_(query), labels_(labels), usage_(usage), stats_(stats), sink_(sink) {
    name_ = rca::label_value(labels, rca::kMetricName);
  }

  Result<void> give(const char* suffix, const rca::Samples& samples) {
    rca::set_label(labels_, rca::kMetricName, name_ + suffix);
    RCA_TRY(usage_.take_series(1));
    ++stats_.series;
    RCA_TRY(usage_.take_samples(samples.size()));
    stats_.samples += samples.size();
    return sink_.on_samples(query_, labels_, samples.view());
  }

  Result<void> give_bucket(double bound, const rca::Samples& samples) {
    rca::set_label(labels_, "le", format_bound(bound));
    return give("_bucket", samples);
  }

 private:
  std::size_t query_;
  rca::Labels labels_;
  std::string name_;
  ReadUsage& usage_;
  DecodeStats& stats_;
  SeriesSink& sink_;
};

Result<void> give_points(Giver& giver, const HistogramSamples& histograms) {
  rca::Samples count;
  rca::Samples sum;
  for (const auto& point : histograms.points) {
    count.push_back(point.time, rca::is_stale(point.sum) ? rca::stale_marker() : point.count);
    sum.push_back(point.time, point.sum);
  }
  RCA_TRY(giver.give("_count", count));
  RCA_TRY(giver.give("_sum", sum));
  return giver.give_bucket(std::numeric_limits<double>::infinity(), count);
}

// The series of bound number `k`, whose counts are `column`.
void fill_bucket(const HistogramSamples& histograms, const Plan& plan, std::size_t k, const double* column,
                 rca::Samples& out) {
  out.clear();
  bool live = false;
  for (std::size_t i = 0; i < histograms.points.size(); ++i) {
    const auto& point = histograms.points[i];
    const bool stale = rca::is_stale(point.sum);
    const bool has = !stale && plan.families[plan.layouts[point.layout].family].has[k];
    if (has) {
      out.push_back(point.time, column[i]);
    } else if (stale || live) {
      out.push_back(point.time, rca::stale_marker());
    }
    live = has;
  }
}

}  // namespace

double exponential_bound(int schema, std::int64_t index) {
  constexpr std::int64_t kFarOut = 4096;  // beyond every exponent of a double
  std::int64_t exponent = 0;
  double fraction = 1;
  if (schema <= 0) {
    exponent = std::clamp(index, -kFarOut, kFarOut) * (std::int64_t{1} << -schema);
  } else {
    exponent = index >> schema;
    const std::int64_t part = index - (exponent << schema);
    fraction = std::exp2(std::ldexp(static_cast<double>(part), -schema));
  }
  if (exponent == std::numeric_limits<double>::max_exponent && fraction == 1) return std::numeric_limits<double>::max();
  return std::ldexp(fraction, static_cast<int>(std::clamp(exponent, -kFarOut, kFarOut)));
}

std::string format_bound(double bound) {
  if (std::isinf(bound)) return bound > 0 ? "+Inf" : "-Inf";
  char buffer[64];
  const auto end = std::to_chars(std::begin(buffer), std::end(buffer), bound, std::chars_format::scientific).ptr;
  const std::string_view shortest(buffer, static_cast<std::size_t>(end - buffer));
  int exponent = 0;
  const char* const digits = buffer + shortest.find('e') + (shortest[shortest.find('e') + 1] == '+' ? 2 : 1);
  std::from_chars(digits, end, exponent);
  if (exponent < -4 || exponent >= 6) return std::string(shortest);
  const auto fixed = std::to_chars(std::begin(buffer), std::end(buffer), bound, std::chars_format::fixed).ptr;
  return {buffer, fixed};
}

Result<void> give_histograms(std::size_t query, const rca::Labels& labels, const HistogramSamples& histograms,
                             ReadUsage& usage, DecodeStats& stats, SeriesSink& sink) {
  if (histograms.empty()) return {};
  auto made = make_plan(histograms);
  if (!made.ok()) return made.error().with_context("series " + rca::to_string(labels));
  const Plan plan = std::move(made).value();
  const std::size_t rows = histograms.points.size();
  if (plan.bounds.size() >= usage.samples_left() / rows) {
    return rca::Error{rca::ErrorKind::limit, "series " + rca::to_string(labels) + ": " +
                                                 std::to_string(plan.bounds.size()) + " histogram bounds for " +
                                                 std::to_string(rows) + " samples are more than the permitted " +
                                                 std::to_string(usage.limits().max_samples) + " samples"};
  }
  Giver giver(query, labels, usage, stats, sink);
  RCA_TRY(give_points(giver, histograms));
  if (plan.bounds.empty()) return {};  // observations without a single bucket
  std::vector<double> columns(plan.bounds.size() * rows);
  std::vector<double> scratch(plan.bounds.size());
  for (std::size_t i = 0; i < rows; ++i) {
    if (rca::is_stale(histograms.points[i].sum)) continue;
    accumulate(histograms, histograms.points[i], plan, scratch, columns.data() + i, rows);
  }
  rca::Samples samples;
  for (std::size_t k = 0; k < plan.bounds.size(); ++k) {
    fill_bucket(histograms, plan, k, columns.data() + k * rows, samples);
    RCA_TRY(giver.give_bucket(plan.bounds[k], samples));
  }
  return {};
}

}  // namespace remote_read
