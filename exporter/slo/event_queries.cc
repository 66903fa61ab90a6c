#include "exporter/slo/event_queries.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>
#include <limits>
#include <set>
#include <utility>

#include "exporter/config/matchers.h"

namespace exporter {
namespace {

using remote_read::Matcher;

constexpr std::string_view kLe = "le";
constexpr std::string_view kInfinite = "+Inf";
// Bounds that went through a unit's scale are equal but for rounding.
constexpr double kSameBound = 1e-9;

std::string escaped(std::string_view text) {
  std::string out;
  for (const char c : text) {
    if (std::string_view(".+*?()|[]{}^$\\").find(c) != std::string_view::npos) out += '\\';
    out += c;
  }
  return out;
}

std::string shortest(double value, std::chars_format format) {
  std::array<char, 512> text{};
  const auto [end, error] = std::to_chars(text.data(), text.data() + text.size(), value, format);
  return error == std::errc() ? std::string(text.data(), end) : std::string();
}

// A threshold divided by a unit's scale, without the rounding of the division: 0.3 s / 0.001 is le="300".
double in_unit(double threshold, double scale) {
  constexpr int kDigits = 12;
  std::array<char, 64> text{};
  const auto [end, error] =
      std::to_chars(text.data(), text.data() + text.size(), threshold / scale, std::chars_format::general, kDigits);
  double rounded = threshold / scale;
  if (error == std::errc()) std::from_chars(text.data(), end, rounded);
  return rounded;
}

std::optional<double> bound_of(const rca::Labels& labels) {
  const std::string_view text = rca::label_value(labels, kLe);
  if (text == kInfinite) return std::numeric_limits<double>::infinity();
  double bound = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), bound);
  if (text.empty() || error != std::errc() || end != text.data() + text.size()) return std::nullopt;
  return bound;
}

std::string without_bound(const rca::Labels& labels) {
  rca::Labels rest = labels;
  std::erase_if(rest, [](const rca::Label& label) { return label.name == kLe; });
  return rca::to_string(rest);
}

Matcher bounds_matcher(double bound) {
  return {Matcher::Type::regex, std::string(kLe), bound_regex(bound) + "|" + escaped(kInfinite)};
}

Matcher names_matcher(const std::vector<std::string>& names, std::string_view suffix) {
  if (names.size() == 1)
    return {Matcher::Type::equal, std::string(rca::kMetricName), names.front() + std::string(suffix)};
  std::string alternation;
  for (const std::string& name : names) {
    alternation += (alternation.empty() ? "" : "|") + escaped(name + std::string(suffix));
  }
  return {Matcher::Type::regex, std::string(rca::kMetricName), std::move(alternation)};
}

std::vector<Matcher> matchers_of(const SignalSpec& spec, std::string_view suffix, const std::vector<Matcher>& match) {
  std::vector<Matcher> matchers{names_matcher(spec.metrics, suffix)};
  matchers.insert(matchers.end(), spec.matchers.begin(), spec.matchers.end());
  matchers.insert(matchers.end(), match.begin(), match.end());
  return matchers;
}

}  // namespace

std::string bound_regex(double bound) {
  std::set<std::string> forms;
  const std::string plain = shortest(bound, std::chars_format::fixed);
  const std::string exponent = shortest(bound, std::chars_format::scientific);
  forms.insert(escaped(plain));
  forms.insert(escaped(exponent));
  if (plain.find('.') == std::string::npos) forms.insert(escaped(plain + ".0"));
  std::string out;
  for (const std::string& form : forms) out += (out.empty() ? "" : "|") + form;
  return out;
}

bool counts_good(const Slo& slo) {
  if (slo.sli == SliKind::bad_event_ratio) return !slo.events.good.empty();
  if (slo.sli == SliKind::availability) return slo.role != default_role(SliKind::error_ratio);
  return slo.sli != SliKind::error_ratio && slo.sli != SliKind::quality_defect;
}

rca::Result<EventQueries> EventQueries::create(const std::vector<Slo>& slos, std::shared_ptr<const Resolver> resolver,
                                               const std::vector<std::string>& match) {
  EventQueries queries;
  queries.resolver_ = std::move(resolver);
  for (std::size_t i = 0; i < slos.size(); ++i) {
    queries.entities_.push_back(slos[i].entity);
    if (slos[i].budgeting != BudgetingMethod::occurrences) continue;
    RCA_TRY(slos[i].events.empty() ? queries.add_role(i, slos[i], match) : queries.add_selectors(i, slos[i]));
  }
  return queries;
}

