#include "remote_read/label_reader.h"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <string>

#include "remote_read/wire_reader.h"

namespace remote_read {
namespace {

rca::Error malformed(const std::string& what) {
  return {rca::ErrorKind::malformed, what};
}

rca::Result<void> read_label(std::string_view message, rca::Label& label) {
  std::string_view name;
  std::string_view value;
  WireReader reader(message);
  while (reader.next()) {
    if (reader.is(1, WireReader::Type::bytes)) name = reader.bytes();
    if (reader.is(2, WireReader::Type::bytes)) value = reader.bytes();
  }
  if (reader.failed()) return malformed("a label is not valid protobuf");
  if (name.empty()) return malformed("a label has no name");
  if (!is_utf8(name) || !is_utf8(value)) return malformed("a label is not valid UTF-8");
  label.name = name;
  label.value = value;
  return {};
}

// The length of the well-formed sequence at the front of `text`, which begins with a byte above 0x7f; 0 if there is
// none.
std::size_t sequence_length(std::string_view text) {
  const auto at = [text](std::size_t i) { return i < text.size() ? static_cast<std::uint8_t>(text[i]) : 0U; };
  const unsigned lead = at(0);
  const std::size_t length = lead < 0xc2 ? 0 : lead < 0xe0 ? 2 : lead < 0xf0 ? 3 : lead < 0xf5 ? 4 : 0;
  // The second byte's range is narrower behind some leads: no overlong forms, no surrogates, nothing above U+10FFFF.
  const unsigned low = lead == 0xe0 ? 0xa0 : lead == 0xf0 ? 0x90 : 0x80;
  const unsigned high = lead == 0xed ? 0x9f : lead == 0xf4 ? 0x8f : 0xbf;
  if (length == 0 || at(1) < low || at(1) > high) return 0;
  for (std::size_t i = 2; i < length; ++i) {
    if (at(i) < 0x80 || at(i) > 0xbf) return 0;
  }
  return length;
}

}  // namespace

bool is_utf8(std::string_view text) {
  while (!text.empty()) {
    std::uint64_t word = 0;
    if (text.size() >= sizeof word) {
      std::memcpy(&word, text.data(), sizeof word);
      if ((word & 0x8080808080808080ULL) == 0) {
        text.remove_prefix(sizeof word);
        continue;
      }
    }
    const std::size_t length = static_cast<std::uint8_t>(text[0]) < 0x80 ? 1 : sequence_length(text);
    if (length == 0) return false;
    text.remove_prefix(length);
  }
  return true;
}

rca::Result<void> read_labels(std::string_view series, rca::Labels& labels) {
  std::size_t count = 0;
  bool sorted = true;
  WireReader reader(series);
  while (reader.next()) {
    if (!reader.is(1, WireReader::Type::bytes)) continue;
    if (count == labels.size()) labels.emplace_back();
    RCA_TRY(read_label(reader.bytes(), labels[count]));
    if (labels[count].value.empty()) continue;
    sorted = sorted && (count == 0 || labels[count - 1].name < labels[count].name);
    ++count;
  }
  if (reader.failed()) return malformed("a series is not valid protobuf");
  labels.resize(count);
  if (sorted) return {};
  std::sort(labels.begin(), labels.end());
  const auto twice = std::adjacent_find(labels.begin(), labels.end(),
                                        [](const rca::Label& a, const rca::Label& b) { return a.name == b.name; });
  if (twice != labels.end()) return malformed("the label " + twice->name + " is there twice");
  return {};
}

}  // namespace remote_read
