// What can be chosen about a simulated serving stack.
#pragma once

#include <cstdint>
#include <string>

namespace llmsim {

enum class Arrival { constant, poisson, burst };
enum class Lengths { fixed, lognormal };
// power_of_two: of two replicas drawn at random the one with fewer requests under way, as Ray Serve routes.
// session_affinity: all requests of a conversation to one replica, by hash, as routers that mind the prefix cache do.
enum class Routing { power_of_two, least_outstanding, round_robin, session_affinity };

// reference: load generator → nginx → replicas, as the reference experiments deploy it.
// full: a gateway, a chat application with its session store, vector store and tools, tenants and neighbours around it.
enum class Stack { reference, full };

// The defaults are the load and the topology of the reference experiments: 5 requests/s at a constant pace from at most
// 300 users, 512 prompt and 256 output tokens, four data-parallel replicas (one of them on the Ray head).
struct SimConfig {
  std::uint64_t seed = 1;
  double start = 1'700'000'000;  // unix time of the simulation's second 0

  Stack stack = Stack::reference;
  int replicas = 4;  // 1..64, the Ray head's included
  Routing routing = Routing::power_of_two;

  Arrival arrival = Arrival::constant;
  double rate = 5;             // requests/s, the mean over a burst period for `burst`
  double burst_factor = 4;     // rate within a burst, times the rate outside it
  double burst_seconds = 10;   // length of a burst
  double burst_period = 60;    // from the start of one burst to that of the next
  double swing = 0;            // 0..1: relative amplitude of a slow sine in the rate
  double swing_period = 3600;  // seconds
  int users = 300;             // requests under way never exceed this; the pacer then waits

  Lengths lengths = Lengths::fixed;
  int prompt_tokens = 512;     // the median, for lognormal
  int output_tokens = 256;     // the median, for lognormal
  double prompt_sigma = 0.99;  // of the logarithm; fitted, see calibration.h
  double output_sigma = 0.86;
  int shared_prefix_tokens = 0;  // a system prompt that every conversation starts with
  double multi_turn = 0;         // share of the requests that continue an earlier conversation

  // --- the full stack only
  double retrieval_share = 0.5;  // of the requests look for documents
  double tool_share = 0.3;       // of the requests call a tool

  int kv_blocks = 24576;     // per replica, of 16 tokens
  int max_num_seqs = 256;    // requests in one batch
  int token_budget = 2048;   // per iteration (chunked prefill)
  int max_model_len = 8192;  // tokens, prompt and output together
};

// A load that uses all parts of the full stack: conversations of several turns, at random instants.
inline SimConfig full_stack_config() {
  SimConfig config;
  config.stack = Stack::full;
  config.arrival = Arrival::poisson;
  config.lengths = Lengths::lognormal;
  config.prompt_tokens = 60;  // the question; the application adds the rest
  config.prompt_sigma = 0.6;
  config.output_tokens = 160;
  config.output_sigma = 0.5;
  config.shared_prefix_tokens = 176;  // the application's instructions
  config.multi_turn = 0.6;
  return config;
}

}  // namespace llmsim
