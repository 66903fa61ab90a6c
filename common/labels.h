// Labels: the identity of a Prometheus series.
#pragma once

#include <algorithm>
#include <compare>
#include <string>
#include <string_view>
#include <vector>

namespace rca {

struct Label {
  std::string name;
  std::string value;

  friend auto operator<=>(const Label&, const Label&) = default;  // NOLINT(modernize-use-nullptr): not one
};

// Sorted by name, each name at most once; the metric name is the label `__name__`. A label that is not there and
// one with an empty value mean the same, as in Prometheus.
using Labels = std::vector<Label>;

inline constexpr std::string_view kMetricName = "__name__";

// The value of label `name`, or "" when it is not there. `labels` must be sorted.
inline std::string_view label_value(const Labels& labels, std::string_view name) {
  const auto it = std::lower_bound(labels.begin(), labels.end(), name,
                                   [](const Label& label, std::string_view key) { return label.name < key; });
  return it != labels.end() && it->name == name ? std::string_view(it->value) : std::string_view();
}

// Sets label `name` to `value`, keeping the order.
inline void set_label(Labels& labels, std::string_view name, std::string_view value) {
  const auto it = std::lower_bound(labels.begin(), labels.end(), name,
                                   [](const Label& label, std::string_view key) { return label.name < key; });
  if (it != labels.end() && it->name == name) {
    it->value = value;
  } else {
    labels.insert(it, Label{std::string(name), std::string(value)});
  }
}

// As Prometheus writes it: name{a="b",c="d"}, with \ " and newline escaped.
inline std::string to_string(const Labels& labels) {
  std::string out(label_value(labels, kMetricName));
  std::string inside;
  for (const Label& label : labels) {
    if (label.name == kMetricName) continue;
    if (!inside.empty()) inside += ',';
    inside += label.name + "=\"";
    for (const char c : label.value) {
      if (c == '\n') {
        inside += "\\n";
      } else {
        if (c == '"' || c == '\\') inside += '\\';
        inside += c;
      }
    }
    inside += '"';
  }
  if (!inside.empty() || out.empty()) out += "{" + inside + "}";
  return out;
}

}  // namespace rca
