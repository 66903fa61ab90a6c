#include "exporter/pipeline/signal_set.h"

#include <algorithm>
#include <tuple>
#include <unordered_set>

#include "common/parallel_for.h"
#include "exporter/pipeline/page_block.h"

namespace exporter {
namespace {

// Rows to work on that one core should not hand on.
constexpr std::size_t kGrain = 64;
constexpr std::size_t kSlabBytes = 4 * kHugePageBytes;

rca::SignalKind kind_of(SeriesKind kind) {
  switch (kind) {
    case SeriesKind::gauge: return rca::SignalKind::gauge;
    case SeriesKind::counter: return rca::SignalKind::rate;
    case SeriesKind::histogram: return rca::SignalKind::quantile;
    case SeriesKind::histogram_mean: return rca::SignalKind::gauge;
  }
  return rca::SignalKind::gauge;
}

bool is_histogram(SeriesKind kind) {
  return kind == SeriesKind::histogram || kind == SeriesKind::histogram_mean;
}

RowFunction row_function(SeriesKind kind) {
  return kind == SeriesKind::gauge ? RowFunction::instant : RowFunction::rate;
}

}  // namespace

SignalSet::SignalSet(std::shared_ptr<const Resolver> resolver, std::size_t capacity, rca::RangeSemantics semantics)
    : resolver_(std::move(resolver)), semantics_(semantics), slab_(capacity, kSlabBytes / sizeof(double) / capacity) {}

bool SignalSet::knows(const SeriesMatch& match) const {
  const auto found = signals_.find(Key(match.entity, resolver_->catalog().signals[match.spec].role));
  return found != signals_.end() && std::any_of(found->second.begin(), found->second.end(), [&](const auto& variant) {
           return variant->preference == match.preference;
         });
}

void SignalSet::add(SeriesId series, const SeriesMatch& match) {
  auto& variants = signals_[Key(match.entity, resolver_->catalog().signals[match.spec].role)];
  auto at = std::lower_bound(variants.begin(), variants.end(), match.preference,
                             [](const auto& variant, std::size_t value) { return variant->preference < value; });
  if (at == variants.end() || (*at)->preference != match.preference) {
    at = variants.insert(at, std::make_unique<SignalVariant>(SignalVariant{
                                 match.spec, match.preference, match.entity, {}, {}, RowRing(slab_), {}, {}}));
    ++count_;
    variants_valid_ = false;
    columns_valid_ = false;
  }
  SignalVariant& variant = **at;
  variant.members.push_back({series, match.part, match.upper_bound});
  if (variant.peer_group != match.peer_group && (variant.peer_group.empty() || match.peer_group < variant.peer_group)) {
    // Series that disagree, or say nothing: the smallest name that is one, whatever came first.
    if (!match.peer_group.empty()) variant.peer_group = match.peer_group;
    columns_valid_ = false;
  }
  if (users_.size() <= series) users_.resize(std::size_t{series} + 1);
  users_[series].push_back(&variant);
  unsettled_.push_back(&variant);
}

void SignalSet::settle(const SeriesTable& table) {
  std::sort(unsettled_.begin(), unsettled_.end());
  unsettled_.erase(std::unique(unsettled_.begin(), unsettled_.end()), unsettled_.end());
  for (SignalVariant* variant : unsettled_) {
    std::sort(variant->members.begin(), variant->members.end(), [&](const Member& a, const Member& b) {
      return std::make_tuple(a.part, a.upper_bound, table.key(a.series)) <
             std::make_tuple(b.part, b.upper_bound, table.key(b.series));
    });
  }
  unsettled_.clear();
  list_variants();
}

void SignalSet::list_variants() {
  if (variants_valid_) return;
  variants_.clear();
  variants_.reserve(count_);
  for (const auto& [key, variants] : signals_) {
    for (const auto& variant : variants) variants_.push_back(variant.get());
  }
  variants_valid_ = true;
}

void SignalSet::remove(std::span<const SeriesId> series) {
  std::unordered_set<const SignalVariant*> empty;
  for (const SeriesId id : series) {
    if (id >= users_.size()) continue;
    for (SignalVariant* variant : users_[id]) {
      std::erase_if(variant->members, [&](const Member& member) { return member.series == id; });
      if (variant->members.empty()) empty.insert(variant);
    }
    users_[id].clear();
  }
  if (empty.empty()) return;
  columns_valid_ = false;
  for (auto signal = signals_.begin(); signal != signals_.end();) {
    count_ -= std::erase_if(signal->second, [&](const auto& variant) { return empty.contains(variant.get()); });
    signal = signal->second.empty() ? signals_.erase(signal) : std::next(signal);
  }
  variants_valid_ = false;
  list_variants();
}

void SignalSet::compute(const SeriesTable& table, const ReadSpan& span) {
  std::vector<SignalVariant*> combined;
  for (SignalVariant* variant : variants_) {
    variant->raw = rows_as_staged(*variant, table);
    if (!variant->raw.empty()) continue;
    variant->own_rows = arena_.take(span.rows());
    variant->raw = variant->own_rows;
    combined.push_back(variant);
  }
  rca::parallel_for(0, combined.size(), kGrain, [&](std::size_t i) { compute_one(*combined[i], table, span.rows()); });
}

Rows SignalSet::rows_as_staged(const SignalVariant& variant, const SeriesTable& table) const {
  const SignalSpec& spec = spec_of(variant);
  if (is_histogram(spec.kind) || variant.members.size() != 1 || spec.scale != 1) return {};
  return table.staged_rows(variant.members.front().series, row_function(spec.kind));
}

void SignalSet::compute_one(SignalVariant& variant, const SeriesTable& table, std::size_t rows) const {
  thread_local std::vector<Rows> inputs;
  thread_local std::vector<Rows> counts;
  thread_local std::vector<BucketRows> buckets;
  thread_local std::vector<rca::Bucket> scratch;
  thread_local std::vector<double> divisor;
  inputs.clear();
  counts.clear();
  buckets.clear();
  const SignalSpec& spec = spec_of(variant);
  const RowFunction function = row_function(spec.kind);
  for (const Member& member : variant.members) {
    const Rows values = table.staged_rows(member.series, function);
    switch (member.part) {
      case SeriesPart::bucket: buckets.push_back({member.upper_bound, values}); break;
      case SeriesPart::count: counts.push_back(values); break;
      case SeriesPart::sum:
      case SeriesPart::value: inputs.push_back(values); break;
    }
  }
  const std::span<double> out = variant.own_rows;
  switch (spec.kind) {
    case SeriesKind::gauge:
    case SeriesKind::counter: aggregate_rows(spec.aggregate, inputs, out); break;
    case SeriesKind::histogram: quantile_rows(spec.quantile, buckets, semantics_, scratch, out); break;
    case SeriesKind::histogram_mean:
      divisor.resize(rows);
      aggregate_rows(Aggregate::sum, inputs, out);
      aggregate_rows(Aggregate::sum, counts, divisor);
      divide_rows(out, divisor);
      break;
  }
  scale_rows(out, spec.scale);
}

void SignalSet::write(const ReadSpan& span) {
  rca::parallel_ranges(0, variants_.size(), kGrain, [&](std::size_t first, std::size_t last) {
    std::vector<double> ratio;
    for (std::size_t i = first; i != last; ++i) {
      SignalVariant& variant = *variants_[i];
      const auto divisor = resolver_->divisor(variant.spec);
      if (!divisor) {
        variant.ring.write_finite(span.first_row, variant.raw);
        continue;
      }
      const SignalVariant* found = variant_of(*divisor, variant.entity);
      ratio.assign(variant.raw.begin(), variant.raw.end());
      divide_rows(ratio, found != nullptr ? found->raw : Rows());
      variant.ring.write(span.first_row, ratio);
    }
  });
  for (SignalVariant* variant : variants_) {
    variant->raw = {};
    variant->own_rows = {};
  }
  arena_.reset();
}

void SignalSet::clear_rows() {
  for (SignalVariant* variant : variants_) variant->ring.clear();
}

std::vector<const SignalVariant*> SignalSet::preferred() const {
  std::vector<const SignalVariant*> result;
  result.reserve(signals_.size());
  for (const auto& [key, variants] : signals_) result.push_back(variants.front().get());
  return result;
}

const SignalVariant* SignalSet::variant_of(std::size_t spec, const std::string& entity) const {
  const auto found = signals_.find(Key(entity, resolver_->catalog().signals[spec].role));
  if (found == signals_.end()) return nullptr;
  const auto variant =
      std::find_if(found->second.begin(), found->second.end(), [&](const auto& one) { return one->spec == spec; });
  return variant != found->second.end() ? variant->get() : nullptr;
}

const std::vector<Column>& SignalSet::columns() {
  if (columns_valid_) return columns_;
  columns_.clear();
  columns_.reserve(signals_.size());
  std::vector<rca::Signal> signals;
  signals.reserve(signals_.size());
  for (const auto& [key, variants] : signals_) {
    const SignalVariant& variant = *variants.front();
    const SignalSpec& spec = spec_of(variant);
    if (spec.internal) continue;
    signals.push_back({variant.entity,
                       spec.role,
                       spec.unit,
                       kind_of(spec.kind),
                       variant.peer_group,
                       spec.category,
                       {{"exporter", spec.exporter}}});
    columns_.push_back({{}, &variant.ring});
  }
  inherit_peer_groups(signals);
  for (std::size_t i = 0; i < signals.size(); ++i) columns_[i].signal = std::move(signals[i]);
  columns_valid_ = true;
  return columns_;
}

rca::Frame make_frame(const std::vector<Column>& columns, std::int64_t first_row, std::int64_t last_row,
                      std::int64_t step_ms) {
  rca::Frame frame;
  frame.grid = {first_row * step_ms, step_ms, last_row - first_row + 1};
  frame.values.resize(static_cast<Eigen::Index>(frame.grid.rows), static_cast<Eigen::Index>(columns.size()));
  prefer_huge_pages({frame.values.data(), static_cast<std::size_t>(frame.values.size())});
  frame.signals.reserve(columns.size());
  for (const Column& column : columns) frame.signals.push_back(column.signal);
  rca::parallel_for(0, columns.size(), kGrain, [&](std::size_t i) {
    columns[i].ring->copy(
        first_row, {frame.values.col(static_cast<Eigen::Index>(i)).data(), static_cast<std::size_t>(frame.grid.rows)});
  });
  return frame;
}

}  // namespace exporter
