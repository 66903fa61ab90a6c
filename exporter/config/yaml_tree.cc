#include "exporter/config/yaml_tree.h"

#include <yaml-cpp/eventhandler.h>
#include <yaml-cpp/exceptions.h>
#include <yaml-cpp/parser.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <fstream>
#include <map>
#include <sstream>
#include <utility>

#include "exporter/config/text.h"

namespace exporter {
namespace {

// Thrown out of yaml-cpp's event calls and caught in parse_yaml: the only way to stop its parser.
struct Refused {
  int line;
  std::string message;
};

int line_of(const YAML::Mark& mark) {
  return mark.line < 0 ? 0 : mark.line + 1;
}

// Builds the tree from the parser's events, so that depth and size are bounded while it parses: yaml-cpp's own tree
// would already have been built, and its aliases are shared without a count.
class TreeBuilder : public YAML::EventHandler {
 public:
  [[nodiscard]] YamlNodePtr root() const { return root_; }

  void OnDocumentStart(const YAML::Mark&) override {}
  void OnDocumentEnd() override {}

  void OnNull(const YAML::Mark& mark, YAML::anchor_t anchor) override {
    complete(leaf(mark, YamlNode::Kind::null), anchor);
  }

  void OnAlias(const YAML::Mark& mark, YAML::anchor_t anchor) override {
    const auto target = anchors_.find(anchor);
    if (target == anchors_.end()) throw Refused{line_of(mark), "an alias refers to a node that contains it"};
    if (stack_.size() + target->second->height > kMaxYamlDepth) too_deep(mark);
    // The alias stands where it is written, not where its target is.
    auto copy = std::make_shared<YamlNode>(*target->second);
    copy->line = line_of(mark);
    add_weight(mark, copy->weight);
    complete(std::move(copy), 0);
  }

  void OnScalar(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor,
                const std::string& value) override {
    check_tag(mark, tag);
    auto node = leaf(mark, YamlNode::Kind::scalar);
    node->text = value;
    node->quoted = tag == "!";
    complete(std::move(node), anchor);
  }

  void OnSequenceStart(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor,
                       YAML::EmitterStyle::value) override {
    open(mark, tag, anchor, YamlNode::Kind::sequence);
  }
  void OnSequenceEnd() override { close(); }

  void OnMapStart(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor,
                  YAML::EmitterStyle::value) override {
    open(mark, tag, anchor, YamlNode::Kind::map);
  }
  void OnMapEnd() override { close(); }

 private:
  struct Open {
    std::shared_ptr<YamlNode> node;
    YAML::anchor_t anchor = 0;
    std::optional<YamlEntry> entry;  // map: the key that waits for its value
  };

  [[noreturn]] static void too_deep(const YAML::Mark& mark) {
    throw Refused{line_of(mark), "nested deeper than " + std::to_string(kMaxYamlDepth) + " levels"};
  }

  static void check_tag(const YAML::Mark& mark, const std::string& tag) {
    if (tag.empty() || tag == "?" || tag == "!" || tag.starts_with("tag:yaml.org,2002:")) return;
    throw Refused{line_of(mark), "the tag " + in_quotes(tag) + " is not supported"};
  }

  void add_weight(const YAML::Mark& mark, std::size_t weight) {
    nodes_ += weight;
    if (nodes_ > kMaxYamlNodes) {
      throw Refused{line_of(mark), "more than " + std::to_string(kMaxYamlNodes) + " values, aliases expanded"};
    }
  }

  std::shared_ptr<YamlNode> leaf(const YAML::Mark& mark, YamlNode::Kind kind) {
    add_weight(mark, 1);
    auto node = std::make_shared<YamlNode>();
    node->kind = kind;
    node->line = line_of(mark);
    return node;
  }

  void open(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor, YamlNode::Kind kind) {
    check_tag(mark, tag);
    if (stack_.size() >= kMaxYamlDepth) too_deep(mark);
    stack_.push_back({leaf(mark, kind), anchor, std::nullopt});
  }

  void close() {
    Open done = std::move(stack_.back());
    stack_.pop_back();
    complete(std::move(done.node), done.anchor);
  }

