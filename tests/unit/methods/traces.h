// Traces for tests: a front end that calls two services, 60 traces before the onset and 60 after it.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "rca_core/stats/random.h"
#include "tests/unit/rca_core/frames.h"

namespace rca::testing {

inline constexpr std::int64_t kOnsetMs = kNoon + 60'000;

// What differs after the onset, in ms.
struct TraceFault {
  double cart_works = 0;
  double cart_network = 0;
  bool cart_fails = false;
  bool new_operation = false;  // of cart
};

inline std::vector<Span> shop_traces(const TraceFault& fault) {
  Random random(9);
  std::vector<Span> spans;
  const auto us = [](double ms) { return static_cast<std::int64_t>(ms * 1000); };
  for (std::int64_t i = 0; i < 120; ++i) {
    const bool after = i >= 60;
    const std::string trace = "trace-" + std::to_string(i);
    const std::int64_t start = (kNoon + i * 1000) * 1000;
    const auto work = [&](double ms) { return ms * (1 + 0.05 * random.normal()); };
    const bool with_cart = i % 2 == 0;
    const double ads = work(4);
    const double cart = work(3) + (after ? fault.cart_works : 0);
    const double wait = work(1) + (after ? fault.cart_network : 0);
    const double total = work(5) + ads + 1 + (with_cart ? cart + wait : 0);
    spans.push_back({trace, "1", "", "front", "GET /", start, us(total), false});
    spans.push_back({trace, "2", "1", "front", "call ads", start + us(1), us(ads + 1), false});
    spans.push_back({trace, "3", "2", "ads", "GetAds", start + us(1.5), us(ads), false});
    if (!with_cart) continue;
    const std::int64_t then = start + us(2 + ads + 1);
    spans.push_back({trace, "4", "1", "front", "call cart", then, us(cart + wait), after && fault.cart_fails});
    spans.push_back({trace, "5", "4", "cart", after && fault.new_operation ? "GetCartV2" : "GetCart",
                     then + us(wait / 2), us(cart), after && fault.cart_fails});
  }
  return spans;
}

}  // namespace rca::testing
