// Templates of log messages, mined in one pass.
// P. He, J. Zhu, Z. Zheng, M. R. Lyu, "Drain: An Online Log Parsing Approach with Fixed Depth Tree", ICWS 2017.
//
// A message goes down a tree of fixed depth, first by its number of tokens, then by its first tokens (those with a
// digit count as a variable); in the leaf it joins the template that equals it in the largest share of its tokens, if
// that share is at least `similarity`, and tokens that differ become the wildcard "<*>"; else it starts a template.
//
// Memory is bounded, as messages come from outside: tokens are cut, long messages end in a wildcard, a full node sends
// further tokens to its wildcard branch, and when there are `most_templates` a message that matches none joins the
// template kOverflow.
#pragma once

#include <cstddef>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace rca {

class Drain {
 public:
  struct Options {
    std::size_t depth = 4;       // of the tree with root and leaves: depth − 2 tokens decide the leaf
    double similarity = 0.4;     // the paper uses 0.3 to 0.5
    std::size_t children = 100;  // of a node
    std::size_t most_templates = 2000;
    std::size_t most_tokens = 64;    // of a message
    std::size_t longest_token = 64;  // bytes
  };
  using Template = std::size_t;
  static constexpr Template kOverflow = 0;

  Drain() : Drain(Options{}) {}
  explicit Drain(const Options& options);
  ~Drain();
  Drain(Drain&&) noexcept;
  Drain& operator=(Drain&&) noexcept;
  Drain(const Drain&) = delete;
  Drain& operator=(const Drain&) = delete;

  // The template that the message belongs to, which may have become more general by it. Numbers stay the same.
  Template add(std::string_view message);

  [[nodiscard]] std::size_t size() const { return templates_.size(); }  // with kOverflow
  // Tokens separated by one space, "<*>" where messages differ.
  [[nodiscard]] std::string text(Template number) const;

 private:
  struct Node;

  Node& leaf_of(const std::vector<std::string>& tokens);

  Options options_;
  std::map<std::size_t, std::unique_ptr<Node>> by_length_;
  std::vector<std::vector<std::string>> templates_;
};

}  // namespace rca
