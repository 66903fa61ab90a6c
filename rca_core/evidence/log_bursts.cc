// log_bursts: templates of log messages (Drain, logs/drain.h) that are new or come more often than before the onset,
// and entities that fall silent.
//
// Value: of the entity's template that stands out most, how many more lines than expected, in standard deviations of a
// Poisson count (of at least one). Errors are expected at their rate before the onset. Other templates are expected to
// follow the number of lines of the entity, as they grow with traffic, and count half: a service that says something
// new is a hint, one that reports errors is more. An entity that fell silent is counted by its missing lines.
//
// Without log lines, the counts of log lines per interval: their change either way, counted half.

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <limits>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "rca_core/evidence/evidence_source.h"
#include "rca_core/logs/drain.h"
#include "rca_core/methods/candidates.h"
#include "rca_core/methods/count_signals.h"
#include "rca_core/methods/evidence.h"
#include "rca_core/methods/log_errors.h"

namespace rca {
namespace {

constexpr double kHint = 0.5;

struct Count {
  double before = 0;
  double after = 0;
};

struct TemplateCount {
  Count lines;
  bool error = false;
};

struct EntityLogs {
  Count lines;
  std::map<Drain::Template, TemplateCount> templates;
};

struct Burst {
  double value = 0;
  double expected = 0;
  double after = 0;
  double before = 0;
  std::string text;
};

double poisson_deviations(double count, double expected) {
  return (count - expected) / std::sqrt(std::max(1.0, expected));
}

std::string shortened(std::string text) {
  constexpr std::size_t kLongest = 120;
  if (text.size() <= kLongest) return text;
  std::size_t end = kLongest;
  while (end > 0 && (static_cast<unsigned char>(text[end]) & 0xC0U) == 0x80U) --end;  // not inside a character
  return text.substr(0, end) + "…";
}

class LogWindows {
 public:
  explicit LogWindows(const IncidentView& view) : onset_(view.onset_time_ms()) {
    for (const LogLine& line : view.logs) {
      first_ = std::min(first_, line.time_ms);
      last_ = std::max(last_, line.time_ms);
    }
  }
  [[nodiscard]] bool spans_onset() const { return first_ < onset_ && last_ >= onset_; }
  [[nodiscard]] bool is_after(const LogLine& line) const { return line.time_ms >= onset_; }
  // How much longer the time after the onset is than that before it.
  [[nodiscard]] double ratio() const {
    const double before = std::max(1.0, static_cast<double>(onset_ - first_));
    return std::max(1.0, static_cast<double>(last_ - onset_)) / before;
  }

 private:
  std::int64_t onset_;
  std::int64_t first_ = std::numeric_limits<std::int64_t>::max();
  std::int64_t last_ = std::numeric_limits<std::int64_t>::min();
};

std::string lines_text(double count) {
  return format_quantity(count, "") + (count == 1 ? " line" : " lines");
}

Burst strongest_burst(const EntityLogs& logs, double time_ratio, const Drain& drain) {
  Burst best;
  const auto consider = [&](double value, const Count& count, double expected, const std::string& text) {
    if (value <= best.value) return;
    best = {value, expected, count.after, count.before, text};
  };
  const double growth = logs.lines.before > 0 ? logs.lines.after / logs.lines.before : time_ratio;
  for (const auto& [number, found] : logs.templates) {
    const double expected = found.lines.before * (found.error ? time_ratio : std::max(growth, time_ratio));
    const double value = poisson_deviations(found.lines.after, expected) * (found.error ? 1.0 : kHint);
    const std::string what = found.error ? "error \"" : "\"";
    consider(value, found.lines, expected,
             lines_text(found.lines.after) + " of " + what + shortened(drain.text(number)) + "\" after the onset, " +
                 format_quantity(found.lines.before, "") + " before it");
  }
  const double expected = logs.lines.before * time_ratio;
  consider(-poisson_deviations(logs.lines.after, expected) * kHint, logs.lines, expected,
           lines_text(logs.lines.after) + " after the onset where " + format_quantity(expected, "") +
               " were to be expected");
  return best;
}

EvidenceItem item_of_burst(const std::string& entity, const Burst& burst) {
  EvidenceItem item;
  item.entity = entity;
  item.value = finite_score(burst.value);
  item.evidence.before = burst.expected;
  item.evidence.after = burst.after;
  item.evidence.scale = std::sqrt(std::max(1.0, burst.expected));
  item.evidence.deviation = finite_score((burst.after - burst.expected) / item.evidence.scale);
  item.evidence.text = entity + " logged " + (burst.text.empty() ? "what it logged before" : burst.text);
  return item;
}

std::vector<EvidenceItem> items_of_lines(const EvidenceContext& context) {
  const IncidentView& view = *context.view;
  const LogWindows windows(view);
  if (!windows.spans_onset()) return {};
  Drain drain;
  std::map<std::string_view, EntityLogs> by_entity;
  for (const LogLine& line : view.logs) {
    EntityLogs& logs = by_entity[line.entity];
    TemplateCount& of_template = logs.templates[drain.add(line.message)];
    of_template.error = of_template.error || reports_error(line.message);
    const bool after = windows.is_after(line);
    (after ? logs.lines.after : logs.lines.before) += 1;
    (after ? of_template.lines.after : of_template.lines.before) += 1;
  }
  std::vector<EvidenceItem> items;
  for (const EvidenceContext::Entity& entity : context.entities) {
    const auto found = by_entity.find(entity.name);
    if (found == by_entity.end()) continue;
    items.push_back(item_of_burst(entity.name, strongest_burst(found->second, windows.ratio(), drain)));
  }
  return items;
}

std::vector<EvidenceItem> items_of_counts(const EvidenceContext& context) {
  const IncidentView& view = *context.view;
  if (view.counts == nullptr || view.counts->logs.signals.empty()) return {};
  const Frame& logs = view.counts->logs;
  const Result<Windows> windows = count_windows(view, context.options, logs);
  if (!windows.ok()) return {};
  std::map<std::string_view, SignalScore> by_entity;
  for (const SignalScore& change : median_changes(logs, *windows)) {
    by_entity.emplace(logs.signals[static_cast<std::size_t>(change.column)].entity, change);
  }
  std::vector<EvidenceItem> items;
  for (const EvidenceContext::Entity& entity : context.entities) {
    const auto found = by_entity.find(entity.name);
    if (found == by_entity.end()) continue;
    SignalScore change = found->second;
    // At least the standard deviation of a Poisson count of this level.
    change.scale = std::max(change.scale, std::sqrt(std::max(1.0, change.before)));
    change.deviation = finite_score((change.after - change.before) / change.scale);
    EvidenceItem& item = items.emplace_back();
    item.entity = entity.name;
    item.value = kHint * std::fabs(change.deviation);
    item.evidence = evidence_of(logs, change, "");
  }
  return items;
}

class LogBursts final : public EvidenceSource {
 public:
  [[nodiscard]] std::string_view name() const override { return "log_bursts"; }
  [[nodiscard]] std::string_view description() const override {
    return "new or bursting templates and errors in its log, or silence";
  }
  [[nodiscard]] std::vector<EvidenceItem> measure(const EvidenceContext& context) const override {
    return context.view->logs.empty() ? items_of_counts(context) : items_of_lines(context);
  }
};

const EvidenceRegistration registration(std::make_unique<LogBursts>());

}  // namespace
}  // namespace rca
