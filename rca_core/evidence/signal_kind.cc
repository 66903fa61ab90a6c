#include "rca_core/evidence/signal_kind.h"

#include <algorithm>
#include <array>
#include <cctype>
#include <string>
#include <vector>

namespace rca {
namespace {

constexpr std::array<std::string_view, 9> kStatistics = {"p50",  "p90", "p95", "p99",    "avg",
                                                         "mean", "max", "ms",  "seconds"};
constexpr std::array<std::string_view, 7> kMedia = {"disk", "io", "net", "network", "nic", "node", "filesystem"};

template <std::size_t N>
bool is_one_of(const std::array<std::string_view, N>& known, std::string_view word) {
  return std::find(known.begin(), known.end(), word) != known.end();
}

bool is_number(std::string_view word) {
  return std::all_of(word.begin(), word.end(), [](unsigned char c) { return std::isdigit(c) != 0; });
}

}  // namespace

SignalNature nature_for_evidence(const Signal& signal) {
  std::vector<std::string> words = role_words(signal.role);
  const bool medium =
      std::any_of(words.begin(), words.end(), [](const std::string& word) { return is_one_of(kMedia, word); });
  while (!words.empty() && (is_one_of(kStatistics, words.back()) || is_number(words.back()))) words.pop_back();
  if (!medium && !words.empty() && (words.back() == "latency" || words.back() == "duration")) {
    return SignalNature::latency;
  }
  return nature_of(signal);
}

bool seen_by_caller(std::string_view role) {
  return role.find("-from-") != std::string_view::npos || role.find("_from_") != std::string_view::npos;
}

}  // namespace rca
