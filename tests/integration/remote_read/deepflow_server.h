// A server that speaks DeepFlow's remote-read protocol. No real DeepFlow can be had for a test (it needs ClickHouse,
// its own server and kernel agents, none of which Debian packages), so this is made after the behaviour of its
// querier's source (server/querier/app/prometheus: the remote-read service, the converters, the router).
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include "common/labels.h"
#include "common/samples.h"
#include "raw_server.h"

namespace remote_read_test {

struct DeepflowSeries {
  std::map<std::string, std::string> tags;
  std::map<std::int64_t, double> rows;  // unix seconds → value
};

struct DeepflowRequest {
  std::vector<std::string> matchers;
  std::int64_t start_ms = 0;
  std::int64_t end_ms = 0;
  std::string func;
  std::vector<std::string> grouping;
  bool by = false;
};

// The querier without its HTTP.
class DeepflowModel {
 public:
  std::map<std::string, std::vector<DeepflowSeries>> metrics;
  std::size_t series_limit = 500;
  std::size_t row_limit = 1'000'000;
  bool ignores_regexes = false;  // a server that is not what it says

  struct Answer {
    int status = 200;
    std::string json;      // if not empty, this is the body
    std::string response;  // prompb.ReadResponse
  };
  // `request` is a prompb.ReadRequest.
  [[nodiscard]] Answer read(const std::string& request, DeepflowRequest* seen) const;

  // All samples of `metric` in the range, as a client should have them.
  [[nodiscard]] std::map<rca::Labels, rca::Samples> truth(const std::string& metric, std::int64_t start_ms,
                                                          std::int64_t end_ms) const;
};

class DeepflowServer {
 public:
  DeepflowServer();
  ~DeepflowServer();

  DeepflowModel model;  // not to be changed while a read runs
  [[nodiscard]] std::string url() const;
  [[nodiscard]] std::vector<DeepflowRequest> requests() const;
  [[nodiscard]] int refused() const;  // by 429

 private:
  struct State;
  void serve(Connection& connection);

  mutable std::mutex mutex_;
  std::unique_ptr<State> state_;
  RawServer server_;  // last: ends before what its handlers use
};

}  // namespace remote_read_test
