#include "remote_read/histogram_chunk.h"

#include <cmath>
#include <string>
#include <vector>

#include "common/samples.h"
#include "remote_read/bits.h"

namespace remote_read {

using rca::ErrorKind;
using rca::Result;

namespace {

constexpr std::size_t kHeaderBytes = 3;

rca::Error malformed(const char* what) {
  return {ErrorKind::malformed, std::string("histogram chunk: ") + what};
}
rca::Error cut_short() {
  return malformed("it ends before its last sample");
}

double read_zero_threshold(BitReader& in) {
  const auto code = static_cast<int>(in.read(8));
  if (code == 0) return 0;
  return code == 255 ? in.read_double() : std::ldexp(0.5, code - 243);
}

Result<void> read_spans(BitReader& in, std::vector<std::int32_t>& buckets) {
  SpanReader spans(buckets);
  const std::uint64_t count = in.read_varbit_uint();
  for (std::uint64_t i = 0; i < count; ++i) {
    const std::uint64_t length = in.read_varbit_uint();
    const std::int64_t offset = in.read_varbit_int();
    if (in.failed()) return cut_short();
    // Each bucket takes at least one bit of the first sample.
    RCA_TRY(spans.add(offset, length, in.bits_left()));
  }
  return {};
}

// Multiples of 0.001 are written as integers, one up; everything else as 0 and a double.
Result<void> read_custom_bounds(BitReader& in, std::vector<double>& bounds) {
  const std::uint64_t count = in.read_varbit_uint();
  if (count > in.bits_left()) return cut_short();
  if (count > kMaxHistogramBuckets) {
    return rca::Error{ErrorKind::limit, "histogram chunk: it has more than the permitted " +
                                            std::to_string(kMaxHistogramBuckets) + " bounds"};
  }
  for (std::uint64_t i = 0; i < count; ++i) {
    const std::uint64_t code = in.read_varbit_uint();
    bounds.push_back(code == 0 ? in.read_double() : static_cast<double>(code - 1) / 1000);
    if (in.failed()) return cut_short();
  }
  return {};
}

Result<HistogramLayout> read_layout(BitReader& in) {
  HistogramLayout layout;
  layout.zero_threshold = read_zero_threshold(in);
  const std::int64_t schema = in.read_varbit_int();
  layout.schema = static_cast<int>(schema);
  if (schema != layout.schema) return malformed("its schema does not fit into 32 bits");
  RCA_TRY(read_spans(in, layout.positive));
  RCA_TRY(read_spans(in, layout.negative));
  if (layout.schema == kCustomBoundsSchema) RCA_TRY(read_custom_bounds(in, layout.custom_bounds));
  if (in.failed()) return cut_short();
  RCA_TRY(check(layout));
  return layout;
}

// A number that is written first as it is, then as the change of its change. Unsigned, so that it may wrap.
class DeltaOfDelta {
 public:
  void start(std::uint64_t value) { value_ = value; }
  void step(std::int64_t change) {
    delta_ += static_cast<std::uint64_t>(change);
    value_ += delta_;
  }
  [[nodiscard]] std::uint64_t value() const { return value_; }

 private:
  std::uint64_t value_ = 0;
  std::uint64_t delta_ = 0;
};

// What a chunk's samples consist of, besides the time. `Integer` and `Float` read one sample after another from the
// bits and then know it.
class Integer {
 public:
  explicit Integer(const HistogramLayout& layout) : positive_(layout.positive.size()), buckets_(positive_) {
    buckets_.resize(positive_ + layout.negative.size());
  }

  bool read_first(BitReader& in) {
    count_.start(in.read_varbit_uint());
    zero_count_.start(in.read_varbit_uint());
    sum_ = XorValue(in.read_double());
    for (DeltaOfDelta& bucket : buckets_) bucket.start(static_cast<std::uint64_t>(in.read_varbit_int()));
    return true;
  }

  bool read_next(BitReader& in) {
    count_.step(in.read_varbit_int());
    zero_count_.step(in.read_varbit_int());
    if (!sum_.read(in)) return false;
    if (rca::is_stale(sum())) return true;
    for (DeltaOfDelta& bucket : buckets_) bucket.step(in.read_varbit_int());
    return true;
  }

