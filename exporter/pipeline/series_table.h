// The raw series behind the signals: who they are, the few newest samples of each, and their values on the rows of the
// read that is under way.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "common/labels.h"
#include "common/result.h"
#include "common/samples.h"
#include "exporter/pipeline/row_arena.h"
#include "rca_core/frame/promql.h"
#include "remote_read/sink.h"

namespace exporter {

using SeriesId = std::uint32_t;

// How raw samples become the value of a row.
enum class RowFunction : std::uint8_t {
  instant,  // the newest sample within the lookback
  rate,     // rate() over the range
};

// What a series is good for.
struct SeriesUse {
  bool instant = false;
  bool rate = false;
  bool watched = false;  // its samples are shown to Watch

  [[nodiscard]] bool any() const { return instant || rate || watched; }
};

struct SeriesTableOptions {
  std::int64_t step_ms = 5000;
  std::int64_t lookback_ms = 300'000;
  std::int64_t rate_range_ms = 60'000;
  rca::RangeSemantics semantics = rca::RangeSemantics::closed;
};

// What one read covers. Rows are counted from the epoch: row r is the instant r × step.
struct ReadSpan {
  std::int64_t first_row = 0;  // the rows that are computed, both ends included
  std::int64_t last_row = 0;
  std::int64_t settled_ms = 0;       // the tails hold samples up to here; the read gives those after it
  std::int64_t next_settled_ms = 0;  // the tails shall hold samples up to here afterwards

  [[nodiscard]] std::size_t rows() const { return static_cast<std::size_t>(last_row - first_row + 1); }
};

// Everything that a read brings is staged: commit() makes it the new state, rollback() leaves the old one untouched.
// A series is known by its labels; where several queries match it, the first that gave it goes on to. One thread at a
// time.
class SeriesTable {
 public:
  // Asked once for every series that is new: what it is good for. An error fails the read.
  using Bind = std::function<rca::Result<SeriesUse>(SeriesId id, const rca::Labels& labels)>;
  // Shown the new samples of a watched series, with the newest older one in front.
  using Watch = std::function<void(SeriesId id, rca::SampleView samples)>;

  SeriesTable(SeriesTableOptions options, Bind bind, Watch watch);

  // Starts to stage a read of `queries` queries.
  void begin_read(const ReadSpan& span, std::size_t queries);
  // Where the answers of endpoint number `source` go. A series that two endpoints give is taken from the one that gave
  // it first.
  class Sink final : public remote_read::SeriesSink {
   public:
    Sink(SeriesTable& table, std::uint32_t source) : table_(table), source_(source) {}
    void begin(std::size_t first_query, std::size_t count) override;
    rca::Result<void> on_samples(std::size_t query, const rca::Labels& labels, rca::SampleView samples) override;

   private:
    SeriesTable& table_;
    std::uint32_t source_;
  };
  [[nodiscard]] Sink sink(std::uint32_t source) { return {*this, source}; }

  // The answers of one endpoint are complete. Must be called before the next endpoint is read.
  void finish_source();
  // Computes the rows of the series that gave no new samples. After it staged_rows() is valid.
  void finish_read();

  // The staged rows [first_row, last_row] of a series; empty: no value in any row.
  [[nodiscard]] std::span<const double> staged_rows(SeriesId id, RowFunction function) const {
    return function == RowFunction::instant ? series_[id].staged_instant : series_[id].staged_rate;
  }

  // The series of use that commit() will add.
  [[nodiscard]] std::vector<SeriesId> added() const;
  void commit();
  void rollback();

  // Forgets the series whose newest sample is older than `before_ms`; returns those that were of use.
  std::vector<SeriesId> drop_older_than(std::int64_t before_ms);

  // Order of series that depends on nothing but their identity.
  [[nodiscard]] std::string_view key(SeriesId id) const { return *series_[id].key; }
  [[nodiscard]] std::size_t size() const { return in_use_; }
  // Time of the newest sample of any series that is of use, of the state and of the read under way; 0: none.
  [[nodiscard]] std::int64_t newest_ms() const { return newest_ms_; }
  [[nodiscard]] std::int64_t staged_newest_ms() const { return staged_newest_ms_; }

 private:
  enum class State : std::uint8_t { free, fresh, live };
  struct Sample {
    std::int64_t time = 0;
    double value = 0;
  };
  struct Series {
    const std::string* key = nullptr;  // of the index
    std::vector<Sample> tail;          // what the rows to come still need, up to settled_ms
    std::vector<Sample> staged_tail;
    std::span<double> staged_instant;
    std::span<double> staged_rate;
    std::int64_t newest_ms = 0;
    std::int64_t staged_newest_ms = 0;
    std::uint32_t query = 0;
    std::uint32_t source = 0;
    State state = State::free;
    SeriesUse use;
    bool staged = false;  // samples came, and everything staged_ above is set
  };
  // The series of one query whose samples are arriving.
  struct Open {
    std::optional<SeriesId> id;
    bool ignored = false;  // of no use, or another query's
    std::string key;
    rca::Samples samples;  // tail and new ones
  };
  struct KeyHash {
    using is_transparent = void;
    std::size_t operator()(std::string_view text) const { return std::hash<std::string_view>()(text); }
  };

  rca::Result<void> receive(std::uint32_t source, std::size_t query, const rca::Labels& labels,
                            rca::SampleView samples);
  rca::Result<SeriesId> find_or_add(std::uint32_t source, std::size_t query, const rca::Labels& labels);
  void make_key(const rca::Labels& labels);
  void reset_queries(std::size_t first_query, std::size_t count);
  void close(Open& open);
  static void load_tail(const Series& series, rca::Samples& out);
  void compute_rows(Series& series, rca::SampleView samples);
  void keep_tail(Series& series, rca::SampleView samples) const;
  void release(SeriesId id);

  SeriesTableOptions options_;
  Bind bind_;
  Watch watch_;
  ReadSpan span_;
  RowArena arena_;
  std::vector<Series> series_;
  std::vector<SeriesId> free_;
  std::unordered_map<std::string, SeriesId, KeyHash, std::equal_to<>> index_;
  std::size_t in_use_ = 0;
  std::vector<Open> open_;                      // per query
  std::vector<std::vector<SeriesId>> touched_;  // per query: what the request under way gave
  std::string key_;                             // scratch
  std::int64_t newest_ms_ = 0;
  std::int64_t staged_newest_ms_ = 0;
};

}  // namespace exporter
