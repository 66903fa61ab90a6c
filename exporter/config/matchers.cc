#include "exporter/config/matchers.h"

#include <string>
#include <utility>

#include "common/labels.h"

namespace exporter {
namespace {

rca::Error name_condition() {
  return {rca::ErrorKind::invalid_argument, "a condition on the metric name is not allowed here"};
}

}  // namespace

rca::Result<std::vector<remote_read::Matcher>> parse_matchers(std::string_view text) {
  constexpr std::string_view kSpace = " \t\n";
  const auto first = text.find_first_not_of(kSpace);
  std::string_view inside = first == std::string_view::npos ? std::string_view() : text.substr(first);
  inside = inside.substr(0, inside.find_last_not_of(kSpace) + 1);
  if (inside.starts_with('{') && inside.ends_with('}')) inside = inside.substr(1, inside.size() - 2);
  // A metric name in front, so that the selector matches something even where every condition allows "".
  auto parsed = remote_read::parse_selector("x{" + std::string(inside) + "}");
  if (!parsed.ok()) {
    // The name in front is ours: what the parser says of a second one would puzzle the reader.
    if (inside.find(rca::kMetricName) != std::string_view::npos) return name_condition();
    return std::move(parsed).error();
  }
  std::vector<remote_read::Matcher> matchers = std::move(parsed).value();
  matchers.erase(matchers.begin());
  if (matchers.empty()) return rca::Error{rca::ErrorKind::invalid_argument, "there is no condition"};
  for (const remote_read::Matcher& matcher : matchers) {
    if (matcher.name == rca::kMetricName) return name_condition();
  }
  return matchers;
}

}  // namespace exporter
