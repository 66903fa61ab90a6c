// A regex that matches a whole name and what becomes of the name: relabel_configs' replace action.
#pragma once

#include <re2/re2.h>

#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "common/result.h"

namespace exporter {

// RE2, anchored at both ends by its users, quiet, with a bound on its memory. Error invalid_argument: RE2's sentence.
rca::Result<std::unique_ptr<re2::RE2>> compile_regex(const std::string& regex);

// `replacement` as Go's regexp.Expand reads it, which is what relabel_configs use: $1, ${1}, $name, ${name}, $$ for a
// dollar. Like there, $1_x names the group "1_x"; unlike there, a group that is not in the regex is an error, since
// it would silently give nothing.
class NameRule {
 public:
  static rca::Result<NameRule> create(const std::string& regex, const std::string& replacement);
  NameRule(NameRule&&) noexcept;
  NameRule& operator=(NameRule&&) noexcept;
  ~NameRule();

  // The new name; nullopt: the regex does not match.
  [[nodiscard]] std::optional<std::string> apply(std::string_view name) const;

 private:
  struct Part {
    std::string text;
    int group = -1;  // -1: `text` as it is
  };
  NameRule();
  static rca::Result<std::vector<Part>> parse_replacement(const re2::RE2& regex, std::string_view replacement);

  std::unique_ptr<re2::RE2> regex_;
  std::vector<Part> parts_;
  int groups_ = 0;
};

}  // namespace exporter
