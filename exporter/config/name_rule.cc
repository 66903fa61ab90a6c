#include "exporter/config/name_rule.h"

#include <algorithm>
#include <charconv>
#include <utility>

#include "exporter/config/text.h"

namespace exporter {
namespace {

bool is_word(char c) {
  return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_';
}

// The number of the group called `name`; -1: there is none.
int group_number(const re2::RE2& regex, const std::string& name) {
  int number = -1;
  const auto [end, error] = std::from_chars(name.data(), name.data() + name.size(), number);
  if (error == std::errc() && end == name.data() + name.size()) {
    return number <= regex.NumberOfCapturingGroups() ? number : -1;
  }
  const auto& names = regex.NamedCapturingGroups();
  const auto found = names.find(name);
  return found == names.end() ? -1 : found->second;
}

}  // namespace

rca::Result<std::unique_ptr<re2::RE2>> compile_regex(const std::string& regex) {
  re2::RE2::Options options(re2::RE2::Quiet);
  options.set_max_mem(8 << 20);
  auto compiled = std::make_unique<re2::RE2>(regex, options);
  if (!compiled->ok()) {
    return rca::Error{rca::ErrorKind::invalid_argument, "bad regex " + in_quotes(regex) + ": " + compiled->error()};
  }
  return compiled;
}

NameRule::NameRule() = default;
NameRule::NameRule(NameRule&&) noexcept = default;
NameRule& NameRule::operator=(NameRule&&) noexcept = default;
NameRule::~NameRule() = default;

rca::Result<NameRule> NameRule::create(const std::string& regex, const std::string& replacement) {
  NameRule rule;
  RCA_ASSIGN(rule.regex_, compile_regex(regex));
  RCA_ASSIGN(rule.parts_, parse_replacement(*rule.regex_, replacement));
  rule.groups_ = rule.regex_->NumberOfCapturingGroups();
  return rule;
}

rca::Result<std::vector<NameRule::Part>> NameRule::parse_replacement(const re2::RE2& regex,
                                                                     std::string_view replacement) {
  std::vector<Part> parts;
  const auto bad = [](const std::string& what) { return rca::Error{rca::ErrorKind::invalid_argument, what}; };
  const auto literal = [&](std::string_view text) {
    if (parts.empty() || parts.back().group >= 0) parts.emplace_back();
    parts.back().text += text;
  };
  while (!replacement.empty()) {
    const std::size_t dollar = std::min(replacement.find('$'), replacement.size());
    if (dollar > 0) literal(replacement.substr(0, dollar));
    replacement.remove_prefix(dollar);
    if (replacement.empty()) break;
    replacement.remove_prefix(1);
    if (replacement.starts_with('$')) {
      literal("$");
      replacement.remove_prefix(1);
      continue;
    }
    const bool braces = replacement.starts_with('{');
    if (braces) replacement.remove_prefix(1);
    const auto* const end = std::find_if_not(replacement.begin(), replacement.end(), is_word);
    const std::string name(replacement.begin(), end);
    replacement.remove_prefix(name.size());
    if (name.empty() || (braces && !replacement.starts_with('}'))) {
      return bad("a $ that names no group; write $$ for a dollar");
    }
    if (braces) replacement.remove_prefix(1);
    const int group = group_number(regex, name);
    if (group < 0) return bad("the regex has no group " + in_quotes(name) + "; ${1}x is group 1 followed by x");
    parts.push_back({"", group});
  }
  return parts;
}

std::optional<std::string> NameRule::apply(std::string_view name) const {
  std::vector<re2::StringPiece> groups(static_cast<std::size_t>(groups_) + 1);
  if (!regex_->Match({name.data(), name.size()}, 0, name.size(), re2::RE2::ANCHOR_BOTH, groups.data(), groups_ + 1)) {
    return std::nullopt;
  }
  std::string out;
  for (const Part& part : parts_) {
    if (part.group < 0) {
      out += part.text;
    } else if (const auto& group = groups[static_cast<std::size_t>(part.group)]; group.data() != nullptr) {
      out.append(group.data(), group.size());
    }
  }
  return out;
}

}  // namespace exporter
