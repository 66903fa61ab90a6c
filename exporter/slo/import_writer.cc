#include "exporter/slo/import_writer.h"

#include <algorithm>
#include <array>
#include <charconv>

#include "exporter/config/text.h"

namespace exporter {
namespace {

constexpr std::size_t kMaxNameBytes = 63;

// YAML's single quotes: nothing is special inside but the quote itself. A line break would end the line of a comment or
// fold, and selectors need none.
std::string yaml_quoted(std::string_view text) {
  std::string out = "'";
  for (const char c : text) {
    if (c == '\'') out += '\'';
    out += static_cast<unsigned char>(c) < 0x20 ? ' ' : c;
  }
  return out + "'";
}

std::string one_line(std::string text) {
  std::replace_if(
      text.begin(), text.end(), [](char c) { return static_cast<unsigned char>(c) < 0x20; }, ' ');
  return text;
}

std::string shortest(double value) {
  std::array<char, 64> text{};
  const auto [end, error] = std::to_chars(text.data(), text.data() + text.size(), value);
  return error == std::errc() ? std::string(text.data(), end) : std::string();
}

std::string selectors(std::string_view key, const std::vector<std::string>& all) {
  if (all.empty()) return "";
  std::string out = "        " + std::string(key) + ":";
  if (all.size() == 1) return out + " " + yaml_quoted(all.front()) + "\n";
  out += "\n";
  for (const std::string& one : all) out += "          - " + yaml_quoted(one) + "\n";
  return out;
}

std::string write_one(const ImportedSlo& imported) {
  const Slo& slo = imported.slo;
  std::string out;
  for (const std::string& comment : imported.comments) out += "  # " + one_line(comment) + "\n";
  out += "  - name: " + yaml_quoted(slo.name) + "\n";
  if (!slo.service.empty()) out += "    service: " + yaml_quoted(slo.service) + "\n";
  out += "    objective: " + shortest(slo.objective) + "\n";
  out += "    budget_window: " + format_duration(slo.budget_window) + "\n";
  out += "    sli:\n";
  if (!slo.events.histogram.empty()) {
    out += "      histogram:\n        metric: " + yaml_quoted(slo.events.histogram) +
           "\n        le: " + shortest(slo.events.bound) + "\n";
    return out;
  }
  out += "      events:\n" + selectors("good", slo.events.good) + selectors("bad", slo.events.bad) +
         selectors("total", slo.events.total);
  return out;
}

}  // namespace

std::vector<std::string> yaml_documents(const std::string& text) {
  std::vector<std::string> documents;
  std::string document;
  std::size_t line = 0;
  bool content = false;
  for (std::size_t at = 0; at <= text.size();) {
    const std::size_t end = std::min(text.find('\n', at), text.size());
    const std::string_view one = std::string_view(text).substr(at, end - at);
    // In the first column the marker is one wherever it stands: the lines of a block scalar are indented.
    if (one == "---" || one.starts_with("--- ") || one.starts_with("---\r")) {
      if (content) documents.push_back(std::move(document));
      document.assign(line + 1, '\n');
      content = false;
    } else {
      const std::size_t first = one.find_first_not_of(" \t\r");
      content = content || (first != std::string_view::npos && one[first] != '#');
      document += one;
      document += '\n';
    }
    ++line;
    at = end + 1;
  }
  if (content) documents.push_back(std::move(document));
  return documents;
}

std::string plain_name(std::string_view text) {
  std::string out(text.substr(0, kMaxNameBytes));
  for (char& c : out) {
    const bool plain =
        (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' || c == '-' || c == '.';
    if (!plain) c = '-';
  }
  return out;
}

double share_of_percent(double percent) {
  constexpr int kDigits = 12;
  std::array<char, 64> text{};
  const auto [end, error] =
      std::to_chars(text.data(), text.data() + text.size(), percent / 100, std::chars_format::general, kDigits);
  double share = percent / 100;
  if (error == std::errc()) std::from_chars(text.data(), end, share);
  return share;
}

std::string write_slos(const std::vector<ImportedSlo>& slos, const std::vector<Diagnostic>& left_out) {
  std::string out;
  for (const Diagnostic& one : left_out) out += "# not carried over: " + one_line(to_string(one)) + "\n";
  if (slos.empty()) return out + "slos: []\n";
  out += "slos:\n";
  for (const ImportedSlo& one : slos) out += write_one(one);
  return out;
}

}  // namespace exporter
