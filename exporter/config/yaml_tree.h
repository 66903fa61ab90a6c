// YAML text to a tree that remembers its lines, within bounds. The one place that knows yaml-cpp.
#pragma once

#include <cstddef>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "exporter/config/config.h"

namespace exporter {

// What is accepted of a file. Nobody's configuration comes near these.
inline constexpr std::size_t kMaxYamlBytes = std::size_t{1} << 20;
inline constexpr std::size_t kMaxYamlDepth = 24;
inline constexpr std::size_t kMaxYamlNodes = 100'000;  // after aliases are expanded

struct YamlNode;
using YamlNodePtr = std::shared_ptr<const YamlNode>;

struct YamlEntry {
  std::string key;
  int line = 0;
  YamlNodePtr value;  // never null
};

struct YamlNode {
  enum class Kind { null, scalar, sequence, map };
  Kind kind = Kind::null;
  int line = 0;                    // 1-based
  bool quoted = false;             // scalar in quotes, or a block scalar
  std::string text;                // scalar
  std::vector<YamlNodePtr> items;  // sequence
  std::vector<YamlEntry> entries;  // map, in file order; a key that appears twice is there twice
  std::size_t weight = 1;          // nodes in here, itself included, aliases expanded
  std::size_t height = 1;
};

// Collects the mistakes in one file.
class Diagnostics {
 public:
  explicit Diagnostics(std::string file) : file_(std::move(file)) {}
  void add(int line, std::string path, std::string message);
  [[nodiscard]] const std::string& file() const { return file_; }
  [[nodiscard]] bool empty() const { return list_.empty(); }
  // In the order of the lines; mistakes of one line in the order in which they were found.
  [[nodiscard]] std::vector<Diagnostic> take();

 private:
  std::string file_;
  std::vector<Diagnostic> list_;
};

// The content of a file of at most `max_bytes`. nullopt: the reason is in `error`.
std::optional<std::string> read_text_file(const std::string& path, std::size_t max_bytes, std::string& error);

// nullptr: the text is not one YAML document within the bounds; exactly one diagnostic with its line was added. An
// empty document is a node of kind null. Anchors and aliases work; tags other than YAML's own are refused.
YamlNodePtr parse_yaml(std::string_view text, Diagnostics& diagnostics);

}  // namespace exporter
