#include "exporter/signals/resolver.h"

#include <re2/re2.h>

#include <algorithm>
#include <charconv>
#include <limits>
#include <map>
#include <unordered_map>
#include <utility>

#include "exporter/config/matchers.h"
#include "exporter/config/name_rule.h"

namespace exporter {
namespace {

using remote_read::Dialect;
using remote_read::Matcher;

// Label conditions with their regexes compiled.
class Conditions {
 public:
  static rca::Result<Conditions> create(const std::vector<Matcher>& matchers) {
    Conditions out;
    for (const Matcher& matcher : matchers) {
      One one{matcher, nullptr};
      if (matcher.type == Matcher::Type::regex || matcher.type == Matcher::Type::not_regex) {
        RCA_ASSIGN(one.regex, compile_regex(matcher.value));
      }
      out.all_.push_back(std::move(one));
    }
    return out;
  }

  [[nodiscard]] bool hold(const rca::Labels& labels) const {
    return std::all_of(all_.begin(), all_.end(), [&](const One& one) {
      const std::string_view value = rca::label_value(labels, one.matcher.name);
      switch (one.matcher.type) {
        case Matcher::Type::equal: return value == one.matcher.value;
        case Matcher::Type::not_equal: return value != one.matcher.value;
        case Matcher::Type::regex: return full_match(value, *one.regex);
        case Matcher::Type::not_regex: return !full_match(value, *one.regex);
      }
      return false;
    });
  }

 private:
  struct One {
    Matcher matcher;
    std::unique_ptr<re2::RE2> regex;
  };
  static bool full_match(std::string_view value, const re2::RE2& regex) {
    return re2::RE2::FullMatch({value.data(), value.size()}, regex);
  }
  std::vector<One> all_;
};

struct PeerRule {
  std::string name;
  std::unique_ptr<re2::RE2> entities;
};

// Where a metric name leads.
struct Use {
  enum class Of { signal, edge, change };
  Of of = Of::signal;
  std::size_t spec = 0;
  SeriesPart part = SeriesPart::value;
  std::size_t preference = 0;
};

// The names under which the series of a candidate come. Native histograms bear the plain name on the server and come
// back as their parts, hence the plain name is asked for too, and means nothing by itself.
std::vector<std::pair<std::string, SeriesPart>> series_names(SeriesKind kind, const std::string& metric) {
  switch (kind) {
    case SeriesKind::gauge:
    case SeriesKind::counter: return {{metric, SeriesPart::value}};
    case SeriesKind::histogram: return {{metric + "_bucket", SeriesPart::bucket}};
    case SeriesKind::histogram_mean:
      return {{metric + "_sum", SeriesPart::sum}, {metric + "_count", SeriesPart::count}};
  }
  return {};
}

bool is_histogram(SeriesKind kind) {
  return kind == SeriesKind::histogram || kind == SeriesKind::histogram_mean;
}

std::optional<double> parse_bound(std::string_view text) {
  if (text == "+Inf" || text == "Inf" || text == "inf") return std::numeric_limits<double>::infinity();
  double bound = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), bound);
  if (error != std::errc() || end != text.data() + text.size()) return std::nullopt;
  return bound;
}

// A literal inside an alternation. Only the characters that mean something are escaped: Prometheus takes an alternation
// of literals out of its index without running the regex.
std::string escaped(const std::string& name) {
  std::string out;
  for (const char c : name) {
    if (std::string_view(".+*?()|[]{}^$\\").find(c) != std::string_view::npos) out += '\\';
    out += c;
  }
  return out;
}

Matcher name_matcher(const std::vector<std::string>& names) {
  if (names.size() == 1) return {Matcher::Type::equal, std::string(rca::kMetricName), names.front()};
  std::string alternation;
  for (const std::string& name : names) alternation += (alternation.empty() ? "" : "|") + escaped(name);
  return {Matcher::Type::regex, std::string(rca::kMetricName), alternation};
}

