// One inference engine: continuous batching with chunked prefill over a paged KV cache, as vLLM's V1 scheduler does it
// (running requests first, then waiting ones, within one token budget; preemption by recomputation, last come first).
#pragma once

#include <cstddef>
#include <cstdint>
#include <deque>
#include <limits>
#include <memory>
#include <vector>

#include "tests/testbed/llmsim/config.h"
#include "tests/testbed/llmsim/gpu.h"
#include "tests/testbed/llmsim/histogram.h"
#include "tests/testbed/llmsim/host.h"
#include "tests/testbed/llmsim/kv_cache.h"
#include "tests/testbed/llmsim/random.h"

namespace llmsim {

struct Attempt;

// One request on its way. Times are seconds of the simulation, negative while not reached.
struct Request {
  std::uint64_t id = 0;
  std::size_t slot = 0;            // where the simulation keeps it
  std::uint64_t conversation = 0;  // seed of the contents: equal conversations have equal prefixes
  int prompt = 0;                  // tokens
  int max_output = 0;              // tokens; generation runs to exactly this many
  int shared_prefix = 0;           // tokens at the front that all conversations share
  std::size_t replica = 0;
  std::size_t connection = 0;  // of the edge to the replica
  bool aborted = false;

  // --- the full stack only
  std::shared_ptr<Attempt> attempt;                     // that asks; null in the reference's stack
  int stable_prompt = std::numeric_limits<int>::max();  // tokens at the front that the next turn begins with as well
  int asked_tokens = 0;                                 // max_tokens of the call; 0: max_output
  std::uint64_t prefix_seed = 0;                        // of the shared prefix: another template, other contents

  double sent = -1;             // by the client
  double received = -1;         // by the replica
  double queued = -1;           // handed to the scheduler
  double first_scheduled = -1;  // for the first time
  double first_token = -1, last_token = -1;
  double first_delivered = -1, last_delivered = -1;  // at the client
  double finished_at = -1;                           // by the engine

  int computed = 0;   // tokens whose keys and values are in the cache
  int generated = 0;  // tokens
  int cached = 0;     // prompt tokens found in the prefix cache when first scheduled
  int scheduled = 0;  // tokens of the step under way
  bool queried_cache = false;
  int published = 0;  // blocks whose hash is known to the cache
  std::vector<KvCache::BlockId> blocks;

  [[nodiscard]] int tokens() const { return prompt + generated; }
};

// What vLLM exports of one engine.
struct EngineMetrics {
  EngineMetrics();
  Histogram time_to_first_token, inter_token_latency, time_per_output_token;
  Histogram e2e_latency, queue_time, inference_time, prefill_time, decode_time;
  Histogram prompt_tokens_per_request, generation_tokens_per_request, max_generation_tokens_per_request;
  Histogram params_n, params_max_tokens, iteration_tokens, prefill_computed_tokens;
  std::uint64_t prompt_tokens = 0, generation_tokens = 0, cached_tokens = 0, recomputed_tokens = 0;
  std::uint64_t preemptions = 0;
  std::uint64_t finished = 0, aborted = 0;
  std::uint64_t cache_queries = 0, cache_hits = 0;  // tokens
  std::uint64_t steps = 0;
  double step_seconds = 0;  // sum over steps, for tests and the documentation; vLLM does not export it
};

// Told of what leaves the engine. Requests stay with the caller; the engine holds pointers to them until `left`.
class EngineListener {
 public:
  virtual ~EngineListener() = default;
  virtual void token(Request& request, double now) = 0;
  // The engine has let go of the request: generated to the end, or aborted.
  virtual void left(Request& request, double now) = 0;
};

class Engine {
 public:
  Engine(const SimConfig& config, std::size_t index, Gpu& gpu, Host& host);

  void add(Request& request, double now);
  [[nodiscard]] bool stepping() const { return stepping_; }
  // Plans the next step and runs it. Returns its end, or a negative number when there is nothing to do.
  double start_step(double now, EngineListener& listener);
  void end_step(double now, EngineListener& listener);

  // Some request was marked as aborted: let go of it before the next step.
  void notice_abort() { any_aborted_ = true; }

  // --- what faults turn
  // Another version's kernels: decoding takes so many times as long.
  void set_decode_factor(double factor) { decode_factor_ = factor; }
  // Blocks that are never given back; fewer if there are not so many free ones. Returns how many are lost now.
  int leak_blocks(int count);
  void return_leaked_blocks() { cache_.release(leaked_); }
  // The process starts anew: nothing is known of earlier requests. All of them must have been aborted.
  void restart();

  // Ends a sampling interval (slow drift); returns the seconds the engine's thread was busy in it.
  double sample(double seconds);

  [[nodiscard]] const EngineMetrics& metrics() const { return metrics_; }
  [[nodiscard]] std::size_t running() const { return running_.size(); }
  [[nodiscard]] std::size_t waiting() const { return waiting_.size(); }
  [[nodiscard]] const KvCache& cache() const { return cache_; }

 private:
  struct Batch {
    int decodes = 0;
    int prefill_tokens = 0;
    int context = 0;  // tokens attended to
    int computed = 0;
  };
  bool reserve(Request& request, int tokens);
  void preempt_last();
  void schedule_running(Batch& batch, int& budget);
  void schedule_waiting(Batch& batch, int& budget, double now);
  [[nodiscard]] static std::uint64_t block_hash(const Request& request, int block);
  void look_up_prefix(Request& request);
  void publish_blocks(Request& request);
  void drop_aborted(double now, EngineListener& listener);
  void emit_token(Request& request, double now, EngineListener& listener);
  void finish(Request& request, double now, EngineListener& listener);

  const SimConfig& config_;
  Gpu& gpu_;
  Host& host_;
  Random random_;
  KvCache cache_;
  EngineMetrics metrics_;
  std::vector<Request*> running_;
  std::deque<Request*> waiting_;
  std::vector<std::uint64_t> hashes_;  // scratch
  bool stepping_ = false;
  bool any_aborted_ = false;
  double decode_factor_ = 1;
  std::vector<KvCache::BlockId> leaked_;
  double step_start_ = 0;
  double drift_ = 0;
  double busy_ = 0;
};

}  // namespace llmsim
