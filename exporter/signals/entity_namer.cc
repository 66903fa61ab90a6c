#include <algorithm>
#include <array>
#include <utility>

#include "exporter/config/name_rule.h"
#include "exporter/signals/catalog.h"

namespace exporter {
namespace {

// What exporters write where they know no name: Istio "unknown", kube-state-metrics "<none>", DeepFlow "<invalid>".
bool says_nothing(std::string_view value) {
  static constexpr std::array<std::string_view, 5> kNothing{"", "unknown", "<none>", "<invalid>", "<nil>"};
  return std::find(kNothing.begin(), kNothing.end(), value) != kNothing.end();
}

}  // namespace

struct EntityNamer::Impl {
  std::vector<NameRule> rules;
};

EntityNamer::EntityNamer() : impl_(std::make_unique<Impl>()) {}
EntityNamer::EntityNamer(EntityNamer&&) noexcept = default;
EntityNamer& EntityNamer::operator=(EntityNamer&&) noexcept = default;
EntityNamer::~EntityNamer() = default;

rca::Result<EntityNamer> EntityNamer::create(const std::vector<EntityRule>& rules) {
  EntityNamer namer;
  for (const EntityRule& rule : rules) {
    RCA_ASSIGN(NameRule compiled, NameRule::create(rule.regex, rule.replacement));
    namer.impl_->rules.push_back(std::move(compiled));
  }
  return namer;
}

std::string EntityNamer::rewrite(std::string_view name) const {
  std::string out(name);
  for (const NameRule& rule : impl_->rules) {
    if (out.empty()) break;
    if (auto renamed = rule.apply(out)) out = std::move(*renamed);
  }
  return out;
}

std::string EntityNamer::name(const rca::Labels& labels, const std::vector<std::string>& names) const {
  for (const std::string& label : names) {
    const std::string_view value = rca::label_value(labels, label);
    if (!says_nothing(value)) return rewrite(value);
  }
  return {};
}

}  // namespace exporter
