#include "rca_core/logs/drain.h"

#include <algorithm>
#include <cctype>

namespace rca {
namespace {

constexpr std::string_view kWildcard = "<*>";

bool is_space(char c) {
  return std::isspace(static_cast<unsigned char>(c)) != 0;
}

bool has_digit(std::string_view token) {
  return std::any_of(token.begin(), token.end(), [](unsigned char c) { return std::isdigit(c) != 0; });
}

std::vector<std::string> tokens_of(std::string_view message, std::size_t most, std::size_t longest) {
  std::vector<std::string> tokens;
  std::size_t at = 0;
  while (true) {
    while (at < message.size() && is_space(message[at])) ++at;
    if (at == message.size()) return tokens;
    if (tokens.size() == most) {
      tokens.back() = kWildcard;
      return tokens;
    }
    std::size_t end = at;
    while (end < message.size() && !is_space(message[end])) ++end;
    // A token that is too long is data, not a word of the template.
    tokens.emplace_back(end - at > longest ? kWildcard : message.substr(at, end - at));
    at = end;
  }
}

// The share of tokens that are the same; wildcards count as different, as in the paper, so that of two templates the
// more specific one is joined.
double similarity_of(const std::vector<std::string>& pattern, const std::vector<std::string>& tokens) {
  std::size_t same = 0;
  for (std::size_t i = 0; i < tokens.size(); ++i) same += pattern[i] == tokens[i] && pattern[i] != kWildcard ? 1U : 0U;
  return static_cast<double>(same) / static_cast<double>(tokens.size());
}

// Whether the template stands for the message without becoming more general.
bool covers(const std::vector<std::string>& pattern, const std::vector<std::string>& tokens) {
  for (std::size_t i = 0; i < tokens.size(); ++i) {
    if (pattern[i] != kWildcard && pattern[i] != tokens[i]) return false;
  }
  return true;
}

}  // namespace

struct Drain::Node {
  std::map<std::string, std::unique_ptr<Node>, std::less<>> children;
  std::vector<Template> templates;  // of a leaf; of any node of the level where messages end
};

Drain::Drain(const Options& options) : options_(options) {
  options_.most_tokens = std::max<std::size_t>(1, options_.most_tokens);
  options_.children = std::max<std::size_t>(1, options_.children);
  templates_.push_back({std::string(kWildcard)});
}

Drain::~Drain() = default;
Drain::Drain(Drain&&) noexcept = default;
Drain& Drain::operator=(Drain&&) noexcept = default;

Drain::Node& Drain::leaf_of(const std::vector<std::string>& tokens) {
  std::unique_ptr<Node>& root = by_length_[tokens.size()];
  if (!root) root = std::make_unique<Node>();
  Node* node = root.get();
  constexpr std::size_t kOtherLevels = 3;  // root, number of tokens, leaf
  const std::size_t levels = options_.depth > kOtherLevels ? options_.depth - kOtherLevels : 0;
  for (std::size_t level = 0; level < std::min(levels, tokens.size()); ++level) {
    std::string_view token = has_digit(tokens[level]) ? kWildcard : std::string_view(tokens[level]);
    auto child = node->children.find(token);
    if (child == node->children.end()) {
      // One place is kept for the wildcard.
      if (node->children.size() + 1 >= options_.children) token = kWildcard;
      child = node->children.try_emplace(std::string(token)).first;
      if (!child->second) child->second = std::make_unique<Node>();
    }
    node = child->second.get();
  }
  return *node;
}

Drain::Template Drain::add(std::string_view message) {
  const std::vector<std::string> tokens = tokens_of(message, options_.most_tokens, options_.longest_token);
  if (tokens.empty()) return kOverflow;
  const bool full = templates_.size() >= options_.most_templates;
  Node& leaf = leaf_of(tokens);
  Template best = kOverflow;
  double closest = -1;
  for (const Template candidate : leaf.templates) {
    const std::vector<std::string>& pattern = templates_[candidate];
    const double similarity = similarity_of(pattern, tokens);
    if (similarity <= closest || (similarity < options_.similarity && !covers(pattern, tokens))) continue;
    closest = similarity;
    best = candidate;
  }
  if (best == kOverflow) {
    if (full) return kOverflow;
    best = templates_.size();
    std::vector<std::string>& pattern = templates_.emplace_back(tokens);
    for (std::string& token : pattern) {
      if (has_digit(token)) token = kWildcard;
    }
    leaf.templates.push_back(best);
    return best;
  }
  std::vector<std::string>& pattern = templates_[best];
  for (std::size_t i = 0; i < tokens.size(); ++i) {
    if (pattern[i] != tokens[i]) pattern[i] = kWildcard;
  }
  return best;
}

std::string Drain::text(Template number) const {
  std::string out;
  for (const std::string& token : templates_[number]) out += (out.empty() ? "" : " ") + token;
  return out;
}

}  // namespace rca
