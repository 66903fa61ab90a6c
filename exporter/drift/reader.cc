#include "exporter/drift/reader.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <optional>
#include <utility>

#include "common/parallel_for.h"
#include "rca_core/drift/histogram_window.h"

namespace exporter {
namespace {

// One series as an input of a part.
struct Input {
  double coordinate = 0;
  double scale = 1;
  rca::SampleView samples;
};
// The series of one histogram, or of one vector.
using Group = std::vector<Input>;
using Groups = std::map<std::string, Group>;

DriftObservations binned_observations(const Groups& groups, const DriftStretch& stretch) {
  DriftObservations out;
  std::vector<rca::BinnedDistribution> parts;
  std::vector<rca::BucketSeries> buckets;
  for (const auto& [key, group] : groups) {
    buckets.clear();
    bool has_infinity = false;
    for (const Input& input : group) {
      buckets.push_back({input.coordinate, input.samples});
      has_infinity = has_infinity || std::isinf(input.coordinate);
    }
    if (!has_infinity) {
      out.gaps |= mask_of(DriftGap::missing_inf_bucket);
      continue;
    }
    auto increase = rca::histogram_increase(buckets, {stretch.start_ms, stretch.end_ms});
    if (!increase.ok()) {
      // Without a scrape there is nothing to say; anything else is a change of bounds.
      if (increase.error().kind != rca::ErrorKind::missing_input) out.gaps |= mask_of(DriftGap::bounds_changed);
      continue;
    }
    if (increase->rebinned) out.gaps |= mask_of(DriftGap::bounds_changed);
    if (increase->skipped_rows > 0) out.gaps |= mask_of(DriftGap::unreadable_scrapes);
    if (increase->distribution.total() > 0) parts.push_back(std::move(increase->distribution));
  }
  if (auto sum = add_up(std::move(parts), out.gaps)) {
    out.coordinates = std::move(sum->upper_bounds);
    out.data = std::move(sum->counts);
  }
  return out;
}

// The newest value at or before `time`, not older than `reach`; NaN: none, or the series has ended.
double value_at(const Input& input, std::int64_t time, std::int64_t reach) {
  const auto& times = input.samples.times;
  const auto after = std::upper_bound(times.begin(), times.end(), time);
  if (after == times.begin() || *(after - 1) <= time - reach) return std::numeric_limits<double>::quiet_NaN();
  return input.samples.values[static_cast<std::size_t>(after - times.begin() - 1)] * input.scale;
}

// The vector that a group shows at `time`; empty: a dimension is missing.
void vector_at(const Group& group, std::size_t dimensions, std::int64_t time, std::int64_t reach,
               std::vector<double>& out) {
  out.assign(dimensions, std::numeric_limits<double>::quiet_NaN());
  for (const Input& input : group) out[static_cast<std::size_t>(input.coordinate)] = value_at(input, time, reach);
  if (!std::all_of(out.begin(), out.end(), [](double value) { return std::isfinite(value); })) out.clear();
}

std::size_t dimensions_of(const Group& group) {
  double most = 0;
  for (const Input& input : group) most = std::max(most, input.coordinate);
  return static_cast<std::size_t>(most) + 1;
}

// One row an instant: the mean over the part's series (or vectors of the most dimensions).
DriftObservations sampled_observations(const Groups& groups, const DriftStretch& stretch,
                                       const DriftReadOptions& options) {
  DriftObservations out;
  std::size_t dimensions = 0;
  for (const auto& [key, group] : groups) dimensions = std::max(dimensions, dimensions_of(group));
  for (std::size_t i = 0; i < dimensions; ++i) out.coordinates.push_back(static_cast<double>(i));
  std::vector<double> row;
  std::vector<double> sum;
  const std::int64_t interval = options.sample_interval_ms;
  for (std::int64_t time = (stretch.start_ms / interval + 1) * interval; time <= stretch.end_ms; time += interval) {
    sum.assign(dimensions, 0);
    double count = 0;
    for (const auto& [key, group] : groups) {
      if (dimensions_of(group) != dimensions) {
        out.gaps |= mask_of(DriftGap::dimensions_changed);
        continue;
      }
      vector_at(group, dimensions, time, options.reach_ms, row);
      if (row.empty()) continue;
      for (std::size_t i = 0; i < dimensions; ++i) sum[i] += row[i];
      ++count;
    }
    if (count == 0) continue;
    for (const double value : sum) out.data.push_back(value / count);
  }
  return out;
}

}  // namespace

void DriftReader::begin(std::size_t first_query, std::size_t count) {
  std::erase_if(series_, [&](const auto& entry) {
    const Series& series = entry.second;
    return series.source == source_ && series.query >= first_query && series.query - first_query < count;
  });
}

rca::Result<void> DriftReader::on_samples(std::size_t query, const rca::Labels& labels, rca::SampleView samples) {
  key_.clear();
  for (const rca::Label& label : labels) {
    // Bytes that no UTF-8 text has keep names and values apart.
    key_ += label.name;
    key_ += '\xff';
    key_ += label.value;
    key_ += '\xfe';
  }
  auto found = series_.find(key_);
  if (found == series_.end()) {
    Series series;
    series.source = source_;
    series.query = query;
    targets_.resolve(labels, series.uses);
    found = series_.emplace(key_, std::move(series)).first;
  }
  Series& series = found->second;
  if (series.source != source_ || series.query != query || series.uses.empty()) return {};
  // Where a target shows a histogram both ways, its native one brings some of the classic one's series again.
  const std::int64_t known =
      series.samples.times.empty() ? std::numeric_limits<std::int64_t>::min() : series.samples.times.back();
  const auto first = std::upper_bound(samples.times.begin(), samples.times.end(), known);
  const auto skip = static_cast<std::size_t>(first - samples.times.begin());
  series.samples.append(samples.subview(skip, samples.size() - skip));
  return {};
}

std::vector<DriftReader::Part> DriftReader::finish() const {
  std::map<DriftPartKey, std::pair<DriftKind, Groups>> inputs;
  for (const auto& [key, series] : series_) {
    for (const DriftUse& use : series.uses) {
      auto& [kind, groups] = inputs[use.part];
      kind = use.kind;
      groups[use.group].push_back({use.coordinate, use.scale, series.samples.view()});
    }
  }
  std::vector<Part> parts;
  std::vector<const Groups*> groups_of;
  for (auto& [key, input] : inputs) {
    // The order in which series arrived, and the hash of their labels, must not show in sums.
    for (auto& [name, group] : input.second) {
      std::sort(group.begin(), group.end(), [](const Input& a, const Input& b) { return a.coordinate < b.coordinate; });
    }
    parts.push_back({key, input.first, {}});
    groups_of.push_back(&input.second);
  }
  rca::parallel_for(0, parts.size(), 8, [&](std::size_t i) {
    for (const DriftStretch& stretch : stretches_) {
      parts[i].slots[stretch.slot] = parts[i].kind == DriftKind::histogram
                                         ? binned_observations(*groups_of[i], stretch)
                                         : sampled_observations(*groups_of[i], stretch, options_);
    }
  });
  return parts;
}

rca::Result<void> read_stretches(const DriftTargets& targets, std::span<const DriftStretch> stretches,
                                 const DriftReadOptions& options, Sources& sources, std::int64_t now_ms,
                                 const std::stop_token& stop, DriftHistory& history) {
  if (stretches.empty()) return {};
  DriftReader reader(targets, stretches, options);
  for (std::size_t source = 0; source < sources.size(); ++source) {
    std::vector<remote_read::Query> queries;
    for (Selector& selector : targets.selectors(sources.dialect(source))) {
      queries.push_back({stretches.front().start_ms - options.reach_ms + 1, stretches.back().end_ms,
                         std::move(selector.matchers), std::move(selector.hints)});
    }
    if (queries.empty()) continue;
    reader.start_source(source);
    RCA_TRY(sources.read(source, queries, reader, now_ms, stop));
  }
  for (const DriftReader::Part& part : reader.finish()) RCA_TRY(history.put(part.key, part.kind, part.slots));
  return {};
}

}  // namespace exporter
