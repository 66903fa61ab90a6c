// The remote-read endpoints of one configuration, and how they fare.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <stop_token>
#include <string>
#include <vector>

#include "common/result.h"
#include "exporter/config/config.h"
#include "exporter/pipeline/snapshot.h"
#include "rca_core/frame/promql.h"
#include "remote_read/client.h"

namespace exporter {

// Counts for every reason that there is, 0 included, so that the series exist before the first failure.
std::map<std::string, std::uint64_t> zero_failures();

// One thread at a time.
class Sources {
 public:
  // A client for each of `sources:`. Errors: those of remote_read::Client::create, with the source's name.
  static rca::Result<Sources> create(const Config& config);
  explicit Sources(std::vector<std::unique_ptr<remote_read::Client>> clients);

  [[nodiscard]] std::size_t size() const { return clients_.size(); }
  [[nodiscard]] remote_read::Dialect dialect(std::size_t source) const { return clients_[source]->options().dialect; }

  // Reads from one endpoint and keeps its status. Errors carry the endpoint's name.
  rca::Result<void> read(std::size_t source, std::span<const remote_read::Query> queries, remote_read::SeriesSink& sink,
                         std::int64_t now_ms, std::stop_token stop);

  // Which rules the servers' PromQL follows: as the first that tells its version says (Prometheus 3 and later:
  // left_open), closed when none of them has one. Errors: none could be asked.
  rca::Result<rca::RangeSemantics> ask_semantics(const std::stop_token& stop = {});

  [[nodiscard]] const std::vector<EndpointStatus>& status() const { return status_; }
  // Goes on with the counts of endpoints of the same names, after a reload.
  void inherit(const std::vector<EndpointStatus>& status);

 private:
  std::vector<std::unique_ptr<remote_read::Client>> clients_;
  std::vector<EndpointStatus> status_;
};

}  // namespace exporter
