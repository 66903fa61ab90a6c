// A Prometheus in memory: it keeps what the simulation's scrapes bring, and answers remote reads.
#pragma once

#include <cstdint>
#include <deque>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "common/labels.h"
#include "common/samples.h"
#include "exporter/pipeline/sources.h"
#include "remote_read/client.h"
#include "tests/testbed/llmsim/exporters/exporter.h"
#include "tests/testbed/llmsim/scrapes.h"

namespace scenarios {

// Series and their samples. Not thread-safe.
class MemoryStore {
 public:
  struct Series {
    rca::Labels labels;
    rca::Samples samples;
  };
  // The series with these labels; added when it is new. The reference stays valid.
  Series& series(const rca::Labels& labels);
  [[nodiscard]] const std::deque<Series>& all() const { return series_; }
  // Forgets samples before `before_ms`; the series stay known.
  void drop_older_than(std::int64_t before_ms);

 private:
  std::deque<Series> series_;
  std::map<rca::Labels, std::size_t> index_;
};

// Puts the scrapes of `targets`, which must outlive it, into `store`. A series that a target stops showing while it can
// still be scraped, or all of them when it cannot, end with a stale marker at that scrape, as in Prometheus.
class StoreReceiver final : public llmsim::ScrapeReceiver {
 public:
  // While Prometheus itself is down nothing is kept, not even that a series ended.
  struct Outage {
    double begin = 0;  // unix time
    double end = 0;
  };
  StoreReceiver(const std::vector<llmsim::Target>& targets, MemoryStore& store, std::vector<Outage> outages = {});
  ~StoreReceiver() override;
  StoreReceiver(const StoreReceiver&) = delete;
  StoreReceiver& operator=(const StoreReceiver&) = delete;

  llmsim::ScrapeSink& start(std::size_t target, bool about, double unix_time) override;
  bool done() override;

 private:
  class StoreSink;
  std::vector<std::unique_ptr<StoreSink>> metrics_;
  std::vector<std::unique_ptr<StoreSink>> about_;
  std::vector<Outage> outages_;
  std::size_t target_ = 0;
  bool down_ = false;
};

// Answers from `store`, which must outlive it and not change during a read.
class MemoryClient final : public remote_read::Client {
 public:
  explicit MemoryClient(const MemoryStore& store);
  rca::Result<remote_read::ReadStats> read(std::span<const remote_read::Query> queries, remote_read::SeriesSink& sink,
                                           std::stop_token stop) override;
  rca::Result<remote_read::BuildInfo> build_info(std::stop_token stop) override;
  [[nodiscard]] const remote_read::EndpointOptions& options() const override { return options_; }

 private:
  // The series that a selector selects, as far as they are known.
  struct Selection {
    std::size_t seen = 0;  // series of the store
    std::vector<std::size_t> series;
  };
  const Selection& select(const std::vector<remote_read::Matcher>& matchers);

  const MemoryStore& store_;
  remote_read::EndpointOptions options_;
  std::unordered_map<std::string, Selection> selections_;  // by the selector's text
};

// The one source of an evaluation.
exporter::Sources memory_sources(const MemoryStore& store);

}  // namespace scenarios
