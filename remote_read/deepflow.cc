#include "remote_read/deepflow.h"

#include <google/protobuf/io/coded_stream.h>
#include <re2/re2.h>

#include <algorithm>
#include <memory>
#include <nlohmann/json.hpp>
#include <set>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "remote_read/deepflow_split.h"

namespace remote_read {

using rca::Error;
using rca::ErrorKind;
using rca::Labels;
using rca::Result;
using rca::Samples;

namespace {

using SeriesMap = std::map<Labels, Samples>;

// The whole seconds inside of a range are all that DeepFlow can answer.
Query whole_seconds(Query query) {
  constexpr std::int64_t kSecond = 1000;
  const auto floor = [](std::int64_t ms) { return (ms >= 0 ? ms : ms - (kSecond - 1)) / kSecond * kSecond; };
  query.start_ms = floor(query.start_ms + kSecond - 1);
  query.end_ms = floor(query.end_ms);
  return query;
}

// The matchers that we added to a query, checked against what came back.
class AddedMatchers {
 public:
  // Those from number `first` on.
  AddedMatchers(const Query& query, std::size_t first) {
    for (const Matcher& matcher : std::span(query.matchers).subspan(first)) {
      matchers_.push_back({matcher.name, std::make_unique<RE2>(matcher.value), matcher.type == Matcher::Type::regex});
    }
  }
  [[nodiscard]] bool hold_for(const Labels& series) const {
    return std::all_of(matchers_.begin(), matchers_.end(), [&](const Compiled& matcher) {
      return RE2::FullMatch(std::string(rca::label_value(series, matcher.label)), *matcher.expression) ==
             matcher.wanted;
    });
  }

 private:
  struct Compiled {
    std::string label;
    std::unique_ptr<RE2> expression;
    bool wanted;
  };
  std::vector<Compiled> matchers_;
};

// Parts may overlap only if the server contradicts itself; a sample is then taken once.
void sort_by_time(Samples& samples) {
  if (std::adjacent_find(samples.times.begin(), samples.times.end(), std::greater_equal<>()) == samples.times.end()) {
    return;
  }
  std::map<std::int64_t, double> sorted;
  for (std::size_t i = 0; i < samples.size(); ++i) sorted.emplace(samples.times[i], samples.values[i]);
  samples.clear();
  for (const auto& [time, value] : sorted) samples.push_back(time, value);
}

class Reading {
 public:
  Reading(const Query& whole, const DeepflowFetch& fetch, const DeepflowLimits& limits)
      : whole_(whole), fetch_(fetch), limits_(limits) {}

  Result<SeriesMap> run(std::uint64_t& splits) {
    for (parts_.push_back(whole_); !parts_.empty();) {
      const Query part = std::move(parts_.back());
      parts_.pop_back();
      Result<void> done = read_part(part);
      splits += std::exchange(splits_since_, 0);
      if (!done.ok()) return std::move(done).error();
    }
    for (const Labels& labels : seen_) {
      if (!merged_.contains(labels)) {
        return Error{ErrorKind::unexpected_content, "series " + rca::to_string(labels) +
                                                        " of a truncated answer is in no answer to the parts of its "
                                                        "query, so that the answer cannot be completed"};
      }
    }
    for (auto& [labels, samples] : merged_) sort_by_time(samples);
    return std::move(merged_);
  }

 private:
  Result<void> read_part(const Query& part) {
    RCA_ASSIGN(DeepflowAnswer answer, fetch_(part));
    const AddedMatchers added(part, whole_.matchers.size());
    for (const auto& [labels, samples] : answer.series) {
      if (!added.hold_for(labels)) {
        return Error{ErrorKind::unexpected_content, "series " + rca::to_string(labels) + " does not match " +
                                                        to_string(part.matchers) + ", by which it was asked for"};
      }
    }
    if (answer.wire_series < limits_.series && answer.wire_rows < limits_.rows) {
      for (auto& [labels, samples] : answer.series) merged_[labels].append(samples.view());
      return {};
    }
    const auto halves = split_query(part, answer, limits_);
    if (!halves || ++total_splits_ > limits_.splits) {
      return Error{ErrorKind::limit,
                   "the server truncated its answer to " + to_string(part.matchers) + " at " +
                       std::to_string(answer.wire_series) + " series and " + std::to_string(answer.wire_rows) +
                       " rows, and " +
                       (halves ? std::to_string(limits_.splits) + " splits of the query were not enough"
                               : "the query cannot be split any further")};
    }
    ++splits_since_;
    for (const auto& [labels, samples] : answer.series) seen_.insert(labels);
    parts_.push_back(halves->first);
    parts_.push_back(halves->second);
    return {};
  }