rca::Result<void> EventQueries::add_selectors(std::size_t index, const Slo& slo) {
  const auto add = [&](const std::string& selector, bool total) -> rca::Result<void> {
    EventQuery query;
    RCA_ASSIGN(query.matchers, remote_read::parse_selector(selector));
    query.slo = index;
    query.total = total;
    queries_.push_back(std::move(query));
    return {};
  };
  for (const auto* part : {&slo.events.good, &slo.events.bad}) {
    for (const std::string& selector : *part) RCA_TRY(add(selector, false));
  }
  for (const std::string& selector : slo.events.total) RCA_TRY(add(selector, true));
  if (slo.events.histogram.empty()) return {};
  EventQuery query;
  RCA_ASSIGN(query.matchers, remote_read::parse_selector(slo.events.histogram));
  for (Matcher& matcher : query.matchers) {
    if (matcher.name == rca::kMetricName) matcher.value += "_bucket";
  }
  query.matchers.push_back(bounds_matcher(slo.events.bound));
  query.slo = index;
  query.histogram = true;
  query.bound = slo.events.bound;
  queries_.push_back(std::move(query));
  return {};
}

rca::Result<void> EventQueries::add_role(std::size_t index, const Slo& slo, const std::vector<std::string>& match) {
  std::vector<Matcher> conditions;
  for (const std::string& text : match) {
    RCA_ASSIGN(const std::vector<Matcher> parsed, parse_matchers(text));
    conditions.insert(conditions.end(), parsed.begin(), parsed.end());
  }
  const std::string role = slo.role.empty() ? std::string(default_role(slo.sli)) : slo.role;
  const auto& specs = resolver_->catalog().signals;
  for (std::size_t spec = 0; spec < specs.size(); ++spec) {
    // What a server computes on the fly (DeepFlow) is no counter that could be summed over weeks.
    if (specs[spec].role != role || specs[spec].dialect || specs[spec].metrics.empty()) continue;
    EventQuery query;
    query.slo = index;
    query.spec = spec;
    query.group = spec;
    if (specs[spec].kind == SeriesKind::histogram) {
      query.histogram = true;
      query.bound = in_unit(slo.threshold, specs[spec].scale);
      query.matchers = matchers_of(specs[spec], "_bucket", conditions);
      query.matchers.push_back(bounds_matcher(query.bound));
      queries_.push_back(std::move(query));
      continue;
    }
    const auto divisor = resolver_->divisor(spec);
    if (specs[spec].kind != SeriesKind::counter || !divisor) continue;
    query.matchers = matchers_of(specs[spec], "", conditions);
    queries_.push_back(query);
    query.spec = *divisor;
    query.total = true;
    query.matchers = matchers_of(specs[*divisor], "", conditions);
    queries_.push_back(std::move(query));
  }
  return {};
}

std::optional<EventSeries> EventQueries::classify(std::size_t query, const rca::Labels& labels) const {
  const EventQuery& asked = queries_[query];
  EventSeries series;
  series.total = asked.total;
  if (asked.histogram) {
    const auto bound = bound_of(labels);
    if (!bound) return std::nullopt;
    series.total = std::isinf(*bound);
    if (!series.total && std::abs(*bound - asked.bound) > kSameBound * asked.bound) return std::nullopt;
    series.twin = without_bound(labels);
  }
  if (!asked.spec) return series;
  const SeriesResolution resolution = resolver_->resolve(labels);
  for (const SeriesMatch& match : resolution.signals) {
    if (match.spec != *asked.spec) continue;
    if (!entities_[asked.slo].empty() && match.entity != entities_[asked.slo]) return std::nullopt;
    series.entity = match.entity;
    series.group = *asked.group;
    series.preference = match.preference;
    return series;
  }
  return std::nullopt;
}

std::vector<remote_read::Matcher> EventQueries::all_buckets(std::size_t query) const {
  std::vector<Matcher> matchers = queries_[query].matchers;
  std::erase_if(matchers, [](const Matcher& matcher) { return matcher.name == kLe; });
  return matchers;
}

}  // namespace exporter
