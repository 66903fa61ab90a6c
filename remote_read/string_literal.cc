#include "remote_read/string_literal.h"

#include <cstdint>

namespace remote_read {
namespace {

void append_utf8(std::uint32_t code, std::string& out) {
  const auto put = [&out](std::uint32_t byte) { out += static_cast<char>(static_cast<std::uint8_t>(byte)); };
  if (code < 0x80) {
    put(code);
  } else if (code < 0x800) {
    put(0xc0 | code >> 6);
    put(0x80 | (code & 0x3f));
  } else if (code < 0x10000) {
    put(0xe0 | code >> 12);
    put(0x80 | (code >> 6 & 0x3f));
    put(0x80 | (code & 0x3f));
  } else {
    put(0xf0 | code >> 18);
    put(0x80 | (code >> 12 & 0x3f));
    put(0x80 | (code >> 6 & 0x3f));
    put(0x80 | (code & 0x3f));
  }
}

int digit_value(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  if (c >= 'A' && c <= 'F') return c - 'A' + 10;
  return 16;
}

// `count` digits of base `base` at the front of `text`.
bool read_digits(std::string_view text, std::size_t count, int base, std::uint32_t& value) {
  if (text.size() < count) return false;
  value = 0;
  for (std::size_t i = 0; i < count; ++i) {
    const int digit = digit_value(text[i]);
    if (digit >= base) return false;
    value = value * static_cast<std::uint32_t>(base) + static_cast<std::uint32_t>(digit);
  }
  return true;
}

// The escapes that stand for one byte, besides the quotes.
char simple_escape(char c) {
  switch (c) {
    case 'a': return '\a';
    case 'b': return '\b';
    case 'f': return '\f';
    case 'n': return '\n';
    case 'r': return '\r';
    case 't': return '\t';
    case 'v': return '\v';
    case '\\': return '\\';
    default: return '\0';
  }
}

// Reads the escape behind a backslash; returns its length, 0 when it is none.
std::size_t read_escape(std::string_view text, char quote, std::string& out) {
  if (text.empty()) return 0;
  const char kind = text[0];
  if (const char plain = kind == quote ? quote : simple_escape(kind); plain != '\0') {
    out += plain;
    return 1;
  }
  std::uint32_t code = 0;
  if (kind >= '0' && kind <= '7') {
    if (!read_digits(text, 3, 8, code) || code > 0xff) return 0;
    out += static_cast<char>(static_cast<std::uint8_t>(code));
    return 3;
  }
  const std::size_t digits = kind == 'x' ? 2 : kind == 'u' ? 4 : kind == 'U' ? 8 : 0;
  if (digits == 0 || !read_digits(text.substr(1), digits, 16, code)) return 0;
  if (kind == 'x') {
    out += static_cast<char>(static_cast<std::uint8_t>(code));
  } else {
    if (code > 0x10ffff || (code >= 0xd800 && code < 0xe000)) return 0;
    append_utf8(code, out);
  }
  return 1 + digits;
}

}  // namespace

const char* read_string_literal(std::string_view text, std::string& value, std::size_t& used) {
  value.clear();
  const char quote = text[0];
  for (used = 1; used < text.size();) {
    const char c = text[used];
    if (c == quote) {
      ++used;
      return nullptr;
    }
    if (c == '\\' && quote != '`') {
      const std::size_t length = read_escape(text.substr(used + 1), quote, value);
      if (length == 0) return "unknown escape";
      used += 1 + length;
      continue;
    }
    if (c == '\n' && quote != '`') break;
    value += c;
    ++used;
  }
  used = 0;
  return "unterminated string";
}

std::string quote_string(std::string_view value) {
  static constexpr std::string_view kHex = "0123456789abcdef";
  std::string out = "\"";
  for (const char c : value) {
    const auto byte = static_cast<std::uint8_t>(c);
    if (c == '"' || c == '\\') {
      out += '\\';
      out += c;
    } else if (c == '\n') {
      out += "\\n";
    } else if (byte < 0x20 || byte == 0x7f) {
      out += "\\x";
      out += kHex[byte >> 4];
      out += kHex[byte & 15];
    } else {
      out += c;
    }
  }
  return out + '"';
}

}  // namespace remote_read
