#include "exporter/pipeline/signal_store.h"

#include <algorithm>
#include <iterator>
#include <utility>

namespace exporter {
namespace {

SeriesTableOptions table_options(const Config& config, rca::RangeSemantics semantics) {
  return {config.step.count(), config.lookback.count(), config.rate_range.count(), semantics};
}

std::vector<remote_read::Query> make_queries(const std::vector<Selector>& selectors, std::int64_t start_ms,
                                             std::int64_t end_ms) {
  std::vector<remote_read::Query> queries;
  queries.reserve(selectors.size());
  for (const Selector& selector : selectors) queries.push_back({start_ms, end_ms, selector.matchers, selector.hints});
  return queries;
}

}  // namespace

SignalStore::SignalStore(const Config& config, std::shared_ptr<const Resolver> resolver, rca::RangeSemantics semantics,
                         HistoryOptions options)
    : config_(config),
      resolver_(std::move(resolver)),
      table_options_(table_options(config, semantics)),
      options_(options),
      capacity_(std::max<std::int64_t>(1, config.window / config.step)),
      table_(
          table_options_, [this](SeriesId id, const rca::Labels& labels) { return bind(id, labels); },
          [this](SeriesId id, rca::SampleView samples) {
            edges_.observe(id, samples);
            changes_.observe(id, samples);
          }),
      signals_(resolver_, static_cast<std::size_t>(capacity_), semantics),
      levels_(config.slos, static_cast<std::size_t>(capacity_), semantics),
      edges_(resolver_),
      changes_(resolver_) {
  options_.overlap_ms = std::max(options_.overlap_ms, config.ingestion_delay.count());
  if (options_.longest_silence_ms == 0) {
    options_.longest_silence_ms = std::max(config.rate_range.count(), 2 * config.interval.count());
  }
}

// Time of the oldest row when `target` is the newest.
std::int64_t SignalStore::first_ms(std::int64_t target) const {
  return (target - capacity_ + 1) * table_options_.step_ms;
}

std::int64_t SignalStore::first_row() const {
  return *last_row_ - capacity_ + 1;
}

rca::Result<SeriesUse> SignalStore::bind(SeriesId id, const rca::Labels& labels) {
  if (staged_matches_.size() <= id) staged_matches_.resize(id + 1);
  staged_matches_[id].clear();
  SeriesResolution resolution = resolver_->resolve(labels);
  SeriesUse use;
  for (SeriesMatch& match : resolution.signals) {
    const SignalSpec& spec = resolver_->catalog().signals[match.spec];
    if (spec.kind == SeriesKind::histogram && match.part != SeriesPart::bucket) continue;
    if (spec.kind == SeriesKind::histogram_mean && match.part == SeriesPart::bucket) continue;
    (spec.kind == SeriesKind::gauge ? use.instant : use.rate) = true;
    if (!signals_.knows(match)) {
      staged_signals_.insert(match.entity + '\0' + spec.role + '\0' + std::to_string(match.preference));
    }
    staged_matches_[id].push_back(std::move(match));
  }
  if (signals_.size() + staged_signals_.size() > config_.max_signals) {
    return rca::Error{rca::ErrorKind::limit, "more than evaluation.max_signals (" +
                                                 std::to_string(config_.max_signals) +
                                                 ") signals, the first beyond it from " + rca::to_string(labels) +
                                                 "; raise the bound or narrow catalog.match or catalog.exporters"};
  }
  if (!resolution.edges.empty()) {
    use.watched = true;
    edges_.bind(id, std::move(resolution.edges));
  }
  if (!resolution.changes.empty()) {
    use.watched = true;
    changes_.bind(id, std::move(resolution.changes));
  }
  return use;
}

ReadSpan SignalStore::next_span(std::int64_t target, bool& gap) const {
  const std::int64_t step = table_options_.step_ms;
  const std::int64_t reach = std::max(table_options_.lookback_ms, table_options_.rate_range_ms);
  const std::int64_t oldest = target - capacity_ + 1;
  ReadSpan span;
  // One more than the reach: whether a sample exactly that old counts is for the row's function to say.
  const std::int64_t from_scratch = oldest * step - reach - 1;
  gap = !last_row_ || settled_ms_ < from_scratch;
  span.settled_ms = gap ? from_scratch : settled_ms_;
  span.first_row = gap ? oldest : std::max(span.settled_ms / step + 1, oldest);
  const std::int64_t done = gap ? oldest - 1 : std::max(*last_row_, oldest - 1);
  span.last_row = std::min(target, done + options_.rows_per_read);
  span.next_settled_ms = std::max(span.settled_ms, span.last_row * step - options_.overlap_ms);
  return span;
}

rca::Result<void> SignalStore::update(std::int64_t now_ms, Sources& sources, const std::stop_token& stop) {
  const std::int64_t target = (now_ms - config_.ingestion_delay.count()) / table_options_.step_ms;
  if (target < capacity_) {
    return rca::Error{rca::ErrorKind::invalid_argument, "the window begins before 1970; check the clock"};
  }
  for (std::int64_t reads = 0; !last_row_ || *last_row_ < target; ++reads) {
    if (options_.reads_per_update > 0 && reads == options_.reads_per_update) return {};
    bool gap = false;
    const ReadSpan span = next_span(target, gap);
    auto done = read(span, now_ms, sources, stop);
    if (done.ok() && span.last_row == target && table_.staged_newest_ms() == table_.newest_ms()) {
      // Slow scrapes leave short stretches without a sample: the next cycle asks for them again. A long one is a fault.
      const std::int64_t newest = std::max(table_.newest_ms(), first_ms(target));
      const std::int64_t silence = target * table_options_.step_ms - newest;
      if (silence < options_.longest_silence_ms) return rollback(), rca::Result<void>();
      done = rca::Error{rca::ErrorKind::not_found, "the sources gave no sample of any signal of the last " +
                                                       std::to_string(silence / 1000) + " s"};
    }
    if (!done.ok()) {
      rollback();
      return done.error();
    }
    commit(span, gap);
  }
  forget_old();
  if (last_row_) traffic_.update(signals_.columns(), first_row(), *last_row_, step_ms());
  return {};
}

rca::Result<void> SignalStore::read(const ReadSpan& span, std::int64_t now_ms, Sources& sources,
                                    const std::stop_token& stop) {
  std::vector<std::vector<remote_read::Query>> queries;
  std::size_t most = 0;
  for (std::size_t source = 0; source < sources.size(); ++source) {
    queries.push_back(make_queries(resolver_->selectors(sources.dialect(source)), span.settled_ms + 1,
                                   span.last_row * table_options_.step_ms));
    most = std::max(most, queries.back().size());
  }
  table_.begin_read(span, most);
  for (std::size_t source = 0; source < sources.size(); ++source) {
    SeriesTable::Sink sink = table_.sink(static_cast<std::uint32_t>(source));
    RCA_TRY(sources.read(source, queries[source], sink, now_ms, stop));
    table_.finish_source();
  }
  table_.finish_read();
  return {};
}

void SignalStore::commit(const ReadSpan& span, bool gap) {
  const std::vector<SeriesId> added = table_.added();
  for (const SeriesId id : added) {
    for (const SeriesMatch& match : staged_matches_[id]) signals_.add(id, match);
  }
  signals_.settle(table_);
  if (gap) {
    signals_.clear_rows();
    levels_.clear_rows();
  }
  signals_.compute(table_, span);
  levels_.compute(signals_, table_, span);
  signals_.write(span);
  edges_.commit(added);
  changes_.commit(added, span.settled_ms);
  table_.commit();
  staged_matches_ = {};
  staged_signals_.clear();
  last_row_ = span.last_row;
  settled_ms_ = span.next_settled_ms;
}

void SignalStore::rollback() {
  table_.rollback();
  edges_.rollback();
  changes_.rollback();
  staged_matches_ = {};
  staged_signals_.clear();
}

void SignalStore::forget_old() {
  if (!last_row_) return;
  // A gauge is seen for the lookback after its last sample.
  const std::int64_t oldest =
      first_row() * table_options_.step_ms - std::max(table_options_.lookback_ms, table_options_.rate_range_ms);
  const std::vector<SeriesId> gone = table_.drop_older_than(oldest);
  if (gone.empty()) return;
  signals_.remove(gone);
  edges_.remove(gone);
  changes_.remove(gone);
}

std::vector<double> SignalStore::values(std::string_view entity, std::string_view role, std::int64_t first_ms,
                                        std::int64_t last_ms) {
  std::vector<double> out;
  if (!last_row_) return out;
  const auto& all = signals_.columns();
  const auto column = std::find_if(all.begin(), all.end(), [&](const Column& one) {
    return one.signal.entity == entity && one.signal.role == role;
  });
  if (column == all.end()) return out;
  const std::int64_t step = table_options_.step_ms;
  const std::int64_t first = std::max(first_ms / step + 1, first_row());
  const std::int64_t last = std::min(last_ms / step, *last_row_);
  if (first > last) return out;
  out.resize(static_cast<std::size_t>(last - first + 1));
  column->ring->copy(first, out);
  return out;
}

std::vector<rca::ChangeEvent> SignalStore::changes() const {
  const auto earlier = [](const rca::ChangeEvent& a, const rca::ChangeEvent& b) { return a.time_ms < b.time_ms; };
  const std::vector<rca::ChangeEvent> labels = changes_.events();
  std::vector<rca::ChangeEvent> all;
  std::merge(labels.begin(), labels.end(), traffic_.events().begin(), traffic_.events().end(), std::back_inserter(all),
             earlier);
  return all;
}

rca::EntityGraph SignalStore::graph() const {
  return edges_.graph(last_row_ ? first_row() * table_options_.step_ms : 0, config_.calls);
}

}  // namespace exporter
