#include "history.h"

#include <array>
#include <charconv>
#include <cmath>
#include <limits>
#include <map>
#include <set>

#include "remote_read/remote.pb.h"

namespace remote_read_test {
namespace {

namespace wire = remote_read::wire;

// A number that looks random but depends on its arguments only (the finaliser of SplitMix64).
std::uint64_t hash(std::uint64_t a, std::uint64_t b) {
  std::uint64_t x = a * 0x9e3779b97f4a7c15U + b;
  x = (x ^ (x >> 30U)) * 0xbf58476d1ce4e5b9U;
  x = (x ^ (x >> 27U)) * 0x94d049bb133111ebU;
  return x ^ (x >> 31U);
}

// Each series misses some minutes altogether.
bool in_gap(std::uint64_t series, std::int64_t time) {
  return hash(series, static_cast<std::uint64_t>(time / (7 * kMinute))) % 5 == 0;
}

// Grows for a while, then starts at zero again.
std::uint64_t counter(std::uint64_t series, std::int64_t time) {
  const std::int64_t life = (20 + static_cast<std::int64_t>(series) % 50) * kMinute;
  const std::int64_t age = time % life / 1000;
  return static_cast<std::uint64_t>(age) * (1 + series % 13) + hash(series, static_cast<std::uint64_t>(time)) % 7;
}

double gauge(std::uint64_t series, std::int64_t time) {
  const std::uint64_t random = hash(series, static_cast<std::uint64_t>(time));
  if (series % 10 == 1) return 42.0;  // constant
  if (series % 10 == 2) {
    constexpr std::array kOdd = {std::numeric_limits<double>::quiet_NaN(),
                                 std::numeric_limits<double>::infinity(),
                                 -std::numeric_limits<double>::infinity(),
                                 -0.0,
                                 5e-324,
                                 1.7976931348623157e308};
    return kOdd[random % kOdd.size()];
  }
  return std::ldexp(static_cast<double>(random >> 11U), -53) * 200 - 100;
}

WriteSeries series_of(const std::string& name, rca::Labels labels) {
  rca::set_label(labels, "__name__", name);
  return {std::move(labels), {}, {}};
}

template <typename Value>
void fill(WriteSeries& series, std::uint64_t id, std::int64_t start, std::int64_t end, std::int64_t step, Value value) {
  for (std::int64_t time = start; time < end; time += step) {
    if (!in_gap(id, time)) series.samples.push_back(time, value(time));
  }
}

std::string format(double value) {
  if (std::isnan(value)) return "NaN";
  if (std::isinf(value)) return value > 0 ? "+Inf" : "-Inf";
  std::array<char, 400> buffer{};
  const auto end = std::to_chars(buffer.data(), buffer.data() + buffer.size(), value);
  return {buffer.data(), end.ptr};
}

}  // namespace

std::vector<WriteSeries> float_history(std::int64_t start, std::int64_t end, std::int64_t step) {
  std::vector<WriteSeries> out;
  std::uint64_t id = 0;
  for (int i = 0; i < 120; ++i, ++id) {
    WriteSeries& series =
        out.emplace_back(series_of("m_requests_total", {{"i", std::to_string(i)}, {"job", "a b\"\\"}}));
    fill(series, id, start, end, step, [id](std::int64_t time) { return static_cast<double>(counter(id, time)); });
  }
  for (int i = 0; i < 120; ++i, ++id) {
    WriteSeries& series = out.emplace_back(series_of("m_gauge", {{"i", std::to_string(i)}}));
    fill(series, id, start, end, step, [id](std::int64_t time) { return gauge(id, time); });
  }
  constexpr std::array kBounds = {"0.1", "0.5", "1.0", "5.0", "+Inf"};
  for (int i = 0; i < 20; ++i, ++id) {
    const rca::Labels labels = {{"i", std::to_string(i)}};
    for (std::size_t b = 0; b < kBounds.size(); ++b) {
      WriteSeries& series = out.emplace_back(series_of("m_latency_bucket", labels));
      rca::set_label(series.labels, "le", kBounds[b]);
      fill(series, id, start, end, step,
           [id, b](std::int64_t time) { return static_cast<double>(counter(id, time) * (b + 1)); });
    }
    WriteSeries& count = out.emplace_back(series_of("m_latency_count", labels));
    fill(count, id, start, end, step, [id](std::int64_t time) { return static_cast<double>(counter(id, time) * 5); });
    WriteSeries& sum = out.emplace_back(series_of("m_latency_sum", labels));
    fill(sum, id, start, end, step, [id](std::int64_t time) { return static_cast<double>(counter(id, time)) * 0.3; });
  }
  return out;
}

std::string open_metrics(const std::vector<WriteSeries>& series) {
  // As type unknown any name and value will do; promtool keeps no types anyway.
  std::map<std::string, std::string> families;
  for (const WriteSeries& one : series) {
    std::string& lines = families[std::string(rca::label_value(one.labels, "__name__"))];
    for (std::size_t i = 0; i < one.samples.size(); ++i) {
      const std::int64_t time = one.samples.times[i];
      lines += rca::to_string(one.labels) + " " + format(one.samples.values[i]) + " " + std::to_string(time / 1000) +
               "." + std::to_string(1000 + time % 1000).substr(1) + "\n";
    }
  }
  std::string out;
  for (const auto& [name, lines] : families) out.append("# TYPE ").append(name).append(" unknown\n").append(lines);
  return out + "# EOF\n";
}

namespace {

// Spans and deltas of integer counts by bucket index.
void set_buckets(const std::map<int, std::uint64_t>& counts, bool positive, wire::Histogram& to) {
  int next = 0;
  std::int64_t before = 0;
  wire::BucketSpan* span = nullptr;
  for (const auto& [index, count] : counts) {
    if (span == nullptr || index != next) {
      span = positive ? to.add_positive_spans() : to.add_negative_spans();
      span->set_offset(index - next);
    }
    span->set_length(span->length() + 1);
    const auto now = static_cast<std::int64_t>(count);
    positive ? to.add_positive_deltas(now - before) : to.add_negative_deltas(now - before);
    before = now;
    next = index + 1;
  }
}

wire::Histogram native(std::uint64_t id, std::int64_t time) {
  const std::uint64_t level = counter(id, time);
  std::map<int, std::uint64_t> positive;
  std::map<int, std::uint64_t> negative;
  std::uint64_t total = 0;
  // The higher the level, the more buckets; some are skipped, so that spans have gaps.
  for (std::uint64_t i = 0; i < 9 + level / 200 % 5; ++i) {
    if (hash(id, i) % 3 == 0) continue;
    const int bucket = static_cast<int>(i) - 3;
    positive[bucket] = level * (1 + i);
    total += positive[bucket];
  }
  if (id % 3 == 0) {
    for (int bucket = 0; bucket < 4; ++bucket) {
      negative[bucket] = level;
      total += level;
    }
  }
  wire::Histogram out;
  out.set_timestamp(time);
  out.set_schema(id % 4 == 1 && time % (2 * kHour) > kHour ? 1 : 2);
  out.set_zero_threshold(0.001);
  out.set_sum(static_cast<double>(level) * 1.7);
  total += level;
  out.set_count_int(total);
  out.set_zero_count_int(level);
  set_buckets(positive, true, out);
  set_buckets(negative, false, out);
  return out;
}

}  // namespace

std::vector<WriteSeries> native_history(std::int64_t start, std::int64_t end, std::int64_t step) {
  std::vector<WriteSeries> out;
  for (std::uint64_t id = 1000; id < 1030; ++id) {
    WriteSeries& series = out.emplace_back(
        series_of(id % 4 == 1 ? "n_changing_seconds" : "n_latency_seconds", {{"i", std::to_string(id)}}));
    wire::TimeSeries more;
    for (std::int64_t time = start; time < end; time += step) {
      if (!in_gap(id, time)) *more.add_histograms() = native(id, time);
    }
    series.histograms = more.SerializeAsString();
  }
  return out;
}

std::vector<WriteSeries> stale_history(std::int64_t start, std::int64_t end, std::int64_t step) {
  std::vector<WriteSeries> out;
  for (std::uint64_t id = 2000; id < 2020; ++id) {
    WriteSeries& series = out.emplace_back(series_of("s_gauge", {{"i", std::to_string(id)}}));
    bool there = false;
    for (std::int64_t time = start; time < end; time += step) {
      const bool gone = in_gap(id, time);
      if (!gone) {
        series.samples.push_back(time, gauge(id, time));
      } else if (there) {
        series.samples.push_back(time, rca::stale_marker());
      }
      there = !gone;
    }
  }
  return out;
}

}  // namespace remote_read_test
