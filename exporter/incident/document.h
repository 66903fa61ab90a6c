// A small document: headings, paragraphs, lists and tables, written once and shown as Markdown or in a terminal. Text
// is always plain: neither form lets it add markup or steer the terminal.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

namespace exporter {

struct Paragraph {
  std::string strong;  // in front, emphasised; may be empty
  std::string text;
};

struct List {
  std::vector<std::string> items;
  bool ordered = false;
};

struct Table {
  std::vector<std::string> head;
  std::vector<std::vector<std::string>> rows;  // as wide as the head
};

using Block = std::variant<Paragraph, List, Table>;

struct Section {
  std::string title;
  std::vector<Block> blocks;
  bool appendix = false;  // what a reader in a hurry does without; a terminal leaves it out
};

struct Document {
  std::string title;
  std::vector<Section> sections;
};

// CommonMark with GitHub's tables. What could be markup is escaped.
std::string to_markdown(const Document& document);

// At most `width` columns (at least 40): paragraphs and the cells of tables are broken between words. Control
// characters become spaces. UTF-8 code points count as one column each.
std::string to_terminal(const Document& document, std::size_t width);

// `text` with everything that CommonMark or GitHub's tables could take for markup escaped.
std::string escape_markdown(std::string_view text);

}  // namespace exporter
