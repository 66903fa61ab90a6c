// Any bytes as a pinned golden dataset: either an error with a message, or a dataset of finite numbers within its
// bounds that is the same after it was written and read again.
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "exporter/drift/golden.h"

namespace {

void check(const exporter::DriftSide& side, std::size_t labels) {
  for (const auto& [values, distribution] : side.parts) {
    if (values.size() != labels || distribution.counts.size() != distribution.upper_bounds.size()) std::abort();
    for (const double count : distribution.counts) {
      if (!std::isfinite(count) || count < 0) std::abort();
    }
  }
  for (const double value : side.rows.values) {
    if (!std::isfinite(value)) std::abort();
  }
  if (side.rows.values.empty()) return;
  if (side.rows.dimensions == 0 || side.rows.values.size() % side.rows.dimensions != 0) std::abort();
}

bool same(const exporter::DriftSide& a, const exporter::DriftSide& b) {
  if (a.kind != b.kind || a.parts.size() != b.parts.size()) return false;
  for (std::size_t i = 0; i < a.parts.size(); ++i) {
    if (a.parts[i].first != b.parts[i].first) return false;
    if (a.parts[i].second.upper_bounds != b.parts[i].second.upper_bounds) return false;
    if (a.parts[i].second.counts != b.parts[i].second.counts) return false;
  }
  return a.rows.dimensions == b.rows.dimensions && a.rows.values == b.rows.values;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text(static_cast<const char*>(static_cast<const void*>(data)), size);
  const auto dataset = exporter::golden_from_json(text);
  if (!dataset.ok()) {
    if (dataset.error().message.empty()) std::abort();
    return 0;
  }
  for (const auto& [key, side] : dataset->signals) {
    if (key.first.empty() || key.second.empty()) std::abort();
    check(side, dataset->labels.size());
  }
  const auto again = exporter::golden_from_json(exporter::golden_to_json(*dataset));
  if (!again.ok() || again->signals.size() != dataset->signals.size()) std::abort();
  if (again->start_ms != dataset->start_ms || again->end_ms != dataset->end_ms) std::abort();
  if (again->labels != dataset->labels) std::abort();
  for (const auto& [key, side] : dataset->signals) {
    const auto found = again->signals.find(key);
    if (found == again->signals.end() || !same(side, found->second)) std::abort();
  }
  return 0;
}
