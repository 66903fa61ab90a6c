#include "tests/testbed/llmsim/request_attributes.h"

#include <algorithm>
#include <utility>

namespace llmsim {
namespace {

std::vector<HookType>& registered_hooks() {
  static std::vector<HookType> types;
  return types;
}

}  // namespace

int http_status(Outcome outcome) {
  switch (outcome) {
    case Outcome::under_way:
    case Outcome::answered: return 200;
    case Outcome::rejected_by_guard:
    case Outcome::malformed:
    case Outcome::context_too_long: return 400;
    case Outcome::rate_limited: return 429;
    case Outcome::session_lost:
    case Outcome::tool_failed: return 500;
    case Outcome::model_failed: return 502;
    case Outcome::overloaded: return 503;
    case Outcome::timed_out: return 504;
  }
  return 500;
}

HookRegistration::HookRegistration(HookType type) {
  auto& types = registered_hooks();
  const auto at = std::lower_bound(types.begin(), types.end(), type,
                                   [](const HookType& a, const HookType& b) { return a.name < b.name; });
  types.insert(at, std::move(type));
}

const std::vector<HookType>& hook_types() {
  return registered_hooks();
}

}  // namespace llmsim
