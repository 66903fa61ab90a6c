// Answers that a real Prometheus gave (data/capture.py), compared with what its own query API said.
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <map>
#include <nlohmann/json.hpp>
#include <string>
#include <utility>
#include <vector>

#include "remote_read/chunked_decoder.h"
#include "remote_read/frame_reader.h"
#include "remote_read/sample_response.h"
#include "tests/support/remote_read/answers.h"

namespace remote_read {
namespace {

using testing::KeepingSink;

std::filesystem::path data_file(const std::string& name) {
  const char* source = std::getenv("RCA_SOURCE_DIR");
  const std::filesystem::path root = source != nullptr ? source : ".";
  return root / "tests/unit/remote_read/data" / name;
}

std::string read_file(const std::string& name) {
  std::ifstream file(data_file(name), std::ios::binary);
  EXPECT_TRUE(file.good()) << data_file(name);
  return {std::istreambuf_iterator<char>(file), {}};
}

std::vector<Query> query_of(const std::string& name) {
  Query query;
  std::ifstream file(data_file(name + ".query"));
  file >> query.start_ms >> query.end_ms;
  EXPECT_LT(query.start_ms, query.end_ms);
  return {query};
}

void decode_frames(const std::string& name, std::size_t piece, KeepingSink& sink) {
  const std::vector<Query> queries = query_of(name);
  ReadUsage usage{Limits{}};
  ChunkedDecoder decoder(queries, 0, usage, sink);
  FrameReader reader(1 << 20, [&decoder](std::string_view payload) { return decoder.decode(payload); });
  const std::string stream = read_file(name + ".frames");
  for (std::size_t i = 0; i < stream.size(); i += piece) {
    const auto fed = reader.feed(std::string_view(stream).substr(i, piece));
    ASSERT_TRUE(fed.ok()) << fed.error().message;
  }
  ASSERT_TRUE(reader.finish().ok());
  ASSERT_TRUE(decoder.finish().ok());
}

void decode_samples(const std::string& name, KeepingSink& sink) {
  const std::vector<Query> queries = query_of(name);
  ReadUsage usage{Limits{}};
  const auto plain = snappy_decompress(read_file(name + ".samples"), 1 << 20);
  ASSERT_TRUE(plain.ok());
  const auto decoded = decode_sample_response(*plain, queries, 0, usage, sink);
  ASSERT_TRUE(decoded.ok()) << decoded.error().message;
}

rca::Labels labels_of(const nlohmann::json& series) {
  rca::Labels labels;
  for (const auto& [name, value] : series.at("metric").items()) rca::set_label(labels, name, value.get<std::string>());
  return labels;
}

double number(const nlohmann::json& text) {
  return std::strtod(text.get<std::string>().c_str(), nullptr);
}
std::int64_t milliseconds(const nlohmann::json& seconds) {
  return std::llround(seconds.get<double>() * 1000);
}

// The samples without the stale markers, which the query API does not show.
rca::Samples without_stale(const rca::Samples& samples) {
  rca::Samples out;
  for (std::size_t i = 0; i < samples.size(); ++i) {
    if (!rca::is_stale(samples.values[i])) out.push_back(samples.times[i], samples.values[i]);
  }
  return out;
}

void expect_as_queried(const std::string& name, KeepingSink& sink) {
  const auto expected = nlohmann::json::parse(read_file(name + ".json"));
  EXPECT_EQ(sink.series.size(), expected.size());
  for (const auto& series : expected) {
    const std::string text = rca::to_string(labels_of(series));
    const rca::Samples got = without_stale(sink.series[{0, text}]);
    ASSERT_EQ(got.size(), series.at("values").size()) << text;
    for (std::size_t i = 0; i < got.size(); ++i) {
      ASSERT_EQ(got.times[i], milliseconds(series["values"][i][0])) << text;
      const double want = number(series["values"][i][1]);
      ASSERT_TRUE(got.values[i] == want || (std::isnan(got.values[i]) && std::isnan(want))) << text << ' ' << i;
    }
  }
}

TEST(CapturedAnswers, StreamedFloatsAreAsQueried) {
  for (const std::string name : {"floats", "backfilled"}) {
    for (const std::size_t piece : {1U, 100U, 1U << 20}) {
      KeepingSink sink;
      decode_frames(name, piece, sink);
      expect_as_queried(name, sink);
    }
  }
}

TEST(CapturedAnswers, SampledFloatsAreAsQueried) {
  for (const std::string name : {"floats", "backfilled"}) {
    KeepingSink sink;
    decode_samples(name, sink);
    expect_as_queried(name, sink);
  }
}

TEST(CapturedAnswers, StaleMarkersAreInBoth) {
  KeepingSink frames;
  decode_frames("floats", 4096, frames);
  KeepingSink samples;
  decode_samples("floats", samples);
  const KeepingSink::Key flaky{0, "golden_flaky{instance=\"golden\",job=\"golden\"}"};
  const rca::Samples& streamed = frames.series[flaky];
  const rca::Samples& sampled = samples.series[flaky];
  EXPECT_EQ(streamed.times, sampled.times);
  ASSERT_EQ(streamed.size(), sampled.size());
  std::size_t stale = 0;
  for (std::size_t i = 0; i < streamed.size(); ++i) {
    EXPECT_EQ(rca::is_stale(streamed.values[i]), rca::is_stale(sampled.values[i]));
    stale += rca::is_stale(streamed.values[i]) ? 1U : 0U;
  }
  EXPECT_GT(stale, 10U);
}

// The cumulative series of one native histogram, by bound.
class Buckets {
 public:
  Buckets(KeepingSink& sink, const rca::Labels& labels) {
    rca::Labels of_bucket = labels;
    rca::set_label(of_bucket, rca::kMetricName, std::string(rca::label_value(labels, rca::kMetricName)) + "_bucket");
    const std::string prefix = rca::to_string(of_bucket);
    for (const auto& [key, samples] : sink.series) {
      const std::string start = prefix.substr(0, prefix.size() - 1) + ",le=\"";
      if (key.second.starts_with(start)) bounds_[std::strtod(key.second.c_str() + start.size(), nullptr)] = &samples;
    }
  }

