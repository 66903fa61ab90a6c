#include "tests/testbed/llmsim/hooks/guard.h"

namespace llmsim {
namespace {

constexpr int kMaxUserTokens = 3000;           // assumed
constexpr double kInjectionRecall = 0.85;      // assumed: share of the attempts that the classifier finds
constexpr double kInjectionFalseAlarm = 1e-3;  // assumed

// LITELLM_LATENCY_BUCKETS' lower part.
constexpr std::array kLatencyBounds = {0.00125, 0.0025, 0.005, 0.01, 0.02, 0.04, 0.08, 0.16, 0.32, 0.64, 1.0, 2.0, 5.0};

const Buckets& latency_buckets() {
  static const Buckets buckets = make_buckets(kLatencyBounds, NumberStyle::python);
  return buckets;
}

}  // namespace

Guardrail::Guardrail(std::string_view rail_name, double rail_seconds)
    : name(rail_name), seconds(rail_seconds), passed_seconds(latency_buckets()), blocked_seconds(latency_buckets()) {}

bool InputGuard::ask(Guardrail& rail, bool block) {
  const double took = 0.5 * rail.seconds + random_.exponential(0.5 * rail.seconds);
  ++(block ? rail.blocked : rail.passed);
  (block ? rail.blocked_seconds : rail.passed_seconds).observe(took);
  return block;
}

InputGuard::Verdict InputGuard::check(const UserInput& input) {
  const double luck = random_.uniform();
  if (ask(rails_[0], input.malformed)) return Verdict::malformed;
  if (ask(rails_[1], input.tokens > kMaxUserTokens)) return Verdict::too_long;
  if (ask(rails_[2], luck < (input.injection ? kInjectionRecall : kInjectionFalseAlarm))) return Verdict::injection;
  return Verdict::passed;
}

}  // namespace llmsim
