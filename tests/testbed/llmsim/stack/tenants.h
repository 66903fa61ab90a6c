// The users of the full stack: tenants with their own rates and lengths, and their conversations.
#pragma once

#include <cstddef>
#include <cstdint>
#include <deque>
#include <memory>
#include <vector>

#include "tests/testbed/llmsim/config.h"
#include "tests/testbed/llmsim/random.h"
#include "tests/testbed/llmsim/stack/attempt.h"
#include "tests/testbed/llmsim/workload.h"

namespace llmsim {

class TenantLoad {
 public:
  TenantLoad(const SimConfig& config, std::size_t tenants);

  [[nodiscard]] std::size_t size() const { return tenants_.size(); }
  // Requests/s of the tenant at a calm moment, its share of SimConfig::rate.
  [[nodiscard]] double usual_rate(std::size_t tenant) const { return tenants_[tenant]->usual_rate; }

  // The arrival of the tenant's request after `now`; strictly later.
  double next_arrival(std::size_t tenant, double now) { return tenants_[tenant]->pace.next_arrival(now); }
  // Who asks what; the caller sets id and times.
  std::shared_ptr<UserRequest> next_request(std::size_t tenant);
  // A request for the conversation that many share.
  std::shared_ptr<UserRequest> shared_request(std::size_t tenant, std::uint64_t session, int history_tokens);
  // The user has the whole answer and may go on with the conversation.
  void answered(const UserRequest& request);

  // --- what faults turn
  void set_rate_factor(std::size_t tenant, double factor) {
    tenants_[tenant]->config.rate = tenants_[tenant]->usual_rate * factor;
  }
  // How long its questions are, over what they usually are.
  void set_length_factor(std::size_t tenant, double factor) { tenants_[tenant]->length_factor = factor; }

 private:
  struct Tenant {
    Tenant(const SimConfig& whole, std::size_t index, double share);
    SimConfig config;  // of `pace`, which keeps a reference to it
    double usual_rate;
    Workload pace;
    Random lengths, choices;
    double prompt_factor;
    double length_factor = 1;
  };
  struct Conversation {
    std::uint64_t id = 0;
    int turn = 0;
  };
  int length(Random& random, double median, double sigma) const;

  const SimConfig& config_;
  std::vector<std::unique_ptr<Tenant>> tenants_;
  std::vector<std::deque<Conversation>> idle_;  // of each tenant
  std::uint64_t conversations_ = 0;
};

}  // namespace llmsim
