#include "tests/testbed/llmsim/stack/gateway.h"

#include <algorithm>
#include <cmath>
#include <utility>

namespace llmsim {
namespace {
constexpr double kRequestCpu = 0.4e-3;  // assumed: seconds of one request, TLS included
}  // namespace

Gateway::Gateway(std::uint64_t seed, const std::vector<double>& usual_rates, Host& host, Wiring wiring)
    : host_(host),
      wiring_(std::move(wiring)),
      random_(seed, "gateway"),
      tenant_counters_(usual_rates.size()),
      request_ms_(envoy_buckets()),
      try_ms_(envoy_buckets()) {
  for (const double rate : usual_rates)
    buckets_.push_back({rate, policy_.limit_factor * rate * policy_.limit_burst, 0});
}

bool Gateway::take_token(std::size_t tenant) {
  Bucket& bucket = buckets_[tenant];
  const double now = wiring_.now();
  const double limit = std::max(0.05, policy_.limit_factor * bucket.usual_rate);
  const double most = std::max(1.0, limit * policy_.limit_burst);
  bucket.tokens = std::min(most, bucket.tokens + limit * (now - bucket.filled));
  bucket.filled = now;
  ++tenant_counters_[tenant].hits;
  if (bucket.tokens < 1) {
    ++tenant_counters_[tenant].over_limit;
    ++counters_.limited;
    return false;
  }
  bucket.tokens -= 1;
  ++counters_.limit_ok;
  return true;
}

void Gateway::receive(const std::shared_ptr<UserRequest>& user) {
  ++counters_.requests;
  ++under_way_;
  host_.book(kRequestCpu);
  const double now = wiring_.now();
  const double ready = now + host_.run(now, kRequestCpu);
  if (!take_token(user->attributes.tenant)) return answer(user, Outcome::rate_limited, ready);
  if (!wiring_.admit(user->attributes)) return answer(user, user->attributes.outcome, ready);
  wiring_.at(now + policy_.timeout, [this, user] {
    const std::shared_ptr<Attempt> last = user->attempt.lock();
    if (user->finished || last == nullptr) return;
    if (last->first_byte >= 0 && last->first_byte <= wiring_.now()) return;
    ++counters_.timeouts;
    give_up_try(last);
    answer(user, Outcome::timed_out, wiring_.now());
  });
  if (under_way_ > policy_.most_under_way) {
    ++counters_.overflow;
    return answer(user, Outcome::overloaded, ready);
  }
  try_once(user, 0);
}

void Gateway::try_once(const std::shared_ptr<UserRequest>& user, int number) {
  auto attempt = std::make_shared<Attempt>();
  attempt->attributes = user->attributes;
  attempt->attributes.attempt = number;
  attempt->user = user;
  attempt->begin = wiring_.now();
  user->attempt = attempt;
  ++counters_.tries;
  wiring_.at(attempt->begin + policy_.try_timeout, [this, attempt] {
    if (attempt->abandoned || attempt->user->finished || attempt->user->attempt.lock() != attempt) return;
    if (attempt->first_byte >= 0 && attempt->first_byte <= wiring_.now()) return;
    ++counters_.try_timeouts;
    give_up_try(attempt);
    retry_or_answer(attempt, Outcome::timed_out);
  });
  wiring_.send(attempt);
}

void Gateway::give_up_try(const std::shared_ptr<Attempt>& attempt) {
  attempt->abandoned = true;
  if (attempt->attributes.attempt > 0) --retries_under_way_;
  ++counters_.try_5xx;
  try_ms_.observe(1e3 * (wiring_.now() - attempt->begin));
  attempt->user->attempt.reset();
}

void Gateway::retry_or_answer(const std::shared_ptr<Attempt>& attempt, Outcome outcome) {
  const std::shared_ptr<UserRequest> user = attempt->user;
  const double now = wiring_.now();
  const int number = attempt->attributes.attempt + 1;
  if (number > policy_.retries) {
    if (policy_.retries > 0) ++counters_.retry_limit_exceeded;
    return answer(user, outcome, now);
  }
  const double budget = policy_.retry_budget * static_cast<double>(under_way_);
  if (policy_.retry_budget <= 1 &&
      static_cast<double>(retries_under_way_) >= std::max<double>(policy_.least_retries, budget)) {
    ++counters_.retry_overflow;
    return answer(user, outcome, now);
  }
  ++counters_.retries;
  ++retries_under_way_;  // from the decision on, so that the budget holds for those in their backoff as well
  const double longest = std::min(policy_.longest_backoff, policy_.backoff * (std::pow(2.0, number) - 1));
  wiring_.at(now + longest * random_.uniform(), [this, user, number] {
    if (user->finished) {
      --retries_under_way_;
    } else {
      try_once(user, number);
    }
  });
}

void Gateway::first_byte(Attempt& attempt, double time) {
  if (attempt.first_byte < 0) attempt.first_byte = time;
}

void Gateway::response(const std::shared_ptr<Attempt>& attempt, Outcome outcome, double time) {
  if (attempt->abandoned) return;
  if (time > wiring_.now()) {
    wiring_.at(time, [this, attempt, outcome, time] { response(attempt, outcome, time); });
    return;
  }
  const int status = http_status(outcome);
  const bool begun = attempt->first_byte >= 0 && attempt->first_byte <= time;
  if (status >= 502 && !begun) {
    attempt->abandoned = true;
    if (attempt->attributes.attempt > 0) --retries_under_way_;
    ++counters_.try_5xx;
    try_ms_.observe(1e3 * (time - attempt->begin));
    attempt->user->attempt.reset();
    return retry_or_answer(attempt, outcome);
  }
  if (attempt->attributes.attempt > 0) {
    --retries_under_way_;
    if (status < 400) ++counters_.retry_success;
  }
  ++(status >= 500 ? counters_.try_5xx : status >= 400 ? counters_.try_4xx : counters_.try_2xx);
  try_ms_.observe(1e3 * (time - attempt->begin));
  attempt->user->attributes = attempt->attributes;
  answer(attempt->user, outcome, time);
}

void Gateway::answer(const std::shared_ptr<UserRequest>& user, Outcome outcome, double time) {
  if (time > wiring_.now()) {
    wiring_.at(time, [this, user, outcome, time] { answer(user, outcome, time); });
    return;
  }
  if (user->finished) return;
  user->finished = true;
  user->attempt.reset();
  --under_way_;
  const int status = http_status(outcome);
  ++(status >= 500 ? counters_.answered_5xx : status >= 400 ? counters_.answered_4xx : counters_.answered_2xx);
  request_ms_.observe(1e3 * (time - user->attributes.sent));
  user->attributes.outcome = outcome;
  wiring_.answer(*user, outcome, time);
}

}  // namespace llmsim
