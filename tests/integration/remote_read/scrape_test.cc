// What Prometheus scraped by itself: native histograms by protobuf, counter resets, series and targets that go away
// (which leaves stale markers). Histograms with fractional counts are not here: Prometheus 2.42 makes them only by
// recording rules and then cannot stream them ("detected unexpected counter reset in histogram").
#include <gmock/gmock.h>
#include <google/protobuf/util/delimited_message_util.h>
#include <gtest/gtest.h>

#include <chrono>
#include <sstream>

#include "query_api.h"
#include "raw_server.h"
#include "read_support.h"
#include "scrape.pb.h"
#include "tests/support/server.h"
#include "tests/support/wait.h"

namespace remote_read_test {
namespace {

using remote_read::Client;
using remote_read::Query;

// Its values depend on how often it was scraped.
std::string exposition(int scrape) {
  std::ostringstream out;
  const auto family = [&out](const std::string& name, scrape::MetricFamily::Type type, const auto& fill) {
    scrape::MetricFamily message;
    message.set_name(name);
    message.set_type(type);
    for (int i = 0; i < 10; ++i) {
      scrape::Metric metric;
      auto& label = *metric.add_label();
      label.set_name("i");
      label.set_value(std::to_string(i));
      if (fill(i, metric)) *message.add_metric() = metric;
    }
    google::protobuf::util::SerializeDelimitedToOstream(message, &out);
  };
  family("t_gauge", scrape::MetricFamily::GAUGE, [&](int i, scrape::Metric& metric) {
    metric.mutable_gauge()->set_value(scrape * 0.1 + i);
    return i < 5 || scrape % 8 < 5;  // some come and go
  });
  family("t_requests_total", scrape::MetricFamily::COUNTER, [&](int i, scrape::Metric& metric) {
    metric.mutable_counter()->set_value(scrape % (10 + i) + i);
    return true;
  });
  family("t_latency_seconds", scrape::MetricFamily::HISTOGRAM, [&](int i, scrape::Metric& metric) {
    const auto level = static_cast<std::uint64_t>(scrape % (15 + i) + 1);
    scrape::NativeHistogram& histogram = *metric.mutable_histogram();
    histogram.set_schema(3);
    histogram.set_zero_threshold(1e-6);
    histogram.set_zero_count(level);
    histogram.set_sample_sum(static_cast<double>(level) * 1.3);
    histogram.set_sample_count(level * 5);
    auto& first = *histogram.add_positive_span();
    first.set_offset(-4);
    first.set_length(2);
    auto& second = *histogram.add_positive_span();
    second.set_offset(3 + static_cast<int>(level) / 8);
    second.set_length(1);
    const auto count = static_cast<std::int64_t>(level);
    histogram.add_positive_delta(count);
    histogram.add_positive_delta(0);
    histogram.add_positive_delta(count);
    return true;
  });
  return out.str();
}

constexpr const char* kConfig = R"(
global: {scrape_interval: 100ms, scrape_timeout: 100ms}
scrape_configs:
- job_name: test
  static_configs: [{targets: ['127.0.0.1:EXPORTER']}]
)";
std::size_t samples_of(const std::string& base, const std::string& selector, std::int64_t end) {
  const auto answer = query_api(base, selector, end - 600'000, end);
  if (!answer.ok()) return 0;
  std::size_t count = 0;
  for (const auto& [labels, samples] : answer->samples) count += samples.size();
  for (const auto& [labels, histograms] : answer->histograms) count += histograms.size();
  return count;
}

std::int64_t now_ms() {
  return std::chrono::duration_cast<std::chrono::milliseconds>(std::chrono::system_clock::now().time_since_epoch())
      .count();
}

TEST(Scraped, EqualsTheQueryApiAndShowsStaleMarkers) {
  std::atomic<bool> gone{false};
  std::atomic<int> scrapes{0};
  RawServer exporter([&](Connection& connection, int) {
    if (connection.read_request().empty()) return;
    if (gone) {
      connection.send(http_answer(503, {}, ""));
    } else {
      connection.send(http_answer(200,
                                  {"Content-Type: application/vnd.google.protobuf; "
                                   "proto=io.prometheus.client.MetricFamily; encoding=delimited"},
                                  exposition(scrapes++)));
    }
  });
  auto started =
      test_support::start_prometheus(test_support::replace_all(kConfig, "EXPORTER", std::to_string(exporter.port())),
                                     {"--enable-feature=native-histograms"});
  ASSERT_TRUE(started.ok()) << started.error().message;
  const std::string base = (*started)->url();
  ASSERT_TRUE(test_support::wait_until([&] { return samples_of(base, "t_latency_seconds", now_ms()) >= 10 * 40; }));
  gone = true;
  ASSERT_TRUE(test_support::wait_until([&] {
    const auto up = query_api(base, "up", now_ms() - 60'000, now_ms());
    return up.ok() && up->samples.size() == 1 && up->samples.begin()->second.values.back() == 0;
  }));
  const std::int64_t end = now_ms();
  const std::int64_t start = end - 600'000;

  const auto client = *Client::create(endpoint(base + "/api/v1/read"));
  const Query queries[] = {query(R"({job="test",__name__=~"t_.*"})", start, end)};
  CollectingSink sink;
  const auto result = client->read(queries, sink);
  ASSERT_TRUE(result.ok()) << result.error().message;
  const auto api = query_api(base, R"({job="test",__name__=~"t_.*"})", start, end);
  ASSERT_TRUE(api.ok()) << api.error().message;
  EXPECT_GE(api->samples.size(), 20U);
  EXPECT_GE(api->histograms.size(), 10U);
  EXPECT_EQ(differences(sink.series(), *api, false), "");

  // The target went away: everything it had ended with a marker. Series that came and went have more.
  std::size_t ended = 0;
  std::size_t inside = 0;
  for (const auto& [labels, samples] : sink.series()) {
    if (!rca::label_value(labels, "__name__").starts_with("t_gauge")) continue;
    if (rca::is_stale(samples.values.back())) ++ended;
    for (std::size_t i = 0; i + 1 < samples.size(); ++i) inside += rca::is_stale(samples.values[i]) ? 1U : 0U;
  }
  EXPECT_EQ(ended, 10U);
  EXPECT_GE(inside, 5U);
}

}  // namespace
}  // namespace remote_read_test
