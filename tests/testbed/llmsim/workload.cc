#include "tests/testbed/llmsim/workload.h"

#include <algorithm>
#include <cmath>
#include <numbers>

namespace llmsim {
namespace {
constexpr int kFollowUpTokens = 64;       // assumed: a follow-up question
constexpr std::size_t kIdleLimit = 1000;  // conversations that people may still come back to
constexpr double kPacerJitter = 0.002;    // assumed: seconds, how late a load generator's timer fires on average
}  // namespace

Workload::Workload(const SimConfig& config)
    : config_(config),
      arrivals_(config.seed, "arrivals"),
      lengths_(config.seed, "lengths"),
      turns_(config.seed, "turns") {}

double Workload::rate_at(double now) const {
  double rate = config_.rate;
  if (config_.arrival == Arrival::burst) {
    const double share = config_.burst_seconds / config_.burst_period;
    rate /= 1 + (config_.burst_factor - 1) * share;
    const double phase = now - std::floor(now / config_.burst_period) * config_.burst_period;
    if (phase < config_.burst_seconds) rate *= config_.burst_factor;
  }
  return rate * (1 + config_.swing * std::sin(2 * std::numbers::pi * now / config_.swing_period));
}

double Workload::next_arrival(double now) {
  if (config_.arrival == Arrival::constant) {
    pace_ = std::max(pace_, now - 1 / config_.rate) + 1 / std::max(1e-3, rate_at(now));
    return std::max(std::nextafter(now, now + 1), pace_ + arrivals_.exponential(kPacerJitter));
  }
  // Thinning (Lewis and Shedler 1979): draw at the highest rate, keep in proportion to the rate of the moment.
  const double highest = config_.rate * (1 + config_.swing) *
                         (config_.arrival == Arrival::burst ? std::max(1.0, config_.burst_factor) : 1.0);
  double time = now;
  do {
    time += arrivals_.exponential(1 / highest);
  } while (arrivals_.uniform() * highest > rate_at(time));
  return std::max(std::nextafter(now, now + 1), time);
}

int Workload::length(int median, double sigma) {
  if (config_.lengths == Lengths::fixed) return median;
  return std::max(1, static_cast<int>(std::lround(std::min(1e6, median * std::exp(sigma * lengths_.normal())))));
}

Workload::Prompt Workload::next_prompt() {
  Prompt out;
  out.output = std::clamp(length(config_.output_tokens, config_.output_sigma), 1, config_.max_model_len / 2);
  const int longest = config_.max_model_len - out.output;
  if (config_.multi_turn > 0 && !idle_.empty() && turns_.uniform() < config_.multi_turn) {
    const std::size_t pick = turns_.below(idle_.size());
    const Conversation conversation = idle_[pick];
    idle_.erase(idle_.begin() + static_cast<std::ptrdiff_t>(pick));
    if (conversation.tokens + kFollowUpTokens <= longest) {
      out.conversation = conversation.id;
      out.prompt = conversation.tokens + kFollowUpTokens;
      return out;
    }
  }
  out.conversation = hash_combine(config_.seed ^ 0x636f6e76ULL, ++conversations_);
  out.prompt =
      std::clamp(length(config_.prompt_tokens, config_.prompt_sigma) + config_.shared_prefix_tokens, 1, longest);
  return out;
}

void Workload::answered(std::uint64_t conversation, int tokens) {
  if (config_.multi_turn <= 0) return;
  idle_.push_back({conversation, tokens});
  if (idle_.size() > kIdleLimit) idle_.pop_front();
}

}  // namespace llmsim
