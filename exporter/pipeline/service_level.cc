#include "exporter/pipeline/service_level.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <tuple>

#include "exporter/incident/sli.h"

namespace exporter {
namespace {

// The variants of `role` of one entity or of all. Only those of one kind can be put together: the kind of the first in
// the catalogue's order.
std::vector<const SignalVariant*> select(const SignalSet& signals, const std::string& role, const std::string& entity) {
  const auto& specs = signals.resolver().catalog().signals;
  std::vector<const SignalVariant*> chosen;
  for (const SignalVariant* variant : signals.preferred()) {
    if (specs[variant->spec].role == role && (entity.empty() || variant->entity == entity)) chosen.push_back(variant);
  }
  const auto first = std::min_element(chosen.begin(), chosen.end(),
                                      [](const auto* a, const auto* b) { return a->preference < b->preference; });
  if (first == chosen.end()) return chosen;
  const SeriesKind kind = specs[(*first)->spec].kind;
  std::erase_if(chosen, [&](const SignalVariant* variant) { return specs[variant->spec].kind != kind; });
  return chosen;
}

void quantile_of_all(const std::vector<const SignalVariant*>& variants, const SignalSet& signals,
                     const SeriesTable& table, double quantile, rca::RangeSemantics semantics, std::span<double> out) {
  struct Input {
    double upper_bound = 0;
    SeriesId series = 0;
  };
  std::vector<Input> inputs;
  for (const SignalVariant* variant : variants) {
    const double scale = signals.resolver().catalog().signals[variant->spec].scale;
    for (const Member& member : variant->members) {
      if (member.part == SeriesPart::bucket) inputs.push_back({member.upper_bound * scale, member.series});
    }
  }
  std::sort(inputs.begin(), inputs.end(), [&](const Input& a, const Input& b) {
    return std::make_tuple(a.upper_bound, table.key(a.series)) < std::make_tuple(b.upper_bound, table.key(b.series));
  });
  std::vector<BucketRows> buckets;
  buckets.reserve(inputs.size());
  for (const Input& input : inputs) {
    buckets.push_back({input.upper_bound, table.staged_rows(input.series, RowFunction::rate)});
  }
  std::vector<rca::Bucket> scratch;
  quantile_rows(quantile, buckets, semantics, scratch, out);
}

// Σ over the variants of the rates of their members of one part.
void sum_of_part(const std::vector<const SignalVariant*>& variants, const SeriesTable& table, SeriesPart part,
                 std::span<double> out) {
  std::vector<Rows> inputs;
  for (const SignalVariant* variant : variants) {
    for (const Member& member : variant->members) {
      if (member.part == part) inputs.push_back(table.staged_rows(member.series, RowFunction::rate));
    }
  }
  aggregate_rows(Aggregate::sum, inputs, out);
}

void aggregate_of_all(const std::vector<const SignalVariant*>& variants, const SignalSet& signals,
                      std::span<double> out) {
  const auto& spec = signals.resolver().catalog().signals[variants.front()->spec];
  std::vector<Rows> inputs;
  std::vector<Rows> divisors;
  for (const SignalVariant* variant : variants) {
    const auto divisor = signals.resolver().divisor(variant->spec);
    const SignalVariant* below = divisor ? signals.variant_of(*divisor, variant->entity) : nullptr;
    if (divisor && below == nullptr) continue;
    inputs.emplace_back(variant->raw);
    if (below != nullptr) divisors.emplace_back(below->raw);
  }
  if (divisors.empty()) {
    aggregate_rows(spec.aggregate, inputs, out);
    return;
  }
  std::vector<double> total(out.size());
  aggregate_rows(Aggregate::sum, inputs, out);
  aggregate_rows(Aggregate::sum, divisors, total);
  divide_rows(out, total);
}

}  // namespace

ServiceLevels::ServiceLevels(const std::vector<Slo>& slos, std::size_t capacity, rca::RangeSemantics semantics)
    : slos_(slos), slab_(capacity, 2 * slos.size()), semantics_(semantics) {
  for (const Slo& slo : slos_) {
    levels_.push_back(
        {slo.role.empty() ? std::string(default_role(slo.sli)) : slo.role, RowRing(slab_), RowRing(slab_)});
  }
}

void ServiceLevels::compute(const SignalSet& signals, const SeriesTable& table, const ReadSpan& span) {
  std::vector<double> values(span.rows());
  std::vector<double> requests(span.rows());
  for (std::size_t slo = 0; slo < slos_.size(); ++slo) {
    if (!slos_[slo].events.empty()) continue;  // see set()
    compute_one(slo, signals, table, values);
    std::fill(requests.begin(), requests.end(), std::numeric_limits<double>::quiet_NaN());
    if (slos_[slo].min_request_rate > 0) {
      const auto variants = select(signals, std::string(kRequestRateRole), slos_[slo].entity);
      if (!variants.empty()) aggregate_of_all(variants, signals, requests);
    }
    levels_[slo].measured.write(span.first_row, values);
    for (std::size_t i = 0; i < values.size(); ++i) {
      if (requests[i] < slos_[slo].min_request_rate) values[i] = std::numeric_limits<double>::infinity();
    }
    levels_[slo].judged.write(span.first_row, values);
  }
}

void ServiceLevels::compute_one(std::size_t index, const SignalSet& signals, const SeriesTable& table,
                                std::span<double> out) const {
  const Slo& slo = slos_[index];
  const std::string& role = levels_[index].role;
  std::fill(out.begin(), out.end(), std::numeric_limits<double>::quiet_NaN());
  const auto variants = select(signals, role, slo.entity);
  if (variants.empty()) return;
  const SignalSpec& spec = signals.resolver().catalog().signals[variants.front()->spec];
  switch (spec.kind) {
    case SeriesKind::histogram:
      quantile_of_all(variants, signals, table, is_latency(slo.sli) ? slo.quantile : spec.quantile, semantics_, out);
      scale_rows(out, 1);
      break;
    case SeriesKind::histogram_mean: {
      std::vector<double> counts(out.size());
      sum_of_part(variants, table, SeriesPart::sum, out);
      sum_of_part(variants, table, SeriesPart::count, counts);
      divide_rows(out, counts);
      scale_rows(out, spec.scale);
      break;
    }
    case SeriesKind::gauge:
    case SeriesKind::counter: aggregate_of_all(variants, signals, out); break;
  }
  // Availability may be measured by its complement.
  if (slo.sli == SliKind::availability && role == default_role(SliKind::error_ratio)) {
    for (double& value : out) value = 1 - value;
  }
}

void ServiceLevels::clear_rows() {
  for (Level& level : levels_) {
    level.measured.clear();
    level.judged.clear();
  }
}

std::vector<SliSeries> ServiceLevels::series(std::int64_t first_row, std::int64_t last_row,
                                             std::int64_t step_ms) const {
  std::vector<SliSeries> result;
  for (std::size_t i = 0; i < slos_.size(); ++i) {
    SliSeries series{&slos_[i], {first_row * step_ms, step_ms, last_row - first_row + 1}, {}};
    series.values.resize(static_cast<std::size_t>(series.grid.rows));
    levels_[i].judged.copy(first_row, series.values);
    result.push_back(std::move(series));
  }
  return result;
}

}  // namespace exporter
