// What one kind of evidence says about a view, for tests.
#pragma once

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <string>
#include <vector>

#include "rca_core/evidence/evidence_source.h"

namespace rca::testing {

// Best first; every value is checked to be finite, every entity to be there once.
inline std::vector<EvidenceItem> measured(const std::string& source, const IncidentView& view) {
  const Result<EvidenceContext> context = make_evidence_context(view, {});
  if (!context.ok()) {
    ADD_FAILURE() << context.error().message;
    return {};
  }
  for (const EvidenceSource* const candidate : evidence_sources()) {
    if (candidate->name() != source) continue;
    std::vector<EvidenceItem> items = candidate->measure(*context);
    std::vector<std::string> entities;
    for (const EvidenceItem& item : items) {
      EXPECT_TRUE(std::isfinite(item.value) && std::isfinite(item.evidence.deviation)) << item.entity;
      EXPECT_FALSE(item.evidence.text.empty()) << item.entity;
      entities.push_back(item.entity);
    }
    std::sort(entities.begin(), entities.end());
    EXPECT_EQ(std::adjacent_find(entities.begin(), entities.end()), entities.end());
    std::stable_sort(items.begin(), items.end(),
                     [](const EvidenceItem& a, const EvidenceItem& b) { return a.value > b.value; });
    return items;
  }
  ADD_FAILURE() << "there is no evidence " << source;
  return {};
}

inline double value_of(const std::vector<EvidenceItem>& items, const std::string& entity) {
  for (const EvidenceItem& item : items) {
    if (item.entity == entity) return item.value;
  }
  return std::nan("");
}

}  // namespace rca::testing
