// A remote-read source made of samples in memory, and what the tests of the pipeline share.
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "common/labels.h"
#include "common/samples.h"
#include "exporter/config/config.h"
#include "exporter/pipeline/sources.h"
#include "exporter/signals/resolver.h"
#include "remote_read/client.h"

namespace pipeline_test {

inline constexpr std::int64_t kStart = 1'795'300'000'000;  // a multiple of 5 s

// name{a="b",…} as labels, sorted.
rca::Labels labels_of(const std::string& name, std::vector<rca::Label> rest);

// What a Prometheus would hold. Shared by the clients that read it.
struct History {
  std::map<rca::Labels, rca::Samples> series;
  std::int64_t visible_until = INT64_MAX;  // later samples are not there yet
};

struct Faults {
  std::optional<rca::Error> error;     // the next read fails with it …
  std::size_t error_after_series = 0;  // … after so many series
  bool broken_attempt = false;         // every read first gives a part, then starts over, as after a retry
};

class FakeClient final : public remote_read::Client {
 public:
  FakeClient(std::shared_ptr<const History> history, std::shared_ptr<Faults> faults, std::string name = "fake");
  rca::Result<remote_read::ReadStats> read(std::span<const remote_read::Query> queries, remote_read::SeriesSink& sink,
                                           std::stop_token stop) override;
  rca::Result<remote_read::BuildInfo> build_info(std::stop_token stop) override;
  [[nodiscard]] const remote_read::EndpointOptions& options() const override { return options_; }

  std::string version = "2.42.0";
  std::vector<remote_read::Query> last_queries;

 private:
  rca::Result<void> give(std::size_t number, const remote_read::Query& query, remote_read::SeriesSink& sink,
                         std::size_t& series_left);
  std::shared_ptr<const History> history_;
  std::shared_ptr<Faults> faults_;
  remote_read::EndpointOptions options_;
};

// A catalogue of a few roles: gauge `load`, counter `work`, histogram `latency`, ratio `errors` of `requests`,
// histogram_mean `mean_latency`, a role with an old and a new name, and call edges.
std::shared_ptr<const exporter::Resolver> test_resolver(const exporter::Config& config);

// Step 5 s, window 10 min, without SLOs.
exporter::Config test_config();

// A source with one FakeClient.
exporter::Sources one_source(const std::shared_ptr<const History>& history, const std::shared_ptr<Faults>& faults);

}  // namespace pipeline_test
