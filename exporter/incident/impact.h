// How far the indicator went and whom it hit, measured on the incident's rows.
#pragma once

#include <Eigen/Core>
#include <span>
#include <string_view>

#include "exporter/config/config.h"
#include "exporter/incident/incident.h"
#include "rca_core/frame/frame.h"

namespace exporter {

// `frame`: T rows; normal = [0, onset_row), anomalous = [onset_row, T). `sli`: the indicator of `slo` on these rows,
// NaN = missing. An entity counts as touched when the median of its own indicator, on the anomalous rows on which the
// indicator broke the objective, breaks it too. Its requests are those of the role request_rate; the traffic is that of
// the gateway where it is measured, else the sum over the entities.
Impact measure_impact(const rca::Frame& frame, Eigen::Index onset_row, std::span<const double> sli, const Slo& slo);

// The traffic alone, for an incident that has no SLO.
Impact measure_traffic(const rca::Frame& frame, Eigen::Index onset_row);

}  // namespace exporter
