#include "rca_core/drift/histogram_window.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <string>
#include <utility>
#include <vector>

namespace rca {
namespace {

// The scrapes of one histogram: what each series had at each time.
struct Scrapes {
  std::vector<double> upper_bounds;              // ascending
  std::span<const std::int64_t> times;           // T, from the lookback before the window to its end
  std::vector<std::span<const double>> columns;  // one per bound, T values; the stale marker where there is none
  std::vector<std::int64_t> merged_times;        // owns `times` where the series differ in them
  std::vector<std::vector<double>> merged;       // owns `columns` likewise
};

SampleView cut(SampleView samples, std::int64_t first_ms, std::int64_t last_ms) {
  const auto begin = std::lower_bound(samples.times.begin(), samples.times.end(), first_ms);
  const auto end = std::upper_bound(begin, samples.times.end(), last_ms);
  return samples.subview(static_cast<std::size_t>(begin - samples.times.begin()),
                         static_cast<std::size_t>(end - begin));
}

bool same_times(const std::vector<SampleView>& series) {
  return std::all_of(series.begin(), series.end(), [&](const SampleView& view) {
    return std::equal(view.times.begin(), view.times.end(), series.front().times.begin(), series.front().times.end());
  });
}

void merge_times(const std::vector<SampleView>& series, Scrapes& out) {
  for (const SampleView& view : series) {
    out.merged_times.insert(out.merged_times.end(), view.times.begin(), view.times.end());
  }
  std::sort(out.merged_times.begin(), out.merged_times.end());
  out.merged_times.erase(std::unique(out.merged_times.begin(), out.merged_times.end()), out.merged_times.end());
  for (const SampleView& view : series) {
    std::vector<double>& column = out.merged.emplace_back(out.merged_times.size(), stale_marker());
    std::size_t row = 0;
    for (std::size_t i = 0; i < view.size(); ++i) {
      while (out.merged_times[row] < view.times[i]) ++row;
      column[row] = view.values[i];
    }
  }
}

Result<Scrapes> read_scrapes(std::span<const BucketSeries> buckets, TimeWindow window) {
  if (buckets.empty()) return Error{ErrorKind::missing_input, "a histogram without bucket series"};
  if (window.end_ms < window.start_ms) {
    return Error{ErrorKind::invalid_argument, "the window ends before it starts"};
  }
  std::vector<const BucketSeries*> ordered;
  for (const BucketSeries& bucket : buckets) {
    if (std::isnan(bucket.upper_bound) || bucket.upper_bound == -std::numeric_limits<double>::infinity()) {
      return Error{ErrorKind::invalid_argument, "a bucket series with the bound " + std::to_string(bucket.upper_bound)};
    }
    ordered.push_back(&bucket);
  }
  std::sort(ordered.begin(), ordered.end(),
            [](const BucketSeries* a, const BucketSeries* b) { return a->upper_bound < b->upper_bound; });
  if (!std::isinf(ordered.back()->upper_bound)) {
    return Error{ErrorKind::missing_input, "the histogram has no series with le=\"+Inf\""};
  }
  Scrapes scrapes;
  std::vector<SampleView> series;
  for (const BucketSeries* bucket : ordered) {
    if (!scrapes.upper_bounds.empty() && scrapes.upper_bounds.back() == bucket->upper_bound) {
      return Error{ErrorKind::invalid_argument,
                   "two bucket series with the bound " + std::to_string(bucket->upper_bound)};
    }
    scrapes.upper_bounds.push_back(bucket->upper_bound);
    series.push_back(cut(bucket->samples, window.start_ms - kHistogramLookbackMs, window.end_ms));
  }
  if (same_times(series)) {
    scrapes.times = series.front().times;
    for (const SampleView& view : series) scrapes.columns.push_back(view.values);
  } else {
    merge_times(series, scrapes);
    scrapes.times = scrapes.merged_times;
    for (const std::vector<double>& column : scrapes.merged) scrapes.columns.emplace_back(column);
  }
  return scrapes;
}

// Rows that count, and in how many of them each bound is there.
struct GoodRows {
  std::vector<std::size_t> rows;
  std::vector<std::size_t> seen;  // per column
  std::size_t skipped = 0;        // in the window
  bool baseline = false;          // the first row lies before the window
};

enum class RowState : std::uint8_t { empty, good, damaged };

// Column by column, since that is how the values lie in memory.
std::vector<RowState> row_states(const Scrapes& scrapes) {
  std::vector<RowState> states(scrapes.times.size(), RowState::empty);
  for (const std::span<const double> column : scrapes.columns) {
    for (std::size_t row = 0; row < states.size(); ++row) {
      if (std::isfinite(column[row])) {
        if (states[row] == RowState::empty) states[row] = RowState::good;
      } else if (!is_stale(column[row])) {
        states[row] = RowState::damaged;
      }
    }
  }
  const std::span<const double> all = scrapes.columns.back();  // le="+Inf"
  for (std::size_t row = 0; row < states.size(); ++row) {
    if (states[row] == RowState::good && !std::isfinite(all[row])) states[row] = RowState::damaged;
  }
  return states;
}

GoodRows good_rows(const Scrapes& scrapes, TimeWindow window) {
  GoodRows out;
  const std::vector<RowState> states = row_states(scrapes);
  for (std::size_t row = 0; row < states.size(); ++row) {
    const bool before = scrapes.times[row] <= window.start_ms;
    if (states[row] == RowState::damaged && !before) ++out.skipped;
    if (states[row] != RowState::good) continue;
    if (before) {
      out.rows.assign(1, row);
      out.baseline = true;
    } else {
      out.rows.push_back(row);
    }
  }
  for (const std::span<const double> column : scrapes.columns) {
    std::size_t seen = 0;
    for (const std::size_t row : out.rows) seen += std::isfinite(column[row]) ? 1U : 0U;
    out.seen.push_back(seen);
  }
  return out;
}

// Rows before which the process restarted: any of the columns fell.
std::vector<std::uint8_t> find_resets(const std::vector<std::span<const double>>& columns,
                                      const std::vector<std::size_t>& rows) {
  std::vector<std::uint8_t> reset(rows.size(), 0);
  for (const std::span<const double> column : columns) {
    for (std::size_t i = 1; i < rows.size(); ++i) {
      reset[i] = static_cast<std::uint8_t>(reset[i] | (column[rows[i]] < column[rows[i - 1]] ? 1U : 0U));
    }
  }
  return reset;
}

double increase(std::span<const double> column, const std::vector<std::size_t>& rows,
                const std::vector<std::uint8_t>& reset) {
  if (rows.empty()) return 0;
  double sum = column[rows.back()] - column[rows.front()];
  for (std::size_t i = 1; i < rows.size(); ++i) {
    if (reset[i] != 0) sum += column[rows[i - 1]];
  }
  return sum;
}

}  // namespace

Result<WindowedHistogram> histogram_increase(std::span<const BucketSeries> buckets, TimeWindow window) {
  RCA_ASSIGN(const Scrapes scrapes, read_scrapes(buckets, window));
  const GoodRows good = good_rows(scrapes, window);
  WindowedHistogram out;
  out.skipped_rows = good.skipped;
  out.rows = good.rows.size() - (good.baseline ? 1 : 0);
  std::vector<std::span<const double>> columns;
  for (std::size_t i = 0; i < scrapes.columns.size(); ++i) {
    // A series without a value in any scrape (its bound went before the window) says nothing about the others.
    if (!good.rows.empty() && good.seen[i] == 0) continue;
    if (good.seen[i] < good.rows.size()) {
      out.rebinned = true;
      continue;
    }
    columns.push_back(scrapes.columns[i]);
    out.distribution.upper_bounds.push_back(scrapes.upper_bounds[i]);
  }
  if (out.rebinned && columns.size() < 2) {
    return Error{ErrorKind::invalid_argument,
                 "the bucket bounds changed within the window, and no finite bound was there all the time"};
  }
  const std::vector<std::uint8_t> reset = find_resets(columns, good.rows);
  out.resets = static_cast<std::size_t>(std::count(reset.begin(), reset.end(), std::uint8_t{1}));
  double below = 0;  // cumulative increase of the bound before
  for (const std::span<const double> column : columns) {
    double cumulative = increase(column, good.rows, reset);
    if (cumulative < below) {
      out.repaired = true;
      cumulative = below;
    }
    out.distribution.counts.push_back(cumulative - below);
    below = cumulative;
  }
  return out;
}

}  // namespace rca