  [[nodiscard]] double count() const { return static_cast<double>(count_.value()); }
  [[nodiscard]] double zero_count() const { return static_cast<double>(zero_count_.value()); }
  [[nodiscard]] double sum() const { return sum_.value(); }
  void append_buckets(std::vector<double>& out) const {
    std::uint64_t absolute = 0;
    for (std::size_t i = 0; i < buckets_.size(); ++i) {
      absolute = i == positive_ ? buckets_[i].value() : absolute + buckets_[i].value();
      out.push_back(static_cast<double>(static_cast<std::int64_t>(absolute)));
    }
  }

 private:
  DeltaOfDelta count_;
  DeltaOfDelta zero_count_;
  XorValue sum_;
  std::size_t positive_;  // so many of `buckets_` are positive ones
  std::vector<DeltaOfDelta> buckets_;
};

class Float {
 public:
  explicit Float(const HistogramLayout& layout) : buckets_(layout.positive.size() + layout.negative.size()) {}

  bool read_first(BitReader& in) {
    count_ = XorValue(in.read_double());
    zero_count_ = XorValue(in.read_double());
    sum_ = XorValue(in.read_double());
    for (XorValue& bucket : buckets_) bucket = XorValue(in.read_double());
    return true;
  }

  bool read_next(BitReader& in) {
    if (!count_.read(in) || !zero_count_.read(in) || !sum_.read(in)) return false;
    if (rca::is_stale(sum())) return true;
    for (XorValue& bucket : buckets_) {
      if (!bucket.read(in)) return false;
    }
    return true;
  }

  [[nodiscard]] double count() const { return count_.value(); }
  [[nodiscard]] double zero_count() const { return zero_count_.value(); }
  [[nodiscard]] double sum() const { return sum_.value(); }
  void append_buckets(std::vector<double>& out) const {
    for (const XorValue& bucket : buckets_) out.push_back(bucket.value());
  }

 private:
  XorValue count_;
  XorValue zero_count_;
  XorValue sum_;
  std::vector<XorValue> buckets_;
};

template <typename Sample>
Result<void> read_samples(BitReader& in, std::size_t count, Sample sample, std::size_t layout, std::int64_t first,
                          std::int64_t last, HistogramSamples& out) {
  DeltaOfDelta time;
  std::int64_t previous = 0;
  for (std::size_t i = 0; i < count; ++i) {
    if (i == 0) {
      time.start(static_cast<std::uint64_t>(in.read_varbit_int()));
    } else {
      time.step(in.read_varbit_int());
    }
    const bool sane = i == 0 ? sample.read_first(in) : sample.read_next(in);
    if (in.failed()) return cut_short();
    if (!sane) return malformed("the frame of a value makes no sense");
    const auto now = static_cast<std::int64_t>(time.value());
    if (i > 0 && now <= previous) return malformed("its times do not increase");
    previous = now;
    if (now < first || now > last) continue;
    out.points.push_back({now, sample.count(), sample.zero_count(), sample.sum(), layout, out.buckets.size()});
    if (!rca::is_stale(sample.sum())) sample.append_buckets(out.buckets);
  }
  return {};
}

}  // namespace

Result<void> decode_histogram_chunk(HistogramEncoding encoding, std::string_view chunk, std::int64_t first,
                                    std::int64_t last, std::size_t max_buckets, HistogramSamples& out) {
  if (chunk.size() < kHeaderBytes) return malformed("it is shorter than its header");
  const std::size_t count = std::size_t{static_cast<std::uint8_t>(chunk[0])} << 8 | static_cast<std::uint8_t>(chunk[1]);
  if (count == 0) return {};
  BitReader in(chunk.substr(kHeaderBytes));
  RCA_ASSIGN(const HistogramLayout layout, read_layout(in));
  const std::size_t buckets = layout.positive.size() + layout.negative.size();
  if (buckets > max_buckets / count) {
    return rca::Error{ErrorKind::limit, "histogram chunk: " + std::to_string(count) + " samples of " +
                                            std::to_string(buckets) + " buckets are more than the permitted " +
                                            std::to_string(max_buckets) + " values"};
  }
  const std::size_t number = out.add_layout(layout);
  if (encoding == HistogramEncoding::integer) {
    return read_samples(in, count, Integer(layout), number, first, last, out);
  }
  return read_samples(in, count, Float(layout), number, first, last, out);
}

}  // namespace remote_read
