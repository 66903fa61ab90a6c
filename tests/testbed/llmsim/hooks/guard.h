// The input guard at the gateway: three guardrails one after the other, each of which may reject a request.
#pragma once

#include <array>
#include <cstdint>
#include <string_view>

#include "tests/testbed/llmsim/histogram.h"
#include "tests/testbed/llmsim/hooks/inputs.h"
#include "tests/testbed/llmsim/random.h"

namespace llmsim {

struct Guardrail {
  Guardrail(std::string_view rail_name, double rail_seconds);
  std::string_view name;
  double seconds;  // mean time of a check
  std::uint64_t passed = 0, blocked = 0;
  Histogram passed_seconds, blocked_seconds;
};

class InputGuard {
 public:
  enum class Verdict : std::uint8_t { passed, malformed, too_long, injection };

  explicit InputGuard(std::uint64_t seed) : random_(seed, "guard") {}

  Verdict check(const UserInput& input);
  // In the order in which they are asked: schema, length, injection.
  [[nodiscard]] const std::array<Guardrail, 3>& rails() const { return rails_; }

 private:
  bool ask(Guardrail& rail, bool block);

  Random random_;
  std::array<Guardrail, 3> rails_ = {Guardrail("input-schema", 0.0004), Guardrail("input-length", 0.0008),
                                     Guardrail("prompt-injection", 0.012)};
};

}  // namespace llmsim
