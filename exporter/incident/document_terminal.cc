#include <algorithm>
#include <cstdint>

#include "exporter/incident/document.h"

namespace exporter {
namespace {

constexpr std::size_t kLeastWidth = 40;
constexpr std::size_t kGap = 2;               // between columns
constexpr std::string_view kBreaks = " _-/";  // where lines are broken: between words, and in names after a joint
constexpr std::size_t kLeastColumn = 6;       // a column is not made narrower

std::size_t width_of(std::string_view text) {
  return static_cast<std::size_t>(
      std::count_if(text.begin(), text.end(), [](char c) { return (static_cast<unsigned char>(c) & 0xc0U) != 0x80U; }));
}

std::string plain(std::string_view text) {
  std::string out(text);
  std::replace_if(
      out.begin(), out.end(), [](char c) { return static_cast<unsigned char>(c) < 0x20 || c == 0x7f; }, ' ');
  return out;
}

// The bytes of the first `columns` code points.
std::size_t bytes_of(std::string_view text, std::size_t columns) {
  std::size_t at = 0;
  while (at < text.size() && columns > 0) {
    ++at;
    while (at < text.size() && (static_cast<unsigned char>(text[at]) & 0xc0U) == 0x80U) ++at;
    --columns;
  }
  return at;
}

// How much of a word that is too long goes onto a line: up to its last joint where there is one.
std::size_t break_at(std::string_view word, std::size_t width) {
  const std::size_t bytes = bytes_of(word, width);
  const std::size_t at = word.substr(0, bytes).find_last_of(kBreaks);
  return at == std::string_view::npos ? bytes : at + 1;
}

// Lines of at most `width` columns, broken between words; words that are longer are broken as well.
std::vector<std::string> wrap(const std::string& text, std::size_t width) {
  std::vector<std::string> lines;
  std::string line;
  std::size_t at = 0;
  const auto flush = [&] {
    lines.push_back(line);
    line.clear();
  };
  while (at < text.size()) {
    std::size_t end = text.find(' ', at);
    if (end == std::string::npos) end = text.size();
    std::string_view word = std::string_view(text).substr(at, end - at);
    at = end + 1;
    if (word.empty()) continue;
    if (!line.empty() && width_of(line) + 1 + width_of(word) > width) flush();
    if (!line.empty()) line += ' ';
    while (width_of(word) > width) {
      const std::size_t bytes = break_at(word, width);
      line += word.substr(0, bytes);
      word.remove_prefix(bytes);
      flush();
    }
    line += word;
  }
  if (!line.empty() || lines.empty()) flush();
  return lines;
}

std::string hanging(const std::string& text, std::size_t width, const std::string& first) {
  const std::string indent(width_of(first), ' ');
  std::string out;
  for (const std::string& line : wrap(text, width - std::min(width - 1, indent.size()))) {
    out += (out.empty() ? first : indent) + line + "\n";
  }
  return out;
}

// The widest part that is not broken unless there is no other way; long names have joints.
std::size_t longest_part(const std::string& text) {
  std::size_t longest = 0;
  std::size_t begin = 0;
  while (begin <= text.size()) {
    const std::size_t end = std::min(text.find_first_of(kBreaks, begin), text.size());
    longest = std::max(longest, width_of(std::string_view(text).substr(begin, end - begin)) + 1);
    begin = end + 1;
  }
  return longest;
}

// Takes from the widest column that is wider than its least width, until the sum fits or nothing can give way.
std::size_t shrink(std::vector<std::size_t>& widths, const std::vector<std::size_t>& least, std::size_t total,
                   std::size_t width) {
  while (total > width) {
    std::size_t widest = widths.size();
    for (std::size_t i = 0; i < widths.size(); ++i) {
      if (widths[i] > least[i] && (widest == widths.size() || widths[i] > widths[widest])) widest = i;
    }
    if (widest == widths.size()) break;
    --widths[widest];
    --total;
  }
  return total;
}

// As wide as the longest cell; where the sum does not fit, columns are broken between words first, then inside words.
std::vector<std::size_t> column_widths(const std::vector<std::vector<std::string>>& lines, std::size_t width) {
  std::vector<std::size_t> widths(lines.front().size());
  std::vector<std::size_t> words(widths.size(), kLeastColumn);
  for (const auto& line : lines) {
    for (std::size_t i = 0; i < widths.size(); ++i) {
      widths[i] = std::max(widths[i], width_of(line[i]));
      words[i] = std::max(words[i], longest_part(line[i]));
    }
  }
  std::size_t total = kGap * (widths.size() - 1);
  for (const std::size_t one : widths) total += one;
  total = shrink(widths, words, total, width);
  shrink(widths, std::vector<std::size_t>(widths.size(), kLeastColumn), total, width);
  return widths;
}

class Terminal {
 public:
  explicit Terminal(std::size_t width) : width_(std::max(width, kLeastWidth)) {}

