#include "tests/testbed/llmsim/stack/tool_api.h"

#include <array>
#include <cmath>

namespace llmsim {
namespace {
constexpr double kErrorRatio = 0.002;  // assumed: of a healthy tool
constexpr double kHang = 3600;         // longer than anybody waits
struct Nature {
  double median, sigma;
  int tokens;
};
// assumed: a function in the cluster, a database behind an API, somebody else's service on the Internet
constexpr std::array<Nature, 3> kNatures = {{{0.02, 0.25, 24}, {0.09, 0.4, 140}, {0.28, 0.5, 420}}};
}  // namespace

ToolApi::ToolApi(std::uint64_t seed, const std::vector<std::string>& tools) {
  for (std::size_t i = 0; i < tools.size(); ++i) {
    const Nature& nature = kNatures.at(i % kNatures.size());
    tools_.push_back(
        {.random = Random(seed, "tool", i), .median = nature.median, .sigma = nature.sigma, .tokens = nature.tokens});
  }
}

ToolApi::Reply ToolApi::call(std::size_t index) {
  Tool& tool = tools_.at(index);
  Reply reply;
  reply.seconds = tool.median * std::exp(tool.sigma * tool.random.normal()) * tool.trouble.slower;
  const double luck = tool.random.uniform();
  const double size = tool.random.uniform();
  if (luck < tool.trouble.hang_ratio) {
    reply.seconds = kHang;
    reply.error = true;
  } else if (luck < tool.trouble.hang_ratio + tool.trouble.error_ratio + kErrorRatio) {
    reply.error = true;
  }
  if (!reply.error) reply.tokens = static_cast<int>(std::lround(tool.tokens * (0.5 + size)));
  return reply;
}

}  // namespace llmsim
