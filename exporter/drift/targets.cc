#include "exporter/drift/targets.h"

#include <algorithm>
#include <charconv>
#include <optional>
#include <utility>

namespace exporter {
namespace {

constexpr const char* kWholeService = "all";  // the entity of a selector without `by`

// The catalogue's spec as drift reads it: of a mean, too, the buckets are what matters. nullopt: no distribution.
std::optional<SignalSpec> as_distribution(SignalSpec spec) {
  if (spec.dialect || spec.internal) return std::nullopt;  // computed on the server: no single observations
  if (spec.kind == SeriesKind::counter) return std::nullopt;
  if (spec.kind == SeriesKind::histogram_mean) spec.kind = SeriesKind::histogram;
  spec.divide_by.reset();
  return spec;
}

SignalSpec spec_of(const DriftSignal& signal) {
  SignalSpec spec;
  spec.exporter = "drift";
  spec.role = signal.name;
  spec.metrics = {signal.metric};
  spec.matchers = signal.matchers;
  spec.kind = signal.kind == DriftKind::histogram ? SeriesKind::histogram : SeriesKind::gauge;
  // Any label that is always there: the entity is named by `by`.
  spec.entity_labels = {std::string(rca::kMetricName)};
  return spec;
}

std::string joined_values(const rca::Labels& labels, const std::vector<std::string>& names) {
  std::string out;
  for (const std::string& name : names) {
    if (!out.empty()) out += '/';
    out += rca::label_value(labels, name);
  }
  return names.empty() ? kWholeService : out;
}

// What tells the series of one histogram, or of one vector, from those of another.
std::string group_key(const rca::Labels& labels, std::string_view without) {
  std::string key;
  for (const rca::Label& label : labels) {
    if (label.name == without) continue;
    key += label.name;
    key += '\xff';  // in no UTF-8 text
    key += label.value;
    key += '\xfe';
  }
  return key;
}

std::optional<double> dimension(std::string_view text, std::size_t most) {
  std::size_t number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error != std::errc() || end != text.data() + text.size() || number >= most) return std::nullopt;
  return static_cast<double>(number);
}

}  // namespace

rca::Result<DriftTargets> DriftTargets::create(const Config& config, const Catalog& catalog) {
  Catalog wanted;
  std::vector<Spec> specs;
  for (std::size_t i = 0; i < config.drift.signals.size(); ++i) {
    const DriftSignal& signal = config.drift.signals[i];
    if (!signal.metric.empty()) {
      wanted.signals.push_back(spec_of(signal));
      specs.push_back({i, true, signal.kind});
      continue;
    }
    for (const SignalSpec& spec : catalog.signals) {
      if (spec.role != signal.name) continue;
      auto distribution = as_distribution(spec);
      if (!distribution) continue;
      specs.push_back({i, false, distribution->kind == SeriesKind::gauge ? DriftKind::gauge : DriftKind::histogram});
      wanted.signals.push_back(std::move(*distribution));
    }
  }
  RCA_ASSIGN(Resolver resolver, Resolver::create(std::move(wanted), config));
  DriftTargets targets(std::move(resolver));
  targets.signals_ = config.drift.signals;
  targets.attribution_labels_ = config.drift.attribution_labels;
  targets.max_dimensions_ = config.drift.max_dimensions;
  targets.specs_ = std::move(specs);
  return targets;
}

std::vector<Selector> DriftTargets::selectors(remote_read::Dialect dialect) const {
  return resolver_.selectors(dialect);
}

void DriftTargets::resolve(const rca::Labels& labels, std::vector<DriftUse>& out) const {
  for (const SeriesMatch& match : resolver_.resolve(labels).signals) {
    const Spec& spec = specs_[match.spec];
    const DriftSignal& signal = signals_[spec.signal];
    DriftUse use;
    use.kind = spec.kind;
    use.part.signal = spec.signal;
    use.part.preference = match.preference;
    use.scale = resolver_.catalog().signals[match.spec].scale;
    if (spec.kind == DriftKind::histogram) {
      use.coordinate = match.upper_bound * use.scale;
      use.group = group_key(labels, "le");
      for (const std::string& name : attribution_labels_) {
        use.part.values.emplace_back(rca::label_value(labels, name));
      }
    } else if (spec.kind == DriftKind::embedding) {
      const auto number = dimension(rca::label_value(labels, signal.dim), max_dimensions_);
      if (!number) continue;
      use.coordinate = *number;
      use.group = group_key(labels, signal.dim);
    } else {
      use.group = group_key(labels, "");
    }
    use.part.entity = spec.by_labels ? joined_values(labels, signal.by) : match.entity;
    const bool has_group = !spec.by_labels && !match.peer_group.empty() && match.peer_group != use.part.entity;
    if (has_group) {
      out.push_back(use);
      use.part.entity = match.peer_group;
    }
    out.push_back(std::move(use));
  }
}

}  // namespace exporter
