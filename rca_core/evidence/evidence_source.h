// One kind of evidence about entities: a small function in a file of its own that registers itself.
#pragma once

#include <Eigen/Core>
#include <cstddef>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "common/result.h"
#include "rca_core/evidence/entity_evidence.h"
#include "rca_core/methods/method.h"
#include "rca_core/methods/scoring.h"

namespace rca {

// What every kind of evidence looks at; worked out once an incident.
struct EvidenceContext {
  struct Entity {
    std::string name;
    std::vector<Eigen::Index>
        columns;  // its signals in the frame; may be empty (an entity of the graph, spans or logs)
    std::optional<EntityGraph::Node> node;  // in the view's graph
  };

  const IncidentView* view = nullptr;
  MethodOptions options;
  Windows windows;
  SliNature sli = SliNature::unknown;  // of the view, else as the signal of its sli_column tells
  std::vector<Entity> entities;        // in the order in which frame, graph, spans and logs first name them
  // Of each column: how far its level moved, in robust deviations of the normal window; nullopt: no values in one of
  // the windows. Level: the median, or a quartile of the anomalous window that is more than twice as far off (then the
  // fault lasted for a part of it, and counts half); of failures (signal_kind.h) the mean, as losses come in bursts.
  // Deviation: 1.4826 × MAD, at least half the standard deviation and the floor of scoring.h. What was drifting through
  // the whole normal window (drift.h) is measured from where the drift began.
  std::vector<std::optional<SignalScore>> changes;

  // Index into `entities`; nullopt: not known.
  [[nodiscard]] std::optional<std::size_t> find(std::string_view entity) const;
};

// Errors: as make_windows.
Result<EvidenceContext> make_evidence_context(const IncidentView& view, const MethodOptions& options);

// Stateless and thread-safe; the same context gives the same items.
class EvidenceSource {
 public:
  virtual ~EvidenceSource() = default;
  [[nodiscard]] virtual std::string_view name() const = 0;         // e.g. "onset_order"
  [[nodiscard]] virtual std::string_view description() const = 0;  // one line: what it measures and why it tells
  // At most one item per entity, finite values; nothing for entities about which it has nothing to say (that is not the
  // same as a value of 0). `kind`, `contribution` are filled by the caller.
  [[nodiscard]] virtual std::vector<EvidenceItem> measure(const EvidenceContext& context) const = 0;
};

// In order of name.
const std::vector<const EvidenceSource*>& evidence_sources();

// A namespace-level object of this type registers a source.
struct EvidenceRegistration {
  explicit EvidenceRegistration(std::unique_ptr<EvidenceSource> source);
};

}  // namespace rca
