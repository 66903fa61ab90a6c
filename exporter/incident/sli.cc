#include "exporter/incident/sli.h"

#include <algorithm>
#include <cmath>

#include "exporter/incident/quantity.h"

namespace exporter {

std::string_view sli_name(SliKind kind) {
  switch (kind) {
    case SliKind::time_to_first_token: return "time_to_first_token";
    case SliKind::inter_token_latency: return "inter_token_latency";
    case SliKind::end_to_end_latency: return "end_to_end_latency";
    case SliKind::error_ratio: return "error_ratio";
    case SliKind::availability: return "availability";
    case SliKind::throughput: return "throughput";
    case SliKind::quality: return "quality";
    case SliKind::quality_defect: return "quality_defect";
    case SliKind::bad_event_ratio: return "bad_event_ratio";
    case SliKind::slow_request_ratio: return "slow_request_ratio";
  }
  return "";
}

std::string_view sli_unit(SliKind kind) {
  switch (kind) {
    case SliKind::time_to_first_token:
    case SliKind::inter_token_latency:
    case SliKind::end_to_end_latency: return "seconds";
    case SliKind::error_ratio:
    case SliKind::availability:
    case SliKind::quality:
    case SliKind::quality_defect:
    case SliKind::bad_event_ratio:
    case SliKind::slow_request_ratio: return "ratio";
    case SliKind::throughput: return "tokens_per_second";
  }
  return "";
}

bool higher_is_better(SliKind kind) {
  return kind == SliKind::availability || kind == SliKind::throughput || kind == SliKind::quality;
}

bool is_latency(SliKind kind) {
  return sli_unit(kind) == "seconds";
}

std::string indicator_words(const Incident& incident) {
  const auto is = [&incident](SliKind kind) { return incident.sli == sli_name(kind); };
  if (is(SliKind::error_ratio)) return "share of failed requests";
  if (is(SliKind::throughput)) return "rate of generated tokens";
  if (is(SliKind::quality)) return "quality of answers";
  if (is(SliKind::quality_defect)) return "share of answers with a defect";
  if (is(SliKind::bad_event_ratio)) return "share of bad events";
  if (is(SliKind::slow_request_ratio)) return "share of slow requests";
  std::string words = incident.sli;
  std::replace(words.begin(), words.end(), '_', ' ');
  if (words.empty() || incident.quantile <= 0) return words;
  return "p" + number(std::round(incident.quantile * 1e6) / 1e4) + " " + words;
}

double worse(SliKind kind, double a, double b) {
  return higher_is_better(kind) ? std::fmin(a, b) : std::fmax(a, b);
}

bool breaks(const Slo& slo, double value) {
  return higher_is_better(slo.sli) ? value < slo.threshold : value > slo.threshold;
}

milliseconds open_after(const Slo& slo, const IncidentOptions& options) {
  return slo.open_after.value_or(options.open_after);
}

bool keeps_with_margin(const Slo& slo, const IncidentOptions& options, double value) {
  switch (slo.sli) {
    case SliKind::availability:
    case SliKind::quality: return 1 - value <= (1 - slo.threshold) * options.resolve_ratio;
    case SliKind::throughput: return value >= slo.threshold / options.resolve_ratio;
    default: return value <= slo.threshold * options.resolve_ratio;
  }
}

const rca::Candidate* Incident::answer() const {
  for (const rca::Ranking& ranking : rankings) {
    if (!answer_method.empty() && ranking.method == answer_method && !ranking.entities.empty()) {
      return &ranking.entities.front();
    }
  }
  return nullptr;
}

double Incident::budget_consumed() const {
  if (budget_events > 0) return bad_events / budget_events;
  const double budget_ms = (1 - objective) * static_cast<double>(budget_window_ms);
  if (objective <= 0 || budget_ms <= 0) return std::numeric_limits<double>::quiet_NaN();
  return static_cast<double>(bad_ms) / budget_ms;
}

}  // namespace exporter
