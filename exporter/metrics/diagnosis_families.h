// The series that a diagnosis becomes. For this folder only.
#pragma once

#include <cstddef>

#include "exporter/metrics/family_table.h"

namespace exporter::metrics {

// Bounds on the series and texts of one incident, exported as rca_cardinality_limit.
inline constexpr std::size_t kMaxClasses = 20;  // named (entity, fault class) pairs; the rest is one series "unknown"
inline constexpr std::size_t kMaxFindings = 30;
inline constexpr std::size_t kMaxChangesJudged = 30;
inline constexpr std::size_t kMaxWhys = 5;
inline constexpr std::size_t kMaxEdges = 30;
inline constexpr std::size_t kMaxActions = 10;
inline constexpr std::size_t kMaxGaps = 200;       // of the whole exporter, not of one incident
inline constexpr std::size_t kMaxTextBytes = 200;  // of a sentence that is a label value

void fill_class_probabilities(const Source& source, Series& series);
void fill_finding_roles(const Source& source, Series& series);
void fill_finding_probabilities(const Source& source, Series& series);
void fill_change_likelihoods(const Source& source, Series& series);
void fill_first_symptoms(const Source& source, Series& series);
void fill_whys(const Source& source, Series& series);
void fill_propagation(const Source& source, Series& series);
void fill_gaps(const Source& source, Series& series);
void fill_recurrences(const Source& source, Series& series);
void fill_budget_consumed(const Source& source, Series& series);
void fill_actions(const Source& source, Series& series);
void add_diagnosis_limits(Series& series);

}  // namespace exporter::metrics
