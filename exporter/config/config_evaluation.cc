// The section `evaluation`.
#include <algorithm>
#include <array>
#include <limits>
#include <utility>

#include "exporter/config/sections.h"
#include "exporter/config/text.h"

namespace exporter {
namespace {

constexpr milliseconds kDay = std::chrono::hours(24);
constexpr milliseconds kLongestWindow = 31 * kDay;
// Rows of the grid; every signal holds this many doubles.
constexpr std::int64_t kMaxRows = 100'000;

}  // namespace

void read_evaluation(const YamlValue& value, Config& config) {
  YamlMap map(value);
  constexpr milliseconds kSecond{1000};
  map.read("interval", config.interval, kSecond, kDay);
  map.read("step", config.step, milliseconds{100}, std::chrono::hours(1));
  map.read("window", config.window, kSecond, kLongestWindow);
  map.read("normal_window", config.normal_window, kSecond, kLongestWindow);
  map.read("anomalous_window", config.anomalous_window, kSecond, kLongestWindow);
  map.read("lookback", config.lookback, kSecond, kDay);
  map.read("rate_range", config.rate_range, kSecond, kDay);
  map.read("ingestion_delay", config.ingestion_delay, milliseconds{0}, kDay);
  if (const auto index = map.read_choice("promql_semantics", {"auto", "closed", "left_open"})) {
    constexpr std::array kAll{PromqlSemantics::automatic, PromqlSemantics::closed, PromqlSemantics::left_open};
    config.semantics = kAll.at(*index);
  }
  std::size_t seed = config.seed;
  if (map.read("seed", seed, 0, std::numeric_limits<std::int64_t>::max())) config.seed = seed;
  map.read("max_signals", config.max_signals, 1, 10'000'000);
  map.finish();

  // The message stands at the key that was written, else at the section.
  const auto complain = [&](std::string_view key, const std::string& message) {
    if (const auto at = map.find(key)) {
      at->error(message);
    } else {
      map.error(std::string(key) + " " + message);
    }
  };
  if (config.normal_window + config.anomalous_window > config.window) {
    complain("window", "must be at least normal_window + anomalous_window = " +
                           format_duration(config.normal_window + config.anomalous_window) + ", not " +
                           format_duration(config.window));
  }
  if (config.rate_range < config.step) {
    complain("rate_range",
             "must be at least step = " + format_duration(config.step) + ", not " + format_duration(config.rate_range));
  }
  if (config.window.count() / config.step.count() > kMaxRows) {
    complain("step", "must be at least window / " + std::to_string(kMaxRows) + " rows");
  }
}

}  // namespace exporter
