#include <cctype>

#include "exporter/incident/document.h"

namespace exporter {
namespace {

bool word_char(char c) {
  return std::isalnum(static_cast<unsigned char>(c)) != 0;
}

std::string row(const std::vector<std::string>& cells) {
  std::string line = "|";
  for (const std::string& cell : cells) line += " " + escape_markdown(cell) + " |";
  return line + "\n";
}

struct Markdown {
  std::string operator()(const Paragraph& paragraph) const {
    std::string out;
    if (!paragraph.strong.empty()) out = "**" + escape_markdown(paragraph.strong) + "**";
    if (!paragraph.strong.empty() && !paragraph.text.empty()) out += " ";
    return out + escape_markdown(paragraph.text) + "\n";
  }
  std::string operator()(const List& list) const {
    std::string out;
    for (std::size_t i = 0; i < list.items.size(); ++i) {
      out += (list.ordered ? std::to_string(i + 1) + ". " : std::string("- ")) + escape_markdown(list.items[i]) + "\n";
    }
    return out;
  }
  std::string operator()(const Table& table) const {
    std::string out = row(table.head) + "|";
    for (std::size_t i = 0; i < table.head.size(); ++i) out += " --- |";
    out += "\n";
    for (const auto& cells : table.rows) out += row(cells);
    return out;
  }
};

}  // namespace

// Underscores inside words are plain already, and so are "+", "-" and "." where no line begins.
std::string escape_markdown(std::string_view text) {
  constexpr std::string_view kSpecial = "\\`*[]<>|&~#!";
  std::string out;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const char c = text[i];
    if (static_cast<unsigned char>(c) < 0x20 || c == 0x7f) {
      out += ' ';
      continue;
    }
    const bool inner = c == '_' && i > 0 && i + 1 < text.size() && word_char(text[i - 1]) && word_char(text[i + 1]);
    // At the start of a block "- ", "+ ", "---", "=" and "1. " begin lists, rules and headings.
    const char next = i + 1 < text.size() ? text[i + 1] : ' ';
    const bool starts = i == 0 && (c == '=' || ((c == '-' || c == '+') && (next == ' ' || next == c)));
    const bool numbered = (c == '.' || c == ')') && next == ' ' && i > 0 && i < 10 &&
                          text.substr(0, i).find_first_not_of("0123456789") == std::string_view::npos;
    if (kSpecial.find(c) != std::string_view::npos || (c == '_' && !inner) || starts || numbered) out += '\\';
    out += c;
  }
  return out;
}

std::string to_markdown(const Document& document) {
  std::string out = "# " + escape_markdown(document.title) + "\n";
  for (const Section& section : document.sections) {
    out += "\n## " + escape_markdown(section.title) + "\n";
    for (const Block& block : section.blocks) out += "\n" + std::visit(Markdown{}, block);
  }
  return out;
}

}  // namespace exporter