  const Query& whole_;
  const DeepflowFetch& fetch_;
  const DeepflowLimits& limits_;
  std::vector<Query> parts_;
  std::set<Labels> seen_;  // in truncated answers
  SeriesMap merged_;
  std::uint64_t total_splits_ = 0;
  std::uint64_t splits_since_ = 0;
};

using Stream = google::protobuf::io::CodedInputStream;

bool skip(Stream& in, std::uint32_t tag) {
  std::uint64_t ignored = 0;
  std::uint32_t length = 0;
  switch (tag & 7U) {
    case 0: return in.ReadVarint64(&ignored);
    case 1: return in.Skip(8);
    case 2: return in.ReadVarint32(&length) && length <= 0x7fffffffU && in.Skip(static_cast<int>(length));
    case 5: return in.Skip(4);
    default: return false;
  }
}

// Calls `on_message` for each submessage in field `field`, up to the end of the current limit.
bool for_each(Stream& in, std::uint32_t field, const std::function<bool(Stream&)>& on_message) {
  constexpr std::uint32_t kLengthDelimited = 2;
  while (const std::uint32_t tag = in.ReadTag()) {
    if (tag != (field << 3U | kLengthDelimited)) {
      if (!skip(in, tag)) return false;
      continue;
    }
    std::uint32_t length = 0;
    if (!in.ReadVarint32(&length) || length > 0x7fffffffU) return false;
    const Stream::Limit limit = in.PushLimit(static_cast<int>(length));
    if (!on_message(in) || in.BytesUntilLimit() != 0) return false;
    in.PopLimit(limit);
  }
  return in.ConsumedEntireMessage();
}

}  // namespace

Result<SeriesMap> read_deepflow(const Query& query, const DeepflowFetch& fetch, const DeepflowLimits& limits,
                                std::uint64_t& splits) {
  const Query whole = whole_seconds(query);
  if (whole.start_ms > whole.end_ms) return SeriesMap{};
  return Reading(whole, fetch, limits).run(splits);
}

Result<WireCount> count_wire(std::string_view response) {
  constexpr std::size_t kMaxSize = 0x7fffffff;
  if (response.size() > kMaxSize) return Error{ErrorKind::limit, "an answer of more than 2 GiB"};
  Stream in(reinterpret_cast<const std::uint8_t*>(response.data()), static_cast<int>(response.size()));
  WireCount count;
  const auto row = [&count](Stream& sample) {
    ++count.rows;
    return sample.Skip(sample.BytesUntilLimit());
  };
  const auto series = [&](Stream& timeseries) {
    ++count.series;
    return for_each(timeseries, 2, row);  // TimeSeries.samples
  };
  const auto result = [&](Stream& query_result) { return for_each(query_result, 1, series); };  // .timeseries
  if (!for_each(in, 1, result)) return Error{ErrorKind::malformed, "the answer is no prompb.ReadResponse"};
  return count;
}

bool is_deepflow_not_found(std::string_view json) {
  const nlohmann::json parsed = nlohmann::json::parse(json, nullptr, false);
  if (parsed.is_null()) return true;
  using Pointer = nlohmann::json::json_pointer;
  const Pointer status("/status");
  const Pointer result("/data/result");
  return parsed.is_object() && parsed.contains(status) && parsed.at(status) == "success" && parsed.contains(result) &&
         parsed.at(result).empty() && parsed.at(result).is_array();
}

}  // namespace remote_read