  std::string operator()(const Paragraph& paragraph) const {
    std::string text = plain(paragraph.strong);
    if (!text.empty() && !paragraph.text.empty()) text += " ";
    return hanging(text + plain(paragraph.text), width_, "");
  }
  std::string operator()(const List& list) const {
    std::string out;
    for (std::size_t i = 0; i < list.items.size(); ++i) {
      out += hanging(plain(list.items[i]), width_, list.ordered ? std::to_string(i + 1) + ". " : "- ");
    }
    return out;
  }
  std::string operator()(const Table& table) const {
    std::vector<std::vector<std::string>> lines{{}};
    for (const std::string& cell : table.head) lines.front().push_back(upper(cell));
    for (const auto& cells : table.rows) {
      lines.emplace_back();
      for (std::size_t i = 0; i < table.head.size(); ++i) {
        lines.back().push_back(i < cells.size() ? plain(cells[i]) : std::string());
      }
    }
    const std::vector<std::size_t> widths = column_widths(lines, width_);
    std::string out;
    for (const auto& line : lines) out += table_row(line, widths);
    return out;
  }

 private:
  static std::string upper(const std::string& text) {
    std::string out = plain(text);
    std::transform(out.begin(), out.end(), out.begin(),
                   [](char c) { return c >= 'a' && c <= 'z' ? static_cast<char>(c - 'a' + 'A') : c; });
    return out;
  }
  static std::string table_row(const std::vector<std::string>& cells, const std::vector<std::size_t>& widths) {
    std::vector<std::vector<std::string>> parts;
    std::size_t height = 1;
    for (std::size_t i = 0; i < widths.size(); ++i) {
      parts.push_back(wrap(cells[i], widths[i]));
      height = std::max(height, parts.back().size());
    }
    std::string out;
    for (std::size_t line = 0; line < height; ++line) {
      std::string text;
      for (std::size_t i = 0; i < widths.size(); ++i) {
        const std::string part = line < parts[i].size() ? parts[i][line] : std::string();
        text += part + std::string(widths[i] - std::min(widths[i], width_of(part)) + kGap, ' ');
      }
      text.erase(text.find_last_not_of(' ') + 1);
      out += text + "\n";
    }
    return out;
  }

  std::size_t width_;
};

}  // namespace

std::string to_terminal(const Document& document, std::size_t width) {
  const Terminal terminal(width);
  std::string out = terminal(Paragraph{document.title, ""});
  for (const Section& section : document.sections) {
    if (section.appendix) continue;
    const std::string title = plain(section.title);
    out += "\n" + title + "\n" + std::string(width_of(title), '-') + "\n";
    for (std::size_t i = 0; i < section.blocks.size(); ++i) {
      out += (i > 0 ? "\n" : "") + std::visit(terminal, section.blocks[i]);
    }
  }
  return out;
}

}  // namespace exporter
