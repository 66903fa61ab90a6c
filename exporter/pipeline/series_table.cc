#include "exporter/pipeline/series_table.h"

#include <algorithm>
#include <utility>

namespace exporter {

SeriesTable::SeriesTable(SeriesTableOptions options, Bind bind, Watch watch)
    : options_(options), bind_(std::move(bind)), watch_(std::move(watch)) {}

void SeriesTable::begin_read(const ReadSpan& span, std::size_t queries) {
  span_ = span;
  open_.resize(queries);
  touched_.resize(queries);
  staged_newest_ms_ = newest_ms_;
}

void SeriesTable::Sink::begin(std::size_t first_query, std::size_t count) {
  table_.reset_queries(first_query, count);
}

rca::Result<void> SeriesTable::Sink::on_samples(std::size_t query, const rca::Labels& labels, rca::SampleView samples) {
  return table_.receive(source_, query, labels, samples);
}

void SeriesTable::reset_queries(std::size_t first_query, std::size_t count) {
  for (std::size_t query = first_query; query < first_query + count; ++query) {
    open_[query].id.reset();
    open_[query].key.clear();
    for (const SeriesId id : touched_[query]) {
      Series& series = series_[id];
      if (series.query != query) continue;
      series.staged = false;
      series.staged_newest_ms = series.newest_ms;
    }
    touched_[query].clear();
  }
}

void SeriesTable::make_key(const rca::Labels& labels) {
  // Bytes that no UTF-8 text has keep names and values apart.
  key_.clear();
  for (const rca::Label& label : labels) {
    key_ += label.name;
    key_ += '\xff';
    key_ += label.value;
    key_ += '\xfe';
  }
}

rca::Result<void> SeriesTable::receive(std::uint32_t source, std::size_t query, const rca::Labels& labels,
                                       rca::SampleView samples) {
  Open& open = open_[query];
  make_key(labels);
  if (!open.id || open.key != key_) {
    close(open);
    RCA_ASSIGN(const SeriesId id, find_or_add(source, query, labels));
    Series& series = series_[id];
    const bool owned = series.query == query && series.source == source;
    if (owned && series.staged) {
      return rca::Error{rca::ErrorKind::malformed,
                        "series " + rca::to_string(labels) + " came in pieces that do not follow each other"};
    }
    open.id = id;
    open.key = key_;
    open.ignored = !owned || !series.use.any();
    if (!open.ignored) load_tail(series, open.samples);
    // A series of no use is remembered as seen, so that it is forgotten when it is gone.
    if (!samples.empty()) series.staged_newest_ms = std::max(series.staged_newest_ms, samples.times.back());
  }
  if (open.ignored || samples.empty()) return {};
  // What is not newer than what is known was asked for by mistake or sent twice.
  const std::int64_t after = open.samples.times.empty() ? span_.settled_ms : open.samples.times.back();
  const auto first = std::upper_bound(samples.times.begin(), samples.times.end(), std::max(after, span_.settled_ms));
  const auto skip = static_cast<std::size_t>(first - samples.times.begin());
  open.samples.append(samples.subview(skip, samples.size() - skip));
  staged_newest_ms_ = std::max(staged_newest_ms_, samples.times.back());
  return {};
}

rca::Result<SeriesId> SeriesTable::find_or_add(std::uint32_t source, std::size_t query, const rca::Labels& labels) {
  if (const auto found = index_.find(std::string_view(key_)); found != index_.end()) {
    Series& series = series_[found->second];
    // The owner is only lost together with the series, or when it was never part of the state.
    if (series.state == State::fresh && !series.staged) {
      series.query = static_cast<std::uint32_t>(query);
      series.source = source;
      touched_[query].push_back(found->second);
    } else if (series.query == query && series.source == source) {
      touched_[query].push_back(found->second);
    }
    return found->second;
  }
  SeriesId id = static_cast<SeriesId>(series_.size());
  if (free_.empty()) {
    series_.emplace_back();
  } else {
    id = free_.back();
    free_.pop_back();
  }
  Series& series = series_[id];
  series = Series();
  series.state = State::fresh;
  series.query = static_cast<std::uint32_t>(query);
  series.source = source;
  series.key = &index_.emplace(key_, id).first->first;
  touched_[query].push_back(id);
  RCA_ASSIGN(series_[id].use, bind_(id, labels));
  return id;
}

void SeriesTable::load_tail(const Series& series, rca::Samples& out) {
  out.clear();
  for (const Sample& sample : series.tail) out.push_back(sample.time, sample.value);
}

void SeriesTable::close(Open& open) {
  if (!open.id) return;
  Series& series = series_[*open.id];
  if (!open.ignored) {
    const rca::SampleView samples = open.samples.view();
    compute_rows(series, samples);
    keep_tail(series, samples);
    if (!samples.empty()) series.staged_newest_ms = samples.times.back();
    if (series.use.watched) watch_(*open.id, samples);
    series.staged = true;
  }
  open.id.reset();
  open.key.clear();
}

void SeriesTable::compute_rows(Series& series, rca::SampleView samples) {
  series.staged_instant = {};
  series.staged_rate = {};
  if (samples.empty()) return;
  const rca::TimeGrid grid{span_.first_row * options_.step_ms, options_.step_ms,
                           static_cast<std::int64_t>(span_.rows())};
  if (series.use.instant) {
    series.staged_instant = arena_.take(span_.rows());
    rca::instant_values(samples, grid, options_.lookback_ms, options_.semantics, series.staged_instant);
  }
  if (series.use.rate) {
    series.staged_rate = arena_.take(span_.rows());
    rca::range_values(rca::RangeFunction::rate, samples, grid, options_.rate_range_ms, options_.semantics,
                      series.staged_rate);
  }
}

void SeriesTable::keep_tail(Series& series, rca::SampleView samples) const {
  series.staged_tail.clear();
  const auto settled = std::upper_bound(samples.times.begin(), samples.times.end(), span_.next_settled_ms);
  const auto end = static_cast<std::size_t>(settled - samples.times.begin());
  if (end == 0) return;
  // Rows to come are later than next_settled_ms, so older samples than these are out of every row's reach.
  std::size_t first = end;
  if (series.use.rate) {
    const auto reach = std::upper_bound(samples.times.begin(), settled, span_.next_settled_ms - options_.rate_range_ms);
    first = static_cast<std::size_t>(reach - samples.times.begin());
  }
  const bool newest_counts =
      series.use.watched ||
      (series.use.instant && samples.times[end - 1] > span_.next_settled_ms - options_.lookback_ms);
  if (newest_counts) first = std::min(first, end - 1);
  series.staged_tail.reserve(end - first);
  for (std::size_t i = first; i < end; ++i) series.staged_tail.push_back({samples.times[i], samples.values[i]});
}

void SeriesTable::finish_source() {
  for (Open& open : open_) close(open);
  for (auto& ids : touched_) ids.clear();
}

void SeriesTable::finish_read() {
  rca::Samples samples;
  for (Series& series : series_) {
    if (series.state != State::live || series.staged || !series.use.any()) continue;
    load_tail(series, samples);
    compute_rows(series, samples.view());
    keep_tail(series, samples.view());
    series.staged = true;
  }
}

std::vector<SeriesId> SeriesTable::added() const {
  std::vector<SeriesId> ids;
  for (SeriesId id = 0; id < series_.size(); ++id) {
    const Series& series = series_[id];
    if (series.state == State::fresh && series.staged) ids.push_back(id);
  }
  return ids;
}

void SeriesTable::commit() {
  for (SeriesId id = 0; id < series_.size(); ++id) {
    Series& series = series_[id];
    if (series.state == State::free) continue;
    if (series.state == State::fresh) {
      if (!series.staged && series.use.any()) {  // given by an attempt that failed, and not again
        release(id);
        continue;
      }
      series.state = State::live;
      if (series.use.any()) ++in_use_;
    }
    if (series.staged) {
      series.tail.swap(series.staged_tail);
      series.staged_tail.clear();
    }
    series.newest_ms = std::max(series.newest_ms, series.staged_newest_ms);
    series.staged_instant = {};
    series.staged_rate = {};
    series.staged = false;
  }
  newest_ms_ = staged_newest_ms_;
  arena_.reset();
}

void SeriesTable::rollback() {
  for (SeriesId id = 0; id < series_.size(); ++id) {
    Series& series = series_[id];
    if (series.state == State::fresh) {
      release(id);
      continue;
    }
    series.staged_tail.clear();
    series.staged_instant = {};
    series.staged_rate = {};
    series.staged_newest_ms = series.newest_ms;
    series.staged = false;
  }
  for (Open& open : open_) {
    open.id.reset();
    open.key.clear();
  }
  for (auto& ids : touched_) ids.clear();
  arena_.reset();
}

void SeriesTable::release(SeriesId id) {
  Series& series = series_[id];
  index_.erase(index_.find(std::string_view(*series.key)));
  series = Series();
  free_.push_back(id);
}

std::vector<SeriesId> SeriesTable::drop_older_than(std::int64_t before_ms) {
  std::vector<SeriesId> dropped;
  for (SeriesId id = 0; id < series_.size(); ++id) {
    Series& series = series_[id];
    if (series.state != State::live || series.newest_ms >= before_ms) continue;
    if (series.use.any()) {
      dropped.push_back(id);
      --in_use_;
    }
    release(id);
  }
  return dropped;
}

}  // namespace exporter
