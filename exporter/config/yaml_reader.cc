#include "exporter/config/yaml_reader.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>
#include <map>
#include <set>

#include "exporter/config/text.h"

namespace exporter {
namespace {

std::string format_number(double value) {
  std::array<char, 32> buffer{};
  const auto [end, error] = std::to_chars(buffer.data(), buffer.data() + buffer.size(), value);
  return error == std::errc() ? std::string(buffer.data(), end) : std::to_string(value);
}

// "from 1 to 8", "at least 1", "at most 8"
std::string range_text(const std::string& min, bool has_max, const std::string& max) {
  return has_max ? "from " + min + " to " + max : "at least " + min;
}

template <typename Number>
std::optional<Number> parse_number(std::string_view text) {
  Number number{};
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error != std::errc() || end != text.data() + text.size()) return std::nullopt;
  return number;
}

constexpr std::chrono::milliseconds kNoMaxDuration = std::chrono::milliseconds::max();

}  // namespace

std::string YamlValue::shown() const {
  switch (node_->kind) {
    case YamlNode::Kind::null: return "empty";
    case YamlNode::Kind::scalar: return in_quotes(node_->text);
    case YamlNode::Kind::sequence: return "a list";
    case YamlNode::Kind::map: return "a map";
  }
  return "";
}

void YamlValue::must_be(std::string_view what) const {
  error("must be " + std::string(what) + ", not " + shown());
}

std::optional<std::string> YamlValue::text() const {
  if (node_->kind != YamlNode::Kind::scalar || node_->text.empty()) {
    must_be("a text");
    return std::nullopt;
  }
  return node_->text;
}

std::optional<bool> YamlValue::boolean() const {
  if (node_->kind == YamlNode::Kind::scalar && !node_->quoted) {
    if (node_->text == "true") return true;
    if (node_->text == "false") return false;
  }
  must_be("true or false");
  return std::nullopt;
}

std::optional<double> YamlValue::number(double min, double max) const {
  const bool has_max = max < std::numeric_limits<double>::max();
  const auto value = node_->kind == YamlNode::Kind::scalar ? parse_number<double>(node_->text) : std::nullopt;
  if (!value || !std::isfinite(*value) || *value < min || *value > max) {
    if (min <= std::numeric_limits<double>::lowest()) {
      must_be("a number");
    } else {
      must_be("a number " + range_text(format_number(min), has_max, format_number(max)));
    }
    return std::nullopt;
  }
  return value;
}

std::optional<std::int64_t> YamlValue::integer(std::int64_t min, std::int64_t max) const {
  const bool has_max = max < std::numeric_limits<std::int64_t>::max();
  const auto value = node_->kind == YamlNode::Kind::scalar ? parse_number<std::int64_t>(node_->text) : std::nullopt;
  if (!value || *value < min || *value > max) {
    must_be("a whole number " + range_text(std::to_string(min), has_max, std::to_string(max)));
    return std::nullopt;
  }
  return value;
}

std::optional<std::chrono::milliseconds> YamlValue::duration(std::chrono::milliseconds min,
                                                             std::chrono::milliseconds max) const {
  const auto value = node_->kind == YamlNode::Kind::scalar ? parse_duration(node_->text) : std::nullopt;
  if (!value) {
    must_be("a duration such as 5s or 1h30m");
    return std::nullopt;
  }
  if (*value < min || *value > max) {
    must_be("a duration " + range_text(format_duration(min), max != kNoMaxDuration, format_duration(max)));
    return std::nullopt;
  }
  return value;
}

std::optional<std::size_t> YamlValue::bytes(std::size_t min, std::size_t max) const {
  const auto value = node_->kind == YamlNode::Kind::scalar ? parse_bytes(node_->text) : std::nullopt;
  if (!value) {
    must_be("a size such as 1048576 or 64MB");
    return std::nullopt;
  }
  if (*value < min || *value > max) {
    must_be("a size of " + std::to_string(min) + " to " + std::to_string(max) + " bytes");
    return std::nullopt;
  }
  return value;
}

std::vector<YamlValue> YamlValue::items() const {
  std::vector<YamlValue> out;
  if (node_->kind == YamlNode::Kind::null) return out;
  if (node_->kind != YamlNode::Kind::sequence) {
    must_be("a list");
    return out;
  }
  out.reserve(node_->items.size());
  for (std::size_t i = 0; i < node_->items.size(); ++i) {
    out.emplace_back(*node_->items[i], path_ + "[" + std::to_string(i) + "]", *diagnostics_);
  }
  return out;
}

std::vector<std::string> YamlValue::texts() const {
  std::vector<std::string> out;
  if (node_->kind == YamlNode::Kind::scalar) {
    if (auto one = text()) out.push_back(std::move(*one));
    return out;
  }
  for (const YamlValue& item : items()) {
    if (auto one = item.text()) out.push_back(std::move(*one));
  }
  return out;
}