  [[nodiscard]] std::size_t size() const { return bounds_.size(); }

  // Up to `bound` at `time`; NaN where there is no such bound. Prometheus' bounds differ from ours in the last digit.
  [[nodiscard]] double at(double bound, std::int64_t time) const {
    for (const auto& [own, samples] : bounds_) {
      const bool close = std::isfinite(bound) && std::abs(own - bound) <= 1e-14 * std::abs(bound);
      if (!close && own != bound) continue;
      const auto found = std::lower_bound(samples->times.begin(), samples->times.end(), time);
      if (found == samples->times.end() || *found != time) return std::nan("");
      return samples->values[static_cast<std::size_t>(found - samples->times.begin())];
    }
    return std::nan("");
  }

 private:
  std::map<double, const rca::Samples*> bounds_;
};

// Compares one histogram of the query API with the series. Returns how many of its buckets were compared: those with a
// finer resolution than the coarsest of the answer have no series.
std::size_t compare(const nlohmann::json& histogram, const Buckets& buckets, std::int64_t time) {
  std::size_t compared = 0;
  for (const auto& bucket : histogram.value("buckets", nlohmann::json::array())) {
    const double upper = buckets.at(number(bucket[2]), time);
    double lower = buckets.at(number(bucket[1]), time);
    // Without negative buckets the zero bucket begins at zero.
    if (bucket[0] == 3 && std::isnan(lower)) lower = 0;
    if (std::isnan(upper) || std::isnan(lower)) continue;
    EXPECT_EQ(upper - lower, number(bucket[3])) << time << ' ' << bucket;
    ++compared;
  }
  EXPECT_EQ(buckets.at(INFINITY, time), number(histogram.at("count")));
  return compared;
}

TEST(CapturedAnswers, HistogramsAreAsQueried) {
  KeepingSink sink;
  decode_frames("histograms", 512, sink);
  const auto expected = nlohmann::json::parse(read_file("histograms.json"));
  ASSERT_EQ(expected.size(), 2U);
  for (const auto& series : expected) {
    const rca::Labels labels = labels_of(series);
    const std::string name(rca::label_value(labels, rca::kMetricName));
    rca::Labels of_sum = labels;
    rca::set_label(of_sum, rca::kMetricName, name + "_sum");
    const rca::Samples sums = without_stale(sink.series[{0, rca::to_string(of_sum)}]);
    const Buckets buckets(sink, labels);
    ASSERT_EQ(sums.size(), series.at("histograms").size());
    std::size_t total = 0;
    std::size_t compared = 0;
    for (std::size_t i = 0; i < sums.size(); ++i) {
      const auto& histogram = series["histograms"][i];
      ASSERT_EQ(sums.times[i], milliseconds(histogram[0]));
      ASSERT_EQ(sums.values[i], number(histogram[1].at("sum")));
      total += histogram[1].value("buckets", nlohmann::json::array()).size();
      compared += compare(histogram[1], buckets, sums.times[i]);
    }
    EXPECT_GT(compared, 250U) << name;
    // golden_signed changes its resolution on the way; golden_latency does not.
    if (name == "golden_latency") {
      EXPECT_EQ(compared, total);
    }
    EXPECT_GT(buckets.size(), 8U);
  }
}

// golden_latency was not there for a while.
TEST(CapturedAnswers, HistogramsHaveStaleMarkers) {
  KeepingSink sink;
  decode_frames("histograms", 512, sink);
  std::size_t series = 0;
  for (const auto& [key, samples] : sink.series) {
    if (!key.second.starts_with("golden_latency")) continue;
    ++series;
    EXPECT_EQ(samples.size() - without_stale(samples).size(), 1U) << key.second;
  }
  EXPECT_GT(series, 10U);
}

}  // namespace
}  // namespace remote_read
