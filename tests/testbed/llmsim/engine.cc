#include "tests/testbed/llmsim/engine.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <map>

namespace llmsim {
namespace {

namespace cal = calibration;

// The bounds of vllm/v1/metrics/loggers.py.
constexpr std::array kFirstTokenBounds = {0.001, 0.005, 0.01, 0.02, 0.04, 0.06, 0.08, 0.1,  0.25,  0.5,   0.75,
                                          1.0,   2.5,   5.0,  7.5,  10.0, 20.0, 40.0, 80.0, 160.0, 640.0, 2560.0};
constexpr std::array kTokenBounds = {0.01, 0.025, 0.05, 0.075, 0.1, 0.15, 0.2,  0.3,  0.4, 0.5,
                                     0.75, 1.0,   2.5,  5.0,   7.5, 10.0, 20.0, 40.0, 80.0};
constexpr std::array kLatencyBounds = {0.3,  0.5,  0.8,  1.0,  1.5,   2.0,   2.5,   5.0,   10.0,   15.0,  20.0,
                                       30.0, 40.0, 50.0, 60.0, 120.0, 240.0, 480.0, 960.0, 1920.0, 7680.0};
constexpr std::array kStepTokenBounds = {1.0,   8.0,    16.0,   32.0,   64.0,   128.0,  256.0,
                                         512.0, 1024.0, 2048.0, 4096.0, 8192.0, 16384.0};
constexpr std::array kParamNBounds = {1.0, 2.0, 5.0, 10.0, 20.0};
// build_1_2_5_buckets of a maximum model length of 8192.
constexpr std::array kCountBounds = {1.0, 2.0, 5.0, 10.0, 20.0, 50.0, 100.0, 200.0, 500.0, 1000.0, 2000.0, 5000.0};

template <std::size_t N>
const Buckets& python_buckets(const std::array<double, N>& bounds) {
  // One per array: the caller keeps the address, and a map's elements stay where they are.
  static std::map<const void*, Buckets> made;
  const auto known = made.find(&bounds);
  if (known != made.end()) return known->second;
  return made.emplace(&bounds, make_buckets(bounds, NumberStyle::python)).first->second;
}

}  // namespace

EngineMetrics::EngineMetrics()
    : time_to_first_token(python_buckets(kFirstTokenBounds)),
      inter_token_latency(python_buckets(kTokenBounds)),
      time_per_output_token(python_buckets(kTokenBounds)),
      e2e_latency(python_buckets(kLatencyBounds)),
      queue_time(python_buckets(kLatencyBounds)),
      inference_time(python_buckets(kLatencyBounds)),
      prefill_time(python_buckets(kLatencyBounds)),
      decode_time(python_buckets(kLatencyBounds)),
      prompt_tokens_per_request(python_buckets(kCountBounds)),
      generation_tokens_per_request(python_buckets(kCountBounds)),
      max_generation_tokens_per_request(python_buckets(kCountBounds)),
      params_n(python_buckets(kParamNBounds)),
      params_max_tokens(python_buckets(kCountBounds)),
      iteration_tokens(python_buckets(kStepTokenBounds)),
      prefill_computed_tokens(python_buckets(kCountBounds)) {}

Engine::Engine(const SimConfig& config, std::size_t index, Gpu& gpu, Host& host)
    : config_(config), gpu_(gpu), host_(host), random_(config.seed, "engine", index), cache_(config.kv_blocks) {}

void Engine::add(Request& request, double now) {
  request.queued = now;
  waiting_.push_back(&request);
}

bool Engine::reserve(Request& request, int tokens) {
  const int needed =
      (request.computed + tokens + kBlockTokens - 1) / kBlockTokens - static_cast<int>(request.blocks.size());
  return needed <= 0 || cache_.allocate(needed, request.blocks);
}

void Engine::preempt_last() {
  Request& victim = *running_.back();
  running_.pop_back();
  cache_.release(victim.blocks);
  metrics_.recomputed_tokens += static_cast<std::uint64_t>(victim.computed);
  victim.computed = 0;
  victim.published = 0;
  victim.scheduled = 0;
  ++metrics_.preemptions;
  waiting_.push_front(&victim);
}

void Engine::schedule_running(Batch& batch, int& budget) {
  for (std::size_t i = 0; i < running_.size() && budget > 0; ++i) {
    Request& request = *running_[i];
    const int wanted = std::min(request.tokens() - request.computed, budget);
    bool preempted_itself = false;
    while (!reserve(request, wanted)) {
      preempted_itself = running_.back() == &request;
      preempt_last();
      if (preempted_itself) break;
    }
    if (preempted_itself) break;
    request.scheduled = wanted;
    budget -= wanted;
    batch.computed += wanted;
    batch.context += request.computed + wanted;
    if (wanted == 1 && request.generated > 0) {
      ++batch.decodes;
    } else {
      batch.prefill_tokens += wanted;
    }
  }
}

std::uint64_t Engine::block_hash(const Request& request, int block) {
  const auto number = static_cast<std::uint64_t>(block) + 1;
  const int end = (block + 1) * kBlockTokens;
  if (end <= request.shared_prefix) return hash_combine(0x5feceb66ffc86f38ULL ^ request.prefix_seed, number);
  if (end <= request.stable_prompt) return hash_combine(request.conversation, number);
  return hash_combine(hash_combine(request.conversation, request.id), number);
}

int Engine::leak_blocks(int count) {
  cache_.allocate(std::min(count, cache_.free_blocks()), leaked_);
  return static_cast<int>(leaked_.size());
}

void Engine::restart() {
  return_leaked_blocks();
  cache_.forget();
}

void Engine::look_up_prefix(Request& request) {
  // At least the last token of the prompt has to be computed, or there would be nothing to sample from.
  const int full = (request.tokens() - 1) / kBlockTokens;
  hashes_.clear();
  for (int i = 0; i < full; ++i) hashes_.push_back(block_hash(request, i));
  const int hits = cache_.take_cached(hashes_, request.blocks);
  request.computed = hits * kBlockTokens;
  request.published = hits;
  if (!request.queried_cache) {
    request.queried_cache = true;
    request.cached = request.computed;
    metrics_.cache_queries += static_cast<std::uint64_t>(request.prompt);
    metrics_.cache_hits += static_cast<std::uint64_t>(request.cached);
    metrics_.cached_tokens += static_cast<std::uint64_t>(request.cached);
  }
}

void Engine::schedule_waiting(Batch& batch, int& budget, double now) {
  while (!waiting_.empty() && budget > 0 && running_.size() < static_cast<std::size_t>(config_.max_num_seqs)) {
    Request& request = *waiting_.front();
    look_up_prefix(request);
    const int wanted = std::min(request.tokens() - request.computed, budget);
    if (!reserve(request, wanted)) {
      cache_.release(request.blocks);
      request.computed = 0;
      request.published = 0;
      return;
    }
    waiting_.pop_front();
    running_.push_back(&request);
    if (request.first_scheduled < 0) request.first_scheduled = now;
    request.scheduled = wanted;
    budget -= wanted;
    batch.computed += wanted;
    batch.context += request.computed + wanted;
    batch.prefill_tokens += wanted;
  }
}

void Engine::drop_aborted(double now, EngineListener& listener) {
  const auto drop = [&](Request* request) {
    if (!request->aborted) return false;
    cache_.release(request->blocks);
    ++metrics_.aborted;
    listener.left(*request, now);
    return true;
  };
  std::erase_if(running_, drop);
  std::erase_if(waiting_, drop);
  any_aborted_ = false;
}

double Engine::start_step(double now, EngineListener& listener) {
  if (any_aborted_) drop_aborted(now, listener);
  if (running_.empty() && waiting_.empty()) return -1;
  Batch batch;
  int budget = config_.token_budget;
  const std::uint64_t preemptions = metrics_.preemptions;
  schedule_running(batch, budget);
  if (metrics_.preemptions == preemptions) schedule_waiting(batch, budget, now);
  if (batch.computed == 0) return -1;

  const double sequences = batch.decodes + (batch.prefill_tokens > 0 ? 1 : 0);
  const double noise = (1 + drift_) * (1 + cal::kStepNoise * random_.normal());
  Gpu::Work work;
  work.decode_seconds =
      1e-3 * noise * decode_factor_ *
      (cal::kDecodeBaseMs + cal::kDecodePerSequenceMs * sequences + cal::kDecodePerKilotokenMs * 1e-3 * batch.context);
  work.prefill_seconds = 1e-3 * noise * cal::kPrefillPerTokenMs * batch.prefill_tokens;

  const double host = 1e-3 * cal::kHostMs;
  double end = now + host_.run(now, host * cal::kHostShareBefore);
  end += gpu_.run(work);
  end += host_.run(end, host * (1 - cal::kHostShareBefore));

  stepping_ = true;
  step_start_ = now;
  busy_ += end - now;
  ++metrics_.steps;
  metrics_.step_seconds += end - now;
  metrics_.iteration_tokens.observe(batch.computed);
  return end;
}

void Engine::publish_blocks(Request& request) {
  const int full = request.computed / kBlockTokens;
  for (; request.published < full; ++request.published) {
    cache_.publish(request.blocks[static_cast<std::size_t>(request.published)], block_hash(request, request.published));
  }
}

void Engine::emit_token(Request& request, double now, EngineListener& listener) {
  if (request.generated == 0) {
    request.first_token = now;
    metrics_.prompt_tokens += static_cast<std::uint64_t>(request.prompt);
    metrics_.time_to_first_token.observe(now - request.received);
  } else {
    metrics_.inter_token_latency.observe(now - request.last_token);
  }
  request.last_token = now;
  ++request.generated;
  ++metrics_.generation_tokens;
  listener.token(request, now);
}

void Engine::finish(Request& request, double now, EngineListener& listener) {
  cache_.release(request.blocks);
  ++metrics_.finished;
  metrics_.e2e_latency.observe(now - request.received);
  metrics_.queue_time.observe(request.first_scheduled - request.queued);
  metrics_.inference_time.observe(now - request.first_scheduled);
  metrics_.prefill_time.observe(request.first_token - request.first_scheduled);
  metrics_.decode_time.observe(now - request.first_token);
  if (request.generated > 1) {
    metrics_.time_per_output_token.observe((now - request.first_token) / (request.generated - 1));
  }
  metrics_.prompt_tokens_per_request.observe(request.prompt);
  metrics_.generation_tokens_per_request.observe(request.generated);
  metrics_.max_generation_tokens_per_request.observe(request.max_output);
  metrics_.params_n.observe(1);
  metrics_.params_max_tokens.observe(request.asked_tokens > 0 ? request.asked_tokens : request.max_output);
  metrics_.prefill_computed_tokens.observe(request.prompt - request.cached);
  listener.left(request, now);
}

void Engine::end_step(double now, EngineListener& listener) {
  stepping_ = false;
  std::size_t kept = 0;
  // `left` may recycle a request, so a finished one is taken out of the list in the same pass.
  for (Request* request : running_) {
    if (request->scheduled > 0 && !request->aborted) {
      request->computed += request->scheduled;
      request->scheduled = 0;
      publish_blocks(*request);
      if (request->computed == request->tokens()) {
        emit_token(*request, now, listener);
        if (request->generated == request->max_output) {
          finish(*request, now, listener);
          continue;
        }
      }
    }
    running_[kept++] = request;
  }
  running_.resize(kept);
}

double Engine::sample(double seconds) {
  const double keep = std::exp(-seconds / cal::kDriftSeconds);
  drift_ = keep * drift_ + std::sqrt(1 - keep * keep) * cal::kDriftNoise * random_.normal();
  const double busy = std::min(busy_, seconds);
  busy_ -= busy;
  return busy;
}

}  // namespace llmsim