// Names wanted under the same conditions, in the order in which they were first wanted.
struct NameGroup {
  std::vector<Matcher> matchers;
  std::vector<std::string> names;

  void add(const std::string& name) {
    if (std::find(names.begin(), names.end(), name) == names.end()) names.push_back(name);
  }
};

NameGroup& group_for(std::vector<NameGroup>& groups, const std::vector<Matcher>& matchers) {
  const auto found =
      std::find_if(groups.begin(), groups.end(), [&](const NameGroup& group) { return group.matchers == matchers; });
  if (found != groups.end()) return *found;
  groups.push_back({matchers, {}});
  return groups.back();
}

// A query with fewer of the same conditions brings all that one with more would bring again.
void drop_repeated_names(std::vector<NameGroup>& groups) {
  const auto has = [](const auto& all, const auto& one) { return std::find(all.begin(), all.end(), one) != all.end(); };
  for (NameGroup& group : groups) {
    for (const NameGroup& wider : groups) {
      const bool subset = wider.matchers.size() < group.matchers.size() &&
                          std::all_of(wider.matchers.begin(), wider.matchers.end(),
                                      [&](const Matcher& matcher) { return has(group.matchers, matcher); });
      if (subset) std::erase_if(group.names, [&](const std::string& name) { return has(wider.names, name); });
    }
  }
}

std::string joined_labels(const rca::Labels& labels, const std::vector<std::string>& names) {
  std::string out;
  for (const std::string& name : names) {
    const std::string_view value = rca::label_value(labels, name);
    if (value.empty()) return {};
    if (!out.empty()) out += '/';
    out += value;
  }
  return out;
}

}  // namespace

struct Resolver::Impl {
  Catalog catalog;
  EntityNamer namer;
  std::vector<Matcher> series_matchers;
  std::vector<PeerRule> peer_rules;
  std::vector<Conditions> signal_conditions;
  std::vector<Conditions> edge_conditions;
  std::vector<Conditions> change_conditions;
  std::unordered_map<std::string, std::vector<Use>> uses;
  std::vector<std::optional<std::size_t>> divisors;

  explicit Impl(EntityNamer entity_namer) : namer(std::move(entity_namer)) {}

  rca::Result<void> compile(const Config& config);
  void index_names();
  void find_divisors();
  [[nodiscard]] std::string peer_group(const SignalSpec& spec, const std::string& entity,
                                       const rca::Labels& labels) const;
  void add_signal(const Use& use, const rca::Labels& labels, SeriesResolution& out) const;
  void add_edge(const Use& use, const rca::Labels& labels, SeriesResolution& out) const;
  void add_change(const Use& use, const rca::Labels& labels, SeriesResolution& out) const;
};

rca::Result<void> Resolver::Impl::compile(const Config& config) {
  for (const std::string& text : config.series_matchers) {
    RCA_ASSIGN(const std::vector<Matcher> matchers, parse_matchers(text));
    series_matchers.insert(series_matchers.end(), matchers.begin(), matchers.end());
  }
  for (const PeerGroupRule& rule : config.peer_groups) {
    RCA_ASSIGN(std::unique_ptr<re2::RE2> regex, compile_regex(rule.entities));
    peer_rules.push_back({rule.name, std::move(regex)});
  }
  for (const SignalSpec& spec : catalog.signals) {
    RCA_ASSIGN(Conditions conditions, Conditions::create(spec.matchers));
    signal_conditions.push_back(std::move(conditions));
  }
  for (const EdgeSpec& spec : catalog.edges) {
    RCA_ASSIGN(Conditions conditions, Conditions::create(spec.matchers));
    edge_conditions.push_back(std::move(conditions));
  }
  for (const ChangeSpec& spec : catalog.changes) {
    RCA_ASSIGN(Conditions conditions, Conditions::create(spec.matchers));
    change_conditions.push_back(std::move(conditions));
  }
  return {};
}

