// The same trouble again: which earlier incidents are of the same kind.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "exporter/incident/incident.h"

namespace exporter {

// What stays of an entity's name when it is replaced by another of its kind: the peer group where it has one, else the
// name without what Kubernetes appends (a StatefulSet's ordinal, a ReplicaSet's hash and a pod's suffix) and without
// ordinals: "ray-replicas-1" and "ray-replicas-3" are "ray-replicas", "gateway-7d9f8b6c5d-x2k4j" is "gateway".
std::string entity_class(std::string_view entity, std::string_view peer_group);

// What the store knows of an incident of the same kind.
struct IncidentSpan {
  std::string id;
  std::int64_t onset_ms = 0;
  std::int64_t resolved_ms = 0;  // 0: open
  double budget_consumed = 0;    // as Incident::budget_consumed(); NaN: no objective
};

// Those of `others` that were over before `incident` began are earlier occurrences, those that overlap with it are
// related: one fault often breaks several objectives. Fault class and entity class are the caller's.
Recurrence recurrence_of(const Incident& incident, std::span<const IncidentSpan> others);

// What incidents of this kind use of an error budget within one budget window: the sum over those of `same_kind` that
// began within the budget window up to now, `incident` among them with what it has used so far. Of those that overlap
// (one fault that broke several objectives) the dearest counts. NaN: the root cause is unknown, or there is no budget.
double recurrence_cost(const Incident& incident, std::span<const IncidentSpan> same_kind, std::int64_t now_ms);

}  // namespace exporter
