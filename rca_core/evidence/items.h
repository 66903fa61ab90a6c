// How sources of evidence make items from the changes of signals.
#pragma once

#include <functional>
#include <span>
#include <vector>

#include "rca_core/evidence/evidence_source.h"

namespace rca {

// The change of the entity's signals for which `wanted` holds that is largest in deviations; of equal ones the first in
// the frame. nullptr: none has values in both windows.
const SignalScore* strongest_change(const EvidenceContext& context, const EvidenceContext::Entity& entity,
                                    const std::function<bool(const Signal&)>& wanted);

// An item that rests on one signal; its text says from where to where the signal moved, and since when.
EvidenceItem item_of_change(const EvidenceContext& context, const EvidenceContext::Entity& entity,
                            const SignalScore& change, double value);

// Whether the entity brings load (a tenant, a client, a kind of job) and does not receive it: all that is known of it
// is traffic, and nothing calls it. What it asks for is its own state then; no balancer and no caller decides on it.
bool brings_load(const EvidenceContext& context, const EvidenceContext::Entity& entity);

// By how many of its deviations a signal rose above what the median of its peers (same role and peer group) did in
// proportion to their level; without peers, by how many it rose. 0: not at all. In proportion, since tenants differ in
// size: when every request is sent four times the largest of them grows by most.
double rise_beyond_peers(const EvidenceContext& context, const SignalScore& change);

// Deviations from which a signal counts as moved.
inline constexpr double kMoved = 3;

}  // namespace rca