void Resolver::Impl::index_names() {
  std::size_t preference = 0;
  for (std::size_t i = 0; i < catalog.signals.size(); ++i) {
    for (const std::string& metric : catalog.signals[i].metrics) {
      for (const auto& [name, part] : series_names(catalog.signals[i].kind, metric)) {
        uses[name].push_back({Use::Of::signal, i, part, preference});
      }
      ++preference;
    }
  }
  for (std::size_t i = 0; i < catalog.edges.size(); ++i) {
    uses[catalog.edges[i].metric].push_back({Use::Of::edge, i, SeriesPart::value, 0});
  }
  for (std::size_t i = 0; i < catalog.changes.size(); ++i) {
    uses[catalog.changes[i].metric].push_back({Use::Of::change, i, SeriesPart::value, 0});
  }
}

void Resolver::Impl::find_divisors() {
  using Key = std::pair<std::string_view, std::string_view>;  // into the catalogue
  std::map<Key, std::size_t> by_role;
  for (std::size_t i = 0; i < catalog.signals.size(); ++i) {
    by_role.emplace(Key(catalog.signals[i].exporter, catalog.signals[i].role), i);
  }
  for (const SignalSpec& spec : catalog.signals) {
    const auto found = spec.divide_by ? by_role.find(Key(spec.exporter, *spec.divide_by)) : by_role.end();
    divisors.push_back(found == by_role.end() ? std::nullopt : std::optional(found->second));
  }
}

std::string Resolver::Impl::peer_group(const SignalSpec& spec, const std::string& entity,
                                       const rca::Labels& labels) const {
  for (const PeerRule& rule : peer_rules) {
    if (re2::RE2::FullMatch(entity, *rule.entities)) return rule.name;
  }
  return joined_labels(labels, spec.peer_labels);
}

void Resolver::Impl::add_signal(const Use& use, const rca::Labels& labels, SeriesResolution& out) const {
  if (!signal_conditions[use.spec].hold(labels)) return;
  SeriesMatch match{use.spec, use.part, 0, "", "", use.preference};
  if (use.part == SeriesPart::bucket) {
    const auto bound = parse_bound(rca::label_value(labels, "le"));
    if (!bound) return;
    match.upper_bound = *bound;
  }
  const SignalSpec& spec = catalog.signals[use.spec];
  match.entity = namer.name(labels, spec.entity_labels);
  if (match.entity.empty()) return;
  match.peer_group = peer_group(spec, match.entity, labels);
  out.signals.push_back(std::move(match));
}

void Resolver::Impl::add_edge(const Use& use, const rca::Labels& labels, SeriesResolution& out) const {
  if (!edge_conditions[use.spec].hold(labels)) return;
  const EdgeSpec& spec = catalog.edges[use.spec];
  EdgeMatch match{use.spec, namer.name(labels, spec.source_labels), namer.name(labels, spec.target_labels)};
  if (!match.source.empty() && !match.target.empty()) out.edges.push_back(std::move(match));
}

void Resolver::Impl::add_change(const Use& use, const rca::Labels& labels, SeriesResolution& out) const {
  if (!change_conditions[use.spec].hold(labels)) return;
  const ChangeSpec& spec = catalog.changes[use.spec];
  ChangeMatch match{use.spec, namer.name(labels, spec.entity_labels), "", ""};
  if (match.entity.empty()) return;
  for (const std::string& name : spec.key_labels) {
    match.key += std::string(rca::label_value(labels, name)) + '\0';  // never inside a label's value
  }
  for (const std::string& name : spec.value_labels) {
    const std::string value(rca::label_value(labels, name));
    if (value.empty()) continue;
    // Of several labels it has to be said which is which.
    if (!match.value.empty()) match.value += ", ";
    if (spec.value_labels.size() > 1) match.value.append(name).append("=");
    match.value += value;
  }
  if (match.value.empty() != spec.value_labels.empty()) return;
  out.changes.push_back(std::move(match));
}

