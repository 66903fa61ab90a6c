#include "tests/testbed/llmsim/stack/tenants.h"

#include <algorithm>
#include <array>
#include <cmath>

namespace llmsim {
namespace {
constexpr std::array kShares = {0.4, 0.3, 0.2, 0.1};         // assumed: of the load
constexpr std::array kPromptFactors = {1.0, 0.7, 1.6, 1.2};  // assumed: how long their questions are
constexpr std::size_t kIdleLimit = 60;                       // assumed: conversations of a tenant that may go on
constexpr int kMostTurns = 24;                               // assumed
constexpr double kTwoTools = 0.25;                           // assumed: of the requests with a tool call a second one

SimConfig config_of_tenant(const SimConfig& whole, std::size_t index, double share) {
  SimConfig config = whole;
  config.seed = hash_combine(whole.seed, 0x74656e61 + index);
  config.rate = whole.rate * share;
  return config;
}

}  // namespace

TenantLoad::Tenant::Tenant(const SimConfig& whole, std::size_t index, double share)
    : config(config_of_tenant(whole, index, share)),
      usual_rate(config.rate),
      pace(config),
      lengths(config.seed, "tenant lengths"),
      choices(config.seed, "tenant choices"),
      prompt_factor(kPromptFactors.at(index % kPromptFactors.size())) {}

TenantLoad::TenantLoad(const SimConfig& config, std::size_t tenants) : config_(config), idle_(tenants) {
  double total = 0;
  for (std::size_t i = 0; i < tenants; ++i) total += kShares.at(i % kShares.size());
  for (std::size_t i = 0; i < tenants; ++i) {
    tenants_.push_back(std::make_unique<Tenant>(config, i, kShares.at(i % kShares.size()) / total));
  }
}

int TenantLoad::length(Random& random, double median, double sigma) const {
  if (config_.lengths == Lengths::fixed) return std::max(1, static_cast<int>(std::lround(median)));
  return std::max(1, static_cast<int>(std::lround(std::min(1e5, median * std::exp(sigma * random.normal())))));
}

std::shared_ptr<UserRequest> TenantLoad::next_request(std::size_t index) {
  Tenant& tenant = *tenants_[index];
  auto out = std::make_shared<UserRequest>();
  RequestAttributes& a = out->attributes;
  a.tenant = index;
  std::deque<Conversation>& idle = idle_[index];
  const double luck = tenant.choices.uniform();
  if (luck < config_.multi_turn && !idle.empty()) {
    const std::size_t pick = tenant.choices.below(idle.size());
    a.session = idle[pick].id;
    a.turn = idle[pick].turn + 1;
    idle.erase(idle.begin() + static_cast<std::ptrdiff_t>(pick));
  } else {
    a.session = hash_combine(config_.seed ^ 0x73657373ULL, ++conversations_);
  }
  a.user_tokens = std::min(config_.max_model_len / 4,
                           length(tenant.lengths, config_.prompt_tokens * tenant.prompt_factor * tenant.length_factor,
                                  config_.prompt_sigma));
  a.output_tokens =
      std::clamp(length(tenant.lengths, config_.output_tokens, config_.output_sigma), 1, config_.max_model_len / 8);
  a.max_tokens = config_.max_model_len / 8;
  a.wants_documents = tenant.choices.uniform() < config_.retrieval_share;
  if (tenant.choices.uniform() < config_.tool_share) {
    const std::size_t calls = tenant.choices.uniform() < kTwoTools ? 2 : 1;
    for (std::size_t i = 0; i < calls; ++i) out->tools.push_back(tenant.choices.below(3));
  }
  return out;
}

std::shared_ptr<UserRequest> TenantLoad::shared_request(std::size_t index, std::uint64_t session, int history_tokens) {
  auto out = std::make_shared<UserRequest>();
  RequestAttributes& a = out->attributes;
  a.tenant = index;
  a.session = session;
  a.turn = 1;
  a.history_tokens = history_tokens;
  a.user_tokens = length(tenants_[index]->lengths, config_.prompt_tokens, config_.prompt_sigma);
  a.output_tokens = std::clamp(length(tenants_[index]->lengths, config_.output_tokens, config_.output_sigma), 1,
                               config_.max_model_len / 8);
  a.max_tokens = config_.max_model_len / 8;
  out->shared_key = true;
  return out;
}

void TenantLoad::answered(const UserRequest& request) {
  const RequestAttributes& a = request.attributes;
  if (request.shared_key || a.turn + 1 >= kMostTurns) return;
  std::deque<Conversation>& idle = idle_[a.tenant];
  idle.push_back({a.session, a.turn});
  if (idle.size() > kIdleLimit) idle.pop_front();
}

}  // namespace llmsim
