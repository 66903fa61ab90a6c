// A client of the Prometheus remote-read API: queries in, samples out, whole or not at all.
// Protocol: https://prometheus.io/docs/prometheus/latest/querying/remote_read_api/
#pragma once

#include <chrono>
#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <span>
#include <stop_token>
#include <string>
#include <vector>

#include "common/result.h"
#include "remote_read/query.h"
#include "remote_read/sink.h"

namespace remote_read {

// How the server behaves beyond the common protocol.
enum class Dialect {
  prometheus,  // Prometheus, Mimir, Cortex: both response types
  influxdb,    // InfluxDB 1.x: SAMPLES only
  deepflow,    // DeepFlow's querier: SAMPLES only, hints mandatory, one query a request, 500 series at most
};

struct TlsOptions {
  std::string ca_file;    // PEM; empty: the system's
  std::string cert_file;  // PEM client certificate, with key_file
  std::string key_file;
  bool insecure_skip_verify = false;
};

struct RetryOptions {
  int max_attempts = 3;  // the first included
  std::chrono::milliseconds min_backoff{200};
  std::chrono::milliseconds max_backoff{5000};
};

struct EndpointOptions {
  std::string name;  // for messages and the `endpoint` label
  std::string url;   // of the read API itself, e.g. http://127.0.0.1:9090/api/v1/read
  Dialect dialect = Dialect::prometheus;
  bool streamed = true;                        // ask for STREAMED_XOR_CHUNKS first (never with influxdb and deepflow)
  std::map<std::string, std::string> headers;  // e.g. X-Scope-OrgID
  std::string basic_auth_username;
  std::string basic_auth_password;
  std::string bearer_token_file;  // read again for every request, so that rotated tokens work
  TlsOptions tls;
  std::chrono::milliseconds connect_timeout{5000};
  std::chrono::milliseconds timeout{60000};  // of one attempt
  RetryOptions retry;
  int concurrency = 4;              // requests in flight at once
  int queries_per_request = 16;     // 1 with influxdb and deepflow, which answer only the first
  int deepflow_series_limit = 500;  // with deepflow: the querier's prometheus.series-limit
  Limits limits;
};

struct ReadStats {
  std::uint64_t requests = 0;  // HTTP requests, retries included
  std::uint64_t retries = 0;
  std::uint64_t bytes = 0;  // of response bodies
  std::uint64_t frames = 0;
  std::uint64_t series = 0;
  std::uint64_t samples = 0;
  std::uint64_t splits = 0;  // queries that were split because an answer was truncated by the server (DeepFlow)
  double seconds = 0;
};

struct BuildInfo {
  std::string version;  // e.g. "2.42.0+ds"; empty when the server does not say
  int major = 0;
};

// Thread-safe: several threads may read at once; `concurrency` bounds all of them together.
class Client {
 public:
  // Checks the options (URL, files, numbers); does not connect. Errors: invalid_argument, io.
  static rca::Result<std::unique_ptr<Client>> create(EndpointOptions options);
  virtual ~Client() = default;

  // Reads all queries into `sink`. The query numbers that the sink sees are indices into `queries`. Several
  // queries may match the same series; it is then given for each. On success every sample was given, on an error the
  // sink's content must be dropped. Retries connection errors, timeouts, 429 and 5xx (Retry-After is honoured up to
  // max_backoff), each after sink.begin(). A chunk encoding that is not known is retried once with SAMPLES.
  virtual rca::Result<ReadStats> read(std::span<const Query> queries, SeriesSink& sink, std::stop_token stop = {}) = 0;

  // GET <base>/api/v1/status/buildinfo beside the read URL; not_found where the server has none.
  virtual rca::Result<BuildInfo> build_info(std::stop_token stop = {}) = 0;

  [[nodiscard]] virtual const EndpointOptions& options() const = 0;
};

}  // namespace remote_read