Resolver::Resolver() = default;
Resolver::Resolver(Resolver&&) noexcept = default;
Resolver& Resolver::operator=(Resolver&&) noexcept = default;
Resolver::~Resolver() = default;

rca::Result<Resolver> Resolver::create(Catalog catalog, const Config& config) {
  RCA_ASSIGN(EntityNamer namer, EntityNamer::create(config.entity_rules));
  Resolver resolver;
  resolver.impl_ = std::make_unique<Impl>(std::move(namer));
  resolver.impl_->catalog = std::move(catalog);
  RCA_TRY(resolver.impl_->compile(config));
  resolver.impl_->index_names();
  resolver.impl_->find_divisors();
  return resolver;
}

const Catalog& Resolver::catalog() const {
  return impl_->catalog;
}

std::optional<std::size_t> Resolver::divisor(std::size_t spec) const {
  return impl_->divisors.at(spec);
}

std::vector<Selector> Resolver::selectors(Dialect dialect, std::size_t names_per_query) const {
  std::vector<Selector> out;
  std::vector<NameGroup> groups;
  // DeepFlow answers one metric a query, aggregated as the hints say; everything else is grouped.
  const auto add = [&](const auto& spec, const std::vector<std::string>& names) {
    if (spec.dialect.has_value() ? *spec.dialect != dialect : dialect == Dialect::deepflow) return;
    if (spec.dialect) {
      for (const std::string& name : names) {
        Selector selector;
        selector.matchers.push_back(name_matcher({name}));
        selector.matchers.insert(selector.matchers.end(), spec.matchers.begin(), spec.matchers.end());
        selector.hints.func = spec.hint_func;
        selector.hints.grouping = spec.hint_by;
        selector.hints.by = true;
        out.push_back(std::move(selector));
      }
      return;
    }
    NameGroup& group = group_for(groups, spec.matchers);
    for (const std::string& name : names) group.add(name);
  };
  for (const SignalSpec& spec : impl_->catalog.signals) {
    std::vector<std::string> names;
    for (const std::string& metric : spec.metrics) {
      for (const auto& [name, part] : series_names(spec.kind, metric)) names.push_back(name);
      if (is_histogram(spec.kind)) names.push_back(metric);
    }
    add(spec, names);
  }
  for (const EdgeSpec& spec : impl_->catalog.edges) add(spec, {spec.metric});
  for (const ChangeSpec& spec : impl_->catalog.changes) add(spec, {spec.metric});

  drop_repeated_names(groups);
  for (const NameGroup& group : groups) {
    const std::size_t chunk = std::max<std::size_t>(names_per_query, 1);
    for (std::size_t first = 0; first < group.names.size(); first += chunk) {
      const auto begin = group.names.begin() + static_cast<std::ptrdiff_t>(first);
      const auto end = group.names.begin() + static_cast<std::ptrdiff_t>(std::min(first + chunk, group.names.size()));
      Selector selector;
      selector.matchers.push_back(name_matcher({begin, end}));
      selector.matchers.insert(selector.matchers.end(), group.matchers.begin(), group.matchers.end());
      out.push_back(std::move(selector));
    }
  }
  for (Selector& selector : out) {
    selector.matchers.insert(selector.matchers.end(), impl_->series_matchers.begin(), impl_->series_matchers.end());
  }
  return out;
}

SeriesResolution Resolver::resolve(const rca::Labels& labels) const {
  SeriesResolution out;
  const auto found = impl_->uses.find(std::string(rca::label_value(labels, rca::kMetricName)));
  if (found == impl_->uses.end()) return out;
  for (const Use& use : found->second) {
    switch (use.of) {
      case Use::Of::signal: impl_->add_signal(use, labels, out); break;
      case Use::Of::edge: impl_->add_edge(use, labels, out); break;
      case Use::Of::change: impl_->add_change(use, labels, out); break;
    }
  }
  return out;
}

}  // namespace exporter
