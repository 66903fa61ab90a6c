#include "exporter/pipeline/sources.h"

#include <algorithm>
#include <utility>

namespace exporter {
namespace {

void add(remote_read::ReadStats& total, const remote_read::ReadStats& one) {
  total.requests += one.requests;
  total.retries += one.retries;
  total.bytes += one.bytes;
  total.frames += one.frames;
  total.series += one.series;
  total.samples += one.samples;
  total.splits += one.splits;
  total.seconds += one.seconds;
}

}  // namespace

std::map<std::string, std::uint64_t> zero_failures() {
  std::map<std::string, std::uint64_t> counts;
  for (int kind = 0; kind <= static_cast<int>(rca::ErrorKind::internal); ++kind) {
    counts.emplace(rca::to_string(static_cast<rca::ErrorKind>(kind)), 0);
  }
  return counts;
}

rca::Result<Sources> Sources::create(const Config& config) {
  std::vector<std::unique_ptr<remote_read::Client>> clients;
  for (const remote_read::EndpointOptions& options : config.sources) {
    auto client = remote_read::Client::create(options);
    if (!client.ok()) return client.error().with_context("source '" + options.name + "'");
    clients.push_back(std::move(client).value());
  }
  return Sources(std::move(clients));
}

Sources::Sources(std::vector<std::unique_ptr<remote_read::Client>> clients) : clients_(std::move(clients)) {
  for (const auto& client : clients_) {
    EndpointStatus status;
    status.name = client->options().name;
    status.failures = zero_failures();
    status_.push_back(std::move(status));
  }
}

rca::Result<void> Sources::read(std::size_t source, std::span<const remote_read::Query> queries,
                                remote_read::SeriesSink& sink, std::int64_t now_ms, std::stop_token stop) {
  EndpointStatus& status = status_[source];
  const auto stats = clients_[source]->read(queries, sink, std::move(stop));
  status.up = stats.ok();
  if (!stats.ok()) {
    // Being asked to stop says nothing about the endpoint.
    if (stats.error().kind != rca::ErrorKind::cancelled) {
      ++status.failures[std::string(rca::to_string(stats.error().kind))];
    }
    return stats.error().with_context("source '" + status.name + "'");
  }
  status.last_success_ms = now_ms;
  status.last_read_seconds = stats->seconds;
  add(status.totals, *stats);
  return {};
}

rca::Result<rca::RangeSemantics> Sources::ask_semantics(const std::stop_token& stop) {
  constexpr int kFirstLeftOpen = 3;
  bool answered = false;
  std::optional<rca::Error> failure;
  for (std::size_t i = 0; i < clients_.size(); ++i) {
    const auto info = clients_[i]->build_info(stop);
    if (info.ok() && info->major > 0) {
      return info->major >= kFirstLeftOpen ? rca::RangeSemantics::left_open : rca::RangeSemantics::closed;
    }
    const bool has_none = !info.ok() && (info.error().kind == rca::ErrorKind::not_found ||
                                         info.error().kind == rca::ErrorKind::http_client_error);
    if (info.ok() || has_none) {
      answered = true;
    } else {
      failure = info.error().with_context("build information of source '" + status_[i].name + "'");
    }
  }
  if (!answered && failure) return *failure;
  return rca::RangeSemantics::closed;
}

void Sources::inherit(const std::vector<EndpointStatus>& status) {
  for (EndpointStatus& mine : status_) {
    const auto before =
        std::find_if(status.begin(), status.end(), [&](const auto& one) { return one.name == mine.name; });
    if (before != status.end()) mine = *before;
  }
}

}  // namespace exporter
