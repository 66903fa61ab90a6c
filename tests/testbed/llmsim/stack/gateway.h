// The gateway in front of the application, as Envoy does it: a token bucket a tenant, retries with jittered exponential
// backoff within a retry budget, a timeout of each try and one of the whole, and a limit of requests under way.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <vector>

#include "tests/testbed/llmsim/histogram.h"
#include "tests/testbed/llmsim/host.h"
#include "tests/testbed/llmsim/random.h"
#include "tests/testbed/llmsim/stack/attempt.h"

namespace llmsim {

// What is configured.
struct GatewayPolicy {
  int retries = 2;                    // of one request, on 502, 503, 504 and on the timeout of a try
  double try_timeout = 20;            // seconds without a byte of the answer
  double timeout = 60;                // seconds until the first byte, all tries together
  double retry_budget = 0.2;          // retries under way / requests under way; above 1: no budget
  int least_retries = 3;              // under way, whatever the budget says
  double backoff = 0.025;             // seconds; the n-th retry waits up to (2^n - 1) times that
  double longest_backoff = 0.25;      // seconds
  std::size_t most_under_way = 1024;  // Envoy's default circuit breaker
  double limit_factor = 3;            // a tenant's limit / its usual rate
  double limit_burst = 20;            // seconds of that limit
};

class Gateway {
 public:
  // What the gateway asks of the rest of the stack.
  struct Wiring {
    std::function<void(double time, std::function<void()> what)> at;
    std::function<double()> now;
    std::function<bool(RequestAttributes&)> admit;                   // false: a hook has answered it
    std::function<void(std::shared_ptr<Attempt>)> send;              // to the application
    std::function<void(UserRequest&, Outcome, double time)> answer;  // to the user
  };
  Gateway(std::uint64_t seed, const std::vector<double>& usual_rates, Host& host, Wiring wiring);

  void receive(const std::shared_ptr<UserRequest>& user);
  // The first byte of the answer to this try will be here at `time`.
  void first_byte(Attempt& attempt, double time);
  // The answer of the application to this try, whole. `time` ≥ now.
  void response(const std::shared_ptr<Attempt>& attempt, Outcome outcome, double time);

  [[nodiscard]] GatewayPolicy& policy() { return policy_; }
  [[nodiscard]] const GatewayPolicy& policy() const { return policy_; }

  struct Counters {
    std::uint64_t requests = 0;  // of users
    std::uint64_t answered_2xx = 0, answered_4xx = 0, answered_5xx = 0;
    std::uint64_t tries = 0, try_2xx = 0, try_4xx = 0, try_5xx = 0;
    std::uint64_t try_timeouts = 0, timeouts = 0, overflow = 0;
    std::uint64_t retries = 0, retry_overflow = 0, retry_limit_exceeded = 0, retry_success = 0;
    std::uint64_t limit_ok = 0, limited = 0;
  };
  struct TenantCounters {
    std::uint64_t hits = 0, over_limit = 0;
  };
  [[nodiscard]] const Counters& counters() const { return counters_; }
  [[nodiscard]] const std::vector<TenantCounters>& tenants() const { return tenant_counters_; }
  [[nodiscard]] const Histogram& request_ms() const { return request_ms_; }
  [[nodiscard]] const Histogram& try_ms() const { return try_ms_; }
  [[nodiscard]] std::size_t under_way() const { return under_way_; }
  [[nodiscard]] std::size_t retries_under_way() const { return retries_under_way_; }

 private:
  bool take_token(std::size_t tenant);
  void try_once(const std::shared_ptr<UserRequest>& user, int number);
  void give_up_try(const std::shared_ptr<Attempt>& attempt);
  // The try has failed: another one, or the answer.
  void retry_or_answer(const std::shared_ptr<Attempt>& attempt, Outcome outcome);
  void answer(const std::shared_ptr<UserRequest>& user, Outcome outcome, double time);

  struct Bucket {
    double usual_rate = 0;
    double tokens = 0;
    double filled = 0;  // when
  };
  GatewayPolicy policy_;
  Host& host_;
  Wiring wiring_;
  Random random_;
  std::vector<Bucket> buckets_;
  Counters counters_;
  std::vector<TenantCounters> tenant_counters_;
  Histogram request_ms_, try_ms_;
  std::size_t under_way_ = 0, retries_under_way_ = 0;
};

}  // namespace llmsim
