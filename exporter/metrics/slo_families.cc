#include "exporter/metrics/slo_families.h"

#include <cmath>

#include "exporter/slo/burn_windows.h"

namespace exporter::metrics {
namespace {

constexpr auto kGauge = prometheus::MetricType::Gauge;
using S = const Source&;

// The burn windows and the budget window, which may be one of them.
template <typename Visit>
void for_each_window(S s, Visit visit) {
  for (const SloStatus& slo : s.snapshot.slos) {
    for (const SloStatus::Window& window : slo.windows) visit(slo, window);
    visit(slo, slo.budget);
  }
}

void fill_info(S s, Series& series) {
  for (const SloStatus& slo : s.snapshot.slos) series.add({slo.slo, slo.service, slo.sli, slo.budgeting}, 1);
}

void fill_objective(S s, Series& series) {
  for (const SloStatus& slo : s.snapshot.slos) series.add({slo.slo}, slo.objective);
}

void fill_sli(S s, Series& series) {
  for_each_window(s, [&](const SloStatus& slo, const SloStatus::Window& window) {
    if (std::isfinite(window.sli)) series.add({slo.slo, window.name}, window.sli);
  });
}

void fill_burn(S s, Series& series) {
  for (const SloStatus& slo : s.snapshot.slos) {
    for (const SloStatus::Window& window : slo.windows) {
      if (std::isfinite(window.burn)) series.add({slo.slo, window.name}, window.burn);
    }
  }
}

void fill_burn_limit(S s, Series& series) {
  for (const SloStatus& slo : s.snapshot.slos) {
    for (std::size_t i = 0; i < slo.burn_limits.size() && i < kBurnAlerts.size(); ++i) {
      series.add({slo.slo, kBurnAlerts[i].long_window.name, kBurnAlerts[i].short_window.name, kBurnAlerts[i].severity},
                 slo.burn_limits[i]);
    }
  }
}

void fill_remaining(S s, Series& series) {
  for (const SloStatus& slo : s.snapshot.slos) {
    if (std::isfinite(slo.remaining)) series.add({slo.slo, slo.budget.name}, slo.remaining);
  }
}

void fill_exhaustion(S s, Series& series) {
  for (const SloStatus& slo : s.snapshot.slos) {
    if (slo.exhausted_ms > 0) series.add({slo.slo}, static_cast<double>(slo.exhausted_ms) / 1000);
  }
}

void fill_coverage(S s, Series& series) {
  for_each_window(s, [&](const SloStatus& slo, const SloStatus::Window& window) {
    series.add({slo.slo, window.name}, window.coverage);
  });
}

void fill_recurrence_cost(S s, Series& series) {
  for (const Incident& incident : s.snapshot.incidents) {
    if (std::isfinite(incident.recurrence_cost)) series.add({incident.id, incident.slo}, incident.recurrence_cost);
  }
}

}  // namespace

std::vector<Row> slo_rows() {
  return {
      {"rca_slo_info",
       kGauge,
       {"slo", "service", "sli", "budgeting_method"},
       "Always 1; what the SLO is of, its indicator, and whether its budget is counted in events (occurrences) or in "
       "time (timeslices).",
       fill_info},
      {"rca_slo_objective_ratio",
       kGauge,
       {"slo"},
       "Share of events, or of time, that is to be good, 0..1; the rest is the error budget.",
       fill_objective},
      {"rca_slo_sli_ratio",
       kGauge,
       {"slo", "window"},
       "Share of events, or of time, that was good within the window, 0..1. No series without any. Cached: from the "
       "last evaluation.",
       fill_sli},
      {"rca_slo_burn_rate",
       kGauge,
       {"slo", "window"},
       "How fast the error budget is used within the window; at 1 it lasts exactly for the budget window. No series "
       "without events. Cached: from the last evaluation.",
       fill_burn},
      {"rca_slo_burn_rate_limit",
       kGauge,
       {"slo", "window", "short_window", "severity"},
       "Burn rate over the window, and over the short one, above which an alert of this severity is due.",
       fill_burn_limit},
      {"rca_slo_error_budget_remaining_ratio",
       kGauge,
       {"slo", "window"},
       "What is left of the error budget of the window: 1 all, 0 none, below 0 overspent. No series without events. "
       "Cached: from the last evaluation.",
       fill_remaining},
      {"rca_slo_error_budget_exhaustion_timestamp_seconds",
       kGauge,
       {"slo"},
       "When the error budget will be used up as things are going; unix time. No series when it will last. Cached: "
       "from the last evaluation.",
       fill_exhaustion},
      {"rca_slo_data_coverage_ratio",
       kGauge,
       {"slo", "window"},
       "Share of the window of which there is data, 0..1. After a start the history is read bit by bit. Cached: from "
       "the last evaluation.",
       fill_coverage},
      {"rca_incident_recurrence_budget_ratio",
       kGauge,
       {"incident", "slo"},
       "Share of the error budget that incidents of this kind used within the last budget window, this one among them; "
       "may exceed 1. No series while the root cause is unknown.",
       fill_recurrence_cost},
  };
}

}  // namespace exporter::metrics