  void complete(std::shared_ptr<YamlNode> node, YAML::anchor_t anchor) {
    if (anchor != 0) anchors_[anchor] = node;
    if (stack_.empty()) {
      root_ = std::move(node);
      return;
    }
    Open& parent = stack_.back();
    if (parent.node->kind == YamlNode::Kind::map && !parent.entry) {
      if (node->kind != YamlNode::Kind::scalar) throw Refused{node->line, "a key must be a plain text"};
      parent.entry = YamlEntry{node->text, node->line, nullptr};
      return;
    }
    parent.node->weight += node->weight;
    parent.node->height = std::max(parent.node->height, node->height + 1);
    if (parent.node->kind == YamlNode::Kind::map) {
      parent.entry->value = std::move(node);
      parent.node->entries.push_back(std::move(*parent.entry));
      parent.entry.reset();
    } else {
      parent.node->items.push_back(std::move(node));
    }
  }

  YamlNodePtr root_;
  std::vector<Open> stack_;
  std::map<YAML::anchor_t, std::shared_ptr<const YamlNode>> anchors_;
  std::size_t nodes_ = 0;
};

// Line of the first byte that cannot be in a text file; 0: there is none. yaml-cpp takes any bytes, and label values
// that are not UTF-8 would break the exposition format much later.
int first_bad_line(std::string_view text) {
  int line = 1;
  for (std::size_t i = 0; i < text.size();) {
    const auto byte = static_cast<unsigned char>(text[i]);
    if (byte == '\n') ++line;
    const bool control = (byte < 0x20 && byte != '\n' && byte != '\t' && byte != '\r') || byte == 0x7f;
    const std::size_t length = utf8_length(text.substr(i));
    if (control || length == 0) return line;
    i += length;
  }
  return 0;
}

}  // namespace

void Diagnostics::add(int line, std::string path, std::string message) {
  list_.push_back({file_, line, std::move(path), std::move(message)});
}

std::vector<Diagnostic> Diagnostics::take() {
  std::stable_sort(list_.begin(), list_.end(),
                   [](const Diagnostic& a, const Diagnostic& b) { return a.line < b.line; });
  return std::exchange(list_, {});
}

std::optional<std::string> read_text_file(const std::string& path, std::size_t max_bytes, std::string& error) {
  errno = 0;
  std::ifstream in(path, std::ios::binary);
  if (!in) {
    error = std::string("cannot be opened: ") + std::strerror(errno != 0 ? errno : EIO);
    return std::nullopt;
  }
  std::string text(max_bytes + 1, '\0');
  errno = 0;
  in.read(text.data(), static_cast<std::streamsize>(text.size()));
  if (in.bad() || (in.gcount() == 0 && errno != 0)) {  // a directory opens, and fails here
    error = std::string("cannot be read: ") + std::strerror(errno != 0 ? errno : EIO);
    return std::nullopt;
  }
  text.resize(static_cast<std::size_t>(in.gcount()));
  if (text.size() > max_bytes) {
    error = "is larger than " + std::to_string(max_bytes) + " bytes";
    return std::nullopt;
  }
  return text;
}

YamlNodePtr parse_yaml(std::string_view text, Diagnostics& diagnostics) {
  if (text.size() > kMaxYamlBytes) {
    diagnostics.add(0, "", "is larger than " + std::to_string(kMaxYamlBytes) + " bytes");
    return nullptr;
  }
  if (const int line = first_bad_line(text); line != 0) {
    diagnostics.add(line, "", "holds a control character, or bytes that are not UTF-8");
    return nullptr;
  }
  try {
    std::istringstream in{std::string(text)};
    YAML::Parser parser(in);
    TreeBuilder builder;
    if (!parser.HandleNextDocument(builder) || !builder.root()) return std::make_shared<YamlNode>();
    TreeBuilder second;
    if (parser.HandleNextDocument(second)) {
      const int line = second.root() ? second.root()->line : 0;
      diagnostics.add(line, "", "a second document starts; the file must hold one");
      return nullptr;
    }
    return builder.root();
  } catch (const Refused& refused) {
    diagnostics.add(refused.line, "", refused.message);
  } catch (const YAML::Exception& error) {
    diagnostics.add(line_of(error.mark), "", "not valid YAML: " + error.msg);
  } catch (const std::exception& error) {
    diagnostics.add(0, "", std::string("not valid YAML: ") + error.what());
  }
  return nullptr;
}

}  // namespace exporter
