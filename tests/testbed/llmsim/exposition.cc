#include "tests/testbed/llmsim/exposition.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>

namespace llmsim {
namespace {

void append_escaped(std::string& out, std::string_view text, bool quotes) {
  for (const char c : text) {
    if (c == '\n') {
      out += "\\n";
      continue;
    }
    if (c == '\\' || (quotes && c == '"')) out += '\\';
    out += c;
  }
}

std::string_view type_name(MetricType type) {
  switch (type) {
    case MetricType::counter: return "counter";
    case MetricType::gauge: return "gauge";
    case MetricType::histogram: return "histogram";
    case MetricType::untyped: return "untyped";
  }
  return "untyped";
}

// The labels of label_text again, as pairs; values stay escaped.
std::vector<std::pair<std::string_view, std::string_view>> split_labels(std::string_view text) {
  std::vector<std::pair<std::string_view, std::string_view>> out;
  std::size_t at = 0;
  while (at < text.size()) {
    const std::size_t equals = text.find('=', at);
    std::size_t end = equals + 2;
    while (text[end] != '"') end += text[end] == '\\' ? 2U : 1U;
    out.emplace_back(text.substr(at, equals - at), text.substr(equals + 2, end - equals - 2));
    at = end + 2;  // the quote and the comma
  }
  return out;
}

std::string unescaped(std::string_view text) {
  std::string out;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] == '\\' && i + 1 < text.size()) {
      ++i;
      out += text[i] == 'n' ? '\n' : text[i];
    } else {
      out += text[i];
    }
  }
  return out;
}

}  // namespace

rca::Labels scraped_labels(std::string_view name, std::string_view labels, const rca::Labels& target_labels,
                           bool honor_labels) {
  rca::Labels out = target_labels;
  std::sort(out.begin(), out.end());
  for (const auto& [label, value] : split_labels(labels)) {
    const bool collides = !rca::label_value(target_labels, label).empty();
    const std::string kept = (collides && !honor_labels ? "exported_" : "") + std::string(label);
    rca::set_label(out, kept, unescaped(value));
  }
  rca::set_label(out, rca::kMetricName, name);
  return out;
}

std::string label_text(std::initializer_list<std::pair<std::string_view, std::string_view>> labels) {
  std::string out;
  for (const auto& [name, value] : labels) {
    if (!out.empty()) out += ',';
    out += name;
    out += "=\"";
    append_escaped(out, value, true);
    out += '"';
  }
  return out;
}

void append_value(std::string& out, double value) {
  if (std::isnan(value)) {
    out += "NaN";
    return;
  }
  if (std::isinf(value)) {
    out += value > 0 ? "+Inf" : "-Inf";
    return;
  }
  std::array<char, 32> text{};
  std::to_chars_result end{};
  if (value == std::floor(value) && std::abs(value) < 1e15) {
    end = std::to_chars(text.data(), text.data() + text.size(), static_cast<std::int64_t>(value));
  } else {
    end = std::to_chars(text.data(), text.data() + text.size(), value);
  }
  out.append(text.data(), end.ptr);
}

void Sink::histogram(std::string_view name, std::string_view labels, const Histogram& histogram) {
  const Buckets& buckets = histogram.buckets();
  name_.assign(name).append("_bucket");
  std::uint64_t cumulative = 0;
  for (std::size_t i = 0; i < buckets.le.size(); ++i) {
    cumulative += histogram.counts()[i];
    labels_.assign(labels);
    if (!labels.empty()) labels_ += ',';
    labels_.append("le=\"").append(buckets.le[i]).append("\"");
    sample(name_, labels_, static_cast<double>(cumulative));
  }
  name_.assign(name).append("_sum");
  sample(name_, labels, histogram.sum());
  name_.assign(name).append("_count");
  sample(name_, labels, static_cast<double>(histogram.count()));
}

void TextSink::family(std::string_view name, MetricType type, std::string_view help) {
  text_.append("# HELP ").append(name).append(" ");
  append_escaped(text_, help, false);
  text_.append("\n# TYPE ").append(name).append(" ").append(type_name(type)).append("\n");
}

void TextSink::sample(std::string_view name, std::string_view labels, double value) {
  text_.append(name);
  if (!labels.empty()) text_.append("{").append(labels).append("}");
  text_ += ' ';
  append_value(text_, value);
  text_ += '\n';
}

HistorySink::HistorySink(const rca::Labels& target_labels, bool honor_labels)
    : target_labels_(target_labels), honor_labels_(honor_labels) {}

void HistorySink::start(double unix_time, std::string& out) {
  out_ = &out;
  position_ = 0;
  timestamp_ = " ";
  append_value(timestamp_, std::round(unix_time * 1000) / 1000);
  timestamp_ += '\n';
}

std::string HistorySink::merge(std::string_view name, std::string_view labels) const {
  std::string out(name);
  out += '{';
  bool first = true;
  const auto add = [&](std::string_view prefix, std::string_view label, std::string_view value) {
    if (!first) out += ',';
    first = false;
    out.append(prefix).append(label).append("=\"").append(value).append("\"");
  };
  const auto own = split_labels(labels);
  for (const auto& [label, value] : own) {
    const bool collides = !rca::label_value(target_labels_, label).empty();
    add(collides && !honor_labels_ ? "exported_" : "", label, value);
  }
  for (const rca::Label& label : target_labels_) {
    bool overridden = false;
    for (const auto& pair : own) overridden = overridden || (honor_labels_ && pair.first == label.name);
    if (overridden) continue;
    std::string value;
    append_escaped(value, label.value, true);
    add("", label.name, value);
  }
  out += "} ";
  return out;
}

void HistorySink::sample(std::string_view name, std::string_view labels, double value) {
  if (position_ == lines_.size()) lines_.emplace_back();
  Line& line = lines_[position_++];
  if (line.name != name || line.labels != labels || line.prefix.empty()) {
    line.name = name;
    line.labels = labels;
    line.prefix = merge(name, labels);
  }
  out_->append(line.prefix);
  append_value(*out_, value);
  out_->append(timestamp_);
}

}  // namespace llmsim
