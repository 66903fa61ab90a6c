#include "tests/unit/pipeline/fake_source.h"

#include <re2/re2.h>

#include <algorithm>
#include <stdexcept>
#include <utility>

#include "exporter/signals/catalog.h"

namespace pipeline_test {
namespace {

constexpr const char* kCatalog = R"(version: 1
exporter: toy
entity_labels: [pod]
peer_labels: [model]
signals:
  - role: load
    kind: gauge
    metrics: [load]
    aggregate: mean
    unit: ratio
  - role: work
    kind: counter
    metrics: [work_total]
    unit: per_second
  - role: latency
    kind: histogram
    metrics: [latency_seconds]
    unit: seconds
    quantile: 0.9
  - role: mean_latency
    kind: histogram_mean
    metrics: [latency_seconds]
    unit: seconds
  - role: request_rate
    kind: counter
    metrics: [requests_total]
    unit: per_second
  - role: error_ratio
    kind: counter
    metrics: [requests_total]
    match: code="500"
    divide_by: request_rate
    unit: ratio
  - role: renamed
    kind: gauge
    metrics: [new_name, old_name]
    unit: ratio
edges:
  - kind: call
    metric: calls_total
    live: increasing
    source_labels: [client]
    target_labels: [server]
)";

bool matches(const remote_read::Matcher& matcher, const rca::Labels& labels) {
  const std::string value(rca::label_value(labels, matcher.name));
  switch (matcher.type) {
    case remote_read::Matcher::Type::equal: return value == matcher.value;
    case remote_read::Matcher::Type::not_equal: return value != matcher.value;
    case remote_read::Matcher::Type::regex: return RE2::FullMatch(value, matcher.value);
    case remote_read::Matcher::Type::not_regex: return !RE2::FullMatch(value, matcher.value);
  }
  return false;
}

}  // namespace

rca::Labels labels_of(const std::string& name, std::vector<rca::Label> rest) {
  rest.push_back({std::string(rca::kMetricName), name});
  std::sort(rest.begin(), rest.end());
  return rest;
}

FakeClient::FakeClient(std::shared_ptr<const History> history, std::shared_ptr<Faults> faults, std::string name)
    : history_(std::move(history)), faults_(std::move(faults)) {
  options_.name = std::move(name);
}

rca::Result<remote_read::BuildInfo> FakeClient::build_info(std::stop_token /*stop*/) {
  return remote_read::BuildInfo{version, version.front() - '0'};
}

rca::Result<void> FakeClient::give(std::size_t number, const remote_read::Query& query, remote_read::SeriesSink& sink,
                                   std::size_t& series_left) {
  constexpr std::size_t kPiece = 37;  // series come in pieces, as from chunks
  for (const auto& series : history_->series) {
    const auto& labels = series.first;
    const auto& samples = series.second;
    if (!std::all_of(query.matchers.begin(), query.matchers.end(),
                     [&](const auto& matcher) { return matches(matcher, labels); })) {
      continue;
    }
    const std::int64_t end = std::min(query.end_ms, history_->visible_until);
    const auto first = std::lower_bound(samples.times.begin(), samples.times.end(), query.start_ms);
    const auto last = std::upper_bound(samples.times.begin(), samples.times.end(), end);
    if (first >= last) continue;
    if (series_left == 0) return rca::Error{rca::ErrorKind::truncated, "enough"};
    --series_left;
    const auto offset = static_cast<std::size_t>(first - samples.times.begin());
    const rca::SampleView all = samples.view().subview(offset, static_cast<std::size_t>(last - first));
    for (std::size_t at = 0; at < all.size(); at += kPiece) {
      const auto done = sink.on_samples(number, labels, all.subview(at, std::min(kPiece, all.size() - at)));
      if (!done.ok()) return done;
    }
  }
  return {};
}

rca::Result<remote_read::ReadStats> FakeClient::read(std::span<const remote_read::Query> queries,
                                                     remote_read::SeriesSink& sink, std::stop_token /*stop*/) {
  last_queries.assign(queries.begin(), queries.end());
  if (faults_->broken_attempt) {
    std::size_t some = 3;
    sink.begin(0, queries.size());
    for (std::size_t i = 0; i < queries.size(); ++i) {
      if (!give(i, queries[i], sink, some).ok()) break;
    }
  }
  sink.begin(0, queries.size());
  const std::optional<rca::Error> error = std::exchange(faults_->error, std::nullopt);
  std::size_t left = error ? faults_->error_after_series : SIZE_MAX;
  for (std::size_t i = 0; i < queries.size(); ++i) {
    if (const auto done = give(i, queries[i], sink, left); !done.ok()) return error ? *error : done.error();
  }
  if (error) return *error;
  return remote_read::ReadStats{};
}

std::shared_ptr<const exporter::Resolver> test_resolver(const exporter::Config& config) {
  exporter::CatalogResult catalog = exporter::parse_catalog(kCatalog, "toy.yml");
  if (!catalog.catalog) throw std::runtime_error(exporter::to_string(catalog.diagnostics));
  auto resolver = exporter::Resolver::create(*catalog.catalog, config);
  if (!resolver.ok()) throw std::runtime_error(resolver.error().message);
  return std::make_shared<const exporter::Resolver>(std::move(resolver).value());
}

exporter::Config test_config() {
  exporter::Config config;
  config.step = std::chrono::seconds(5);
  config.window = std::chrono::minutes(10);
  config.normal_window = std::chrono::minutes(5);
  config.anomalous_window = std::chrono::minutes(2);
  config.store_path = ":memory:";
  return config;
}

exporter::Sources one_source(const std::shared_ptr<const History>& history, const std::shared_ptr<Faults>& faults) {
  std::vector<std::unique_ptr<remote_read::Client>> clients;
  clients.push_back(std::make_unique<FakeClient>(history, faults));
  return exporter::Sources(std::move(clients));
}

}  // namespace pipeline_test