YamlMap::YamlMap(const YamlValue& value) : value_(value) {
  const YamlNode& node = value_.node();
  if (node.kind != YamlNode::Kind::map) {
    if (node.kind != YamlNode::Kind::null) {
      value_.error(node.kind == YamlNode::Kind::sequence ? "must be a map, not a list"
                                                         : "must be a map, not " + in_quotes(node.text));
    }
    return;
  }
  std::map<std::string_view, int> first_line;
  for (const YamlEntry& entry : node.entries) {
    const auto [it, fresh] = first_line.emplace(entry.key, entry.line);
    if (!fresh) {
      value_.diagnostics().add(entry.line, path_of(entry.key),
                               "the key appears twice, first in line " + std::to_string(it->second));
    }
  }
}

std::string YamlMap::path_of(std::string_view key) const {
  return value_.path().empty() ? std::string(key) : value_.path() + "." + std::string(key);
}

std::optional<YamlValue> YamlMap::find(std::string_view key) {
  // Asked for twice (to read it, then to complain about it), it is still one key of the hint.
  if (std::find(known_.begin(), known_.end(), key) == known_.end()) known_.emplace_back(key);
  for (const YamlEntry& entry : value_.node().entries) {
    if (entry.key == key && entry.value->kind != YamlNode::Kind::null) {
      return YamlValue(*entry.value, path_of(key), value_.diagnostics());
    }
  }
  return std::nullopt;
}

std::optional<YamlValue> YamlMap::require(std::string_view key) {
  auto found = find(key);
  const auto kind = value_.node().kind;
  if (!found && (kind == YamlNode::Kind::map || kind == YamlNode::Kind::null)) {
    value_.error("the key " + in_quotes(key) + " is missing");
  }
  return found;
}

bool YamlMap::read(std::string_view key, std::string& out) {
  const auto value = find(key);
  auto text = value ? value->text() : std::nullopt;
  if (text) out = std::move(*text);
  return text.has_value();
}

bool YamlMap::read(std::string_view key, bool& out) {
  const auto value = find(key);
  const auto flag = value ? value->boolean() : std::nullopt;
  if (flag) out = *flag;
  return flag.has_value();
}

bool YamlMap::read(std::string_view key, double& out, double min, double max) {
  const auto value = find(key);
  const auto number = value ? value->number(min, max) : std::nullopt;
  if (number) out = *number;
  return number.has_value();
}

bool YamlMap::read(std::string_view key, int& out, int min, int max) {
  const auto value = find(key);
  const auto number = value ? value->integer(min, max) : std::nullopt;
  if (number) out = static_cast<int>(*number);
  return number.has_value();
}

bool YamlMap::read(std::string_view key, std::size_t& out, std::size_t min, std::size_t max) {
  const auto value = find(key);
  constexpr auto kMax = static_cast<std::size_t>(std::numeric_limits<std::int64_t>::max());
  const auto number = value ? value->integer(static_cast<std::int64_t>(std::min(min, kMax)),
                                             static_cast<std::int64_t>(std::min(max, kMax)))
                            : std::nullopt;
  if (number) out = static_cast<std::size_t>(*number);
  return number.has_value();
}

bool YamlMap::read(std::string_view key, std::chrono::milliseconds& out, std::chrono::milliseconds min,
                   std::chrono::milliseconds max) {
  const auto value = find(key);
  const auto duration = value ? value->duration(min, max) : std::nullopt;
  if (duration) out = *duration;
  return duration.has_value();
}

bool YamlMap::read_bytes(std::string_view key, std::size_t& out, std::size_t min, std::size_t max) {
  const auto value = find(key);
  const auto bytes = value ? value->bytes(min, max) : std::nullopt;
  if (bytes) out = *bytes;
  return bytes.has_value();
}

bool YamlMap::read_texts(std::string_view key, std::vector<std::string>& out) {
  const auto value = find(key);
  if (value) out = value->texts();
  return value.has_value();
}

std::optional<std::size_t> YamlMap::read_choice(std::string_view key, const std::vector<std::string>& names) {
  const auto value = find(key);
  if (!value) return std::nullopt;
  const auto text = value->text();
  if (!text) return std::nullopt;
  const auto found = std::find(names.begin(), names.end(), *text);
  if (found == names.end()) {
    value->error("must be one of " + join(names) + ", not " + in_quotes(*text));
    return std::nullopt;
  }
  return static_cast<std::size_t>(found - names.begin());
}

void YamlMap::finish() {
  std::set<std::string_view> reported;
  for (const YamlEntry& entry : value_.node().entries) {
    const bool known = std::find(known_.begin(), known_.end(), entry.key) != known_.end();
    if (!known && reported.insert(entry.key).second) {
      value_.diagnostics().add(entry.line, path_of(entry.key), "unknown key" + suggestion(entry.key, known_));
    }
  }
}

std::vector<std::pair<std::string, YamlValue>> YamlMap::entries() const {
  std::vector<std::pair<std::string, YamlValue>> out;
  for (const YamlEntry& entry : value_.node().entries) {
    out.emplace_back(entry.key, YamlValue(*entry.value, path_of(entry.key), value_.diagnostics()));
  }
  return out;
}

}  // namespace exporter
